//! A session that lived through edits says what a fresh one says of the same texts: its diagnostics, and its plan.
//!
//! `CODERC_TEST_EDITS` makes more of them; `tests/run` asks for 1,000. Which queries an edit may run again is for `incremental` to say.

use compiler::db::Database;
use compiler::diagnostics::Report;
use compiler::diagnostics::render::json;
use compiler::plan::show;
use compiler::workspace::Session;
use tests::literate::Package;
use tests::memory::Memory;
use tests::random::Random;
use tests::{examples, mixture, mutation, planned, session};

/// Edits of each package with each seed, unless the environment says otherwise.
const EDITS: usize = 200;

/// After so many edits, and at the end, the whole is compared.
const COMPARED: usize = 25;

#[test]
fn the_examples_in_coder() {
    of_example("original");
}

#[test]
fn the_examples_in_yaml() {
    of_example("original-yaml");
}

#[test]
fn the_platform_example() {
    of_example("platform");
}

#[test]
fn the_monorepo_example() {
    of_example("monorepo");
}

#[test]
fn a_package_of_everything() {
    lives(&mixture::package(12), 1, edits());
}

fn of_example(name: &str) {
    let example = examples::all().into_iter().find(|example| example.name == name).expect("it is an example");
    let packages = example.packages();
    let share = edits() / packages.len();
    for (seed, package) in packages.iter().enumerate() {
        lives(package, seed as u64, share.max(50));
    }
}

fn edits() -> usize {
    std::env::var("CODERC_TEST_EDITS").ok().and_then(|count| count.parse().ok()).unwrap_or(EDITS)
}

fn lives(original: &Package, seed: u64, edits: usize) {
    let mut random = Random::new(seed);
    let mut package = original.clone();
    let mut warm = Memory::new(&package).open(Database::default());
    let clean = check(&mut warm, &package);
    assert!(clean.is_empty(), "the package is whole before it is edited: {}", json::render(&clean));
    let mut history = Vec::new();
    for number in 1..=edits {
        let before = package.clone();
        history.push(mutation::edit(&mut random, &mut package, original));
        session::apply(&mut warm, &before, &package);
        if number % COMPARED == 0 || number == edits {
            compare(
                &mut warm,
                &package,
                &format!("seed {seed}, edit {number}: {:?}", &history[history.len().saturating_sub(COMPARED)..]),
            );
        } else {
            check(&mut warm, &package);
        }
    }
}

fn check(session: &mut Session, package: &Package) -> Vec<Report> {
    let diagnostics = session.check(&Memory::new(package));
    session.reports(&diagnostics)
}

fn compare(warm: &mut Session, package: &Package, when: &str) {
    let memory = Memory::new(package);
    let mut cold = memory.open(Database::default());
    let [warm, cold] = [warm, &mut cold].map(|session| {
        let reports = check(session, package);
        let plan = planned::plan(session, &memory);
        (json::render(&reports), show::json(&plan, &session.reports(&plan.diagnostics)))
    });
    let differ = |of: &str, warm: &str, cold: &str| {
        let (warm_only, cold_only) = (lines_of(warm, cold), lines_of(cold, warm));
        assert!(warm == cold, "{when}\n{of}\nwarm only:\n{warm_only}\ncold only:\n{cold_only}\nof {package:#?}");
    };
    differ("the diagnostics differ", &warm.0, &cold.0);
    differ("the plans differ", &warm.1, &cold.1);
}

/// The lines of one text that another has not.
fn lines_of(text: &str, other: &str) -> String {
    let others: std::collections::BTreeSet<&str> = other.lines().collect();
    text.lines().filter(|line| !others.contains(line)).take(20).collect::<Vec<_>>().join("\n")
}
