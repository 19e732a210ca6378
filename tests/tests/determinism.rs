//! The same sources give the same bytes, wherever the clone lies, whatever the environment says, in whatever order files are
//! listed, and in both formats.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use compiler::db::Database;
use compiler::diagnostics::render::json;
use compiler::plan::show;
use serde_json::Value;
use tests::literate::Package;
use tests::memory::Memory;
use tests::random::Random;
use tests::sandbox::Sandbox;
use tests::{examples, mixture, mutation, planned};

/// Environments of machines that have nothing in common.
const MACHINES: &[&[(&str, &str)]] = &[
    &[],
    &[("TZ", "Asia/Kolkata"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8"), ("RAYON_NUM_THREADS", "1"), ("USER", "a")],
    &[("TZ", "America/St_Johns"), ("LANG", "C"), ("LC_ALL", "C"), ("RAYON_NUM_THREADS", "7"), ("COLUMNS", "40"), ("USER", "b")],
];

/// The others are made of the same plan, in the same process.
const FORMATS: &[&str] = &["json", "yaml"];

#[test]
fn clones_and_machines_do_not_matter() {
    for example in examples::all() {
        let sandbox = Sandbox::new();
        for planned in example.make(&sandbox) {
            let url = String::from_utf8(sandbox.git(&planned.tree, &["config", "remote.origin.url"]).stdout).expect("a URL");
            let first = outputs(&sandbox, &planned.tree, &sandbox.path().join("home"), MACHINES[0]);
            for (number, machine) in MACHINES.iter().enumerate() {
                let home = sandbox.path().join(format!("home of {number}"));
                std::fs::create_dir_all(&home).expect("a home");
                let clone = home.join("deep er/in").join(planned.tree.file_name().expect("a name"));
                sandbox.git(sandbox.path(), &["clone", "--quiet", url.trim(), clone.to_str().expect("UTF-8")]);
                age(&clone, Duration::from_secs(86_400 * number as u64));
                let other = outputs(&sandbox, &clone, &home, machine);
                for (command, bytes) in &first {
                    assert!(*bytes == other[command], "{}: `coderc {command}` differs with {machine:?}", example.name);
                }
            }
        }
    }
}

/// What each command prints, by its arguments.
fn outputs(sandbox: &Sandbox, folder: &Path, home: &Path, machine: &[(&str, &str)]) -> BTreeMap<String, Vec<u8>> {
    let run = |arguments: &[&str]| {
        let mut command: Command = sandbox.coderc_command(folder, arguments);
        // The cache is one, and so is git's configuration, which says where the remotes are.
        command.env("HOME", home).envs(machine.iter().copied());
        let output = command.output().expect("coderc runs");
        assert!(output.status.success(), "coderc {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        [output.stdout, output.stderr].concat()
    };
    run(&["check", "--locked", "--quiet"]);
    let mut outputs = BTreeMap::from([("check".to_string(), run(&["check", "--format", "json", "--locked"]))]);
    for format in FORMATS {
        outputs.insert(format!("plan -f {format}"), run(&["plan", "--offline", "--format", format]));
    }
    outputs
}

/// Makes every file of a clone older, each by another time.
fn age(folder: &Path, by: Duration) {
    let mut random = Random::new(by.as_secs());
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != ".git") {
            age(&path, by);
        } else if path.is_file() {
            let to = SystemTime::now() - by - Duration::from_secs(random.below(10_000) as u64);
            std::fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(to)).expect("a time is set");
        }
    }
}

#[test]
fn the_order_of_files_does_not_matter() {
    let mut packages: Vec<Package> = examples::all().iter().flat_map(|example| example.packages()).collect();
    packages.push(mixture::package(40));
    let mut random = Random::new(7);
    for original in &packages {
        // As it is, and with mistakes.
        let mut package = original.clone();
        for round in 0..6 {
            let by_name = said(&Memory::new(&package));
            for seed in 0..3 {
                assert_eq!(said(&Memory::shuffled(&package, seed)), by_name, "round {round}, order {seed}");
            }
            for _ in 0..3 {
                mutation::edit(&mut random, &mut package, original);
            }
        }
    }
}

fn said(memory: &Memory<'_>) -> (String, String) {
    let mut session = memory.open(Database::default());
    let diagnostics = session.check(memory);
    let plan = planned::plan(&mut session, memory);
    (json::render(&session.reports(&diagnostics)), show::json(&plan, &[]))
}

#[test]
fn both_formats_make_the_same_objects_and_builds() {
    let [coder, yaml] = ["original", "original-yaml"].map(|name| {
        let example = examples::all().into_iter().find(|example| example.name == name).expect("it is an example");
        let sandbox = Sandbox::new();
        let planned = example.make(&sandbox).pop().expect("one package of it is planned");
        sandbox.coderc(&planned.tree, &["check", "--locked", "--quiet"]);
        let output = sandbox.coderc(&planned.tree, &["plan", "--offline", "--format", "json"]);
        let mut plan: Value = serde_json::from_slice(&output.stdout).expect("a plan is JSON");
        plan["hash"].take();
        // The lock names the commit of the other repository, which is written in the other format too.
        plan["lock"].take();
        let commits: Vec<String> = commits(&plan);
        let mut text = format!("{plan:#}").replace(".yaml", ".coder");
        for commit in commits {
            text = text.replace(&commit, "COMMIT").replace(&commit[..12], "COMMIT");
        }
        without_lines(&text)
    });
    assert_eq!(coder, yaml);
}

fn commits(plan: &Value) -> Vec<String> {
    let contexts = plan["actions"].as_array().into_iter().flatten().map(|action| &action["build"]["context"]["commit"]);
    let commits = contexts.chain([&plan["package"]["commit"]]).filter_map(Value::as_str);
    commits.map(str::to_string).collect()
}

/// A line number is another in the other format.
fn without_lines(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("\"line\":")).map(|line| format!("{line}\n")).collect()
}
