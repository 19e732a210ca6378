//! The examples' plans: what `coderc plan --offline` says of each is what stands beside its sources.
//!
//! `UPDATE_EXPECT=1` rewrites the plans; read the difference. What a plan should say is for the tests of the plan.

use std::path::Path;

use expect_test::expect_file;
use tests::examples::{self, Planned};
use tests::sandbox::Sandbox;

#[test]
fn every_plan_is_as_it_stands() {
    for example in examples::all() {
        let sandbox = Sandbox::new();
        for planned in example.make(&sandbox) {
            let plan = plan(&sandbox, &planned);
            expect_file![planned.plan].assert_eq(&plan);
        }
    }
}

#[test]
fn both_formats_have_one_plan() {
    for example in examples::all() {
        let Some(other) = &example.plan_of else { continue };
        let other = examples::all().into_iter().find(|each| each.name == *other).expect("it is an example");
        let [one, same] = [&example, &other].map(|example| {
            let sandbox = Sandbox::new();
            let planned = example.make(&sandbox);
            planned.iter().map(|planned| without_commits(&plan(&sandbox, planned))).collect::<Vec<_>>()
        });
        assert_eq!(one, same, "{} and {}", example.name, other.name);
    }
}

fn plan(sandbox: &Sandbox, planned: &Planned) -> String {
    let run = |arguments: &[&str]| {
        let output = sandbox.coderc(&planned.tree, arguments);
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let folder: &Path = &planned.source;
        assert!(output.status.success(), "coderc {arguments:?} in {}: {stdout}{stderr}", folder.display());
        stdout.into_owned()
    };
    run(&["check", "--locked", "--quiet"]);
    run(&["plan", "--offline"])
}

/// A plan with every commit, whole or shortened to 12 digits, replaced by one word.
fn without_commits(plan: &str) -> String {
    let commit = |word: &str| matches!(word.len(), 7..=12 | 40) && word.chars().all(|digit| digit.is_ascii_hexdigit());
    let mut result = String::new();
    for part in plan.split_inclusive(|character: char| !character.is_ascii_alphanumeric()) {
        let word = part.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
        result.push_str(if commit(word) { "COMMIT" } else { word });
        result.push_str(&part[word.len()..]);
    }
    result
}
