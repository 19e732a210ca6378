//! Whatever is typed, nothing panics, nothing hangs, and every format can show what is reported.
//!
//! Every prefix of every example's files, and random edits of whole packages. `CODERC_TEST_CASES` makes more of the edits;
//! `tests/run` asks for 10,000.
//! Whether the diagnostics are good ones is for other suites.

use std::time::Duration;

use compiler::db::Database;
use compiler::diagnostics::render::{Format, json};
use compiler::diagnostics::{Report, Source, Sources};
use compiler::plan::show;
use compiler::workspace::{Session, SourceTexts};
use runtime::import::Lock;
use tests::literate::Package;
use tests::memory::Memory;
use tests::random::Random;
use tests::watchdog::Watchdog;
use tests::{examples, mixture, mutation, planned, session};

/// Random edits of all packages together, unless the environment says otherwise.
const CASES: usize = 1_000;

/// A file that is longer is cut at its first bytes, at each line's end and at some places between.
const SHORT: usize = 200;

/// More than a case ever needs, on a busy machine too.
const LIMIT: Duration = Duration::from_secs(30);

#[test]
fn every_prefix_of_the_examples_in_coder() {
    prefixes(&["original"]);
}

#[test]
fn every_prefix_of_the_examples_in_yaml() {
    prefixes(&["original-yaml"]);
}

#[test]
fn every_prefix_of_the_platform_example() {
    prefixes(&["platform"]);
}

#[test]
fn every_prefix_of_the_monorepo_example() {
    prefixes(&["monorepo"]);
}

#[test]
fn random_edits() {
    mutations(1, cases() / 2);
}

#[test]
fn random_edits_with_another_seed() {
    mutations(2, cases() / 2);
}

fn cases() -> usize {
    std::env::var("CODERC_TEST_CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(CASES)
}

fn prefixes(names: &[&str]) {
    let watchdog = Watchdog::start(LIMIT);
    for example in examples::all().iter().filter(|example| names.contains(&example.name.as_str())) {
        for package in example.packages() {
            let mut session = Memory::new(&package).open(Database::default());
            let mut now = package.clone();
            for (path, text) in &package.files {
                for end in ends(text) {
                    watchdog.begin(format!("{path} cut at {end}"));
                    let before = std::mem::replace(&mut now, package.clone());
                    now.files.insert(path.clone(), text[..end].to_string());
                    session::apply(&mut session, &before, &now);
                    holds(&mut session, &now, false);
                    lock(&now);
                }
            }
        }
    }
}

fn ends(text: &str) -> Vec<usize> {
    let line_ends = |at: usize| text[at..].starts_with('\n') || text[..at].ends_with('\n');
    let ends = (0..=text.len()).filter(|at| text.is_char_boundary(*at));
    ends.filter(|at| *at < SHORT || line_ends(*at) || at % 11 == 0).collect()
}

fn mutations(seed: u64, cases: usize) {
    let watchdog = Watchdog::start(LIMIT);
    let mut packages: Vec<Package> = examples::all().iter().flat_map(|example| example.packages()).collect();
    packages.push(mixture::package(8));
    let share = cases / packages.len() + 1;
    let mut random = Random::new(seed);
    for original in &packages {
        let mut session = Memory::new(original).open(Database::default());
        let mut package = original.clone();
        for number in 0..share {
            let before = package.clone();
            let mut edits = vec![mutation::edit(&mut random, &mut package, original)];
            while random.chance(20) {
                edits.push(mutation::edit(&mut random, &mut package, original));
            }
            watchdog.begin(format!("seed {seed}, case {number}: {edits:?} of {:#?}", package.files));
            session::apply(&mut session, &before, &package);
            holds(&mut session, &package, number % 10 == 0);
            lock(&package);
        }
    }
}

/// What must hold of any text.
fn holds(session: &mut Session, package: &Package, planned: bool) {
    let memory = Memory::new(package);
    let diagnostics = session.check(&memory);
    let mut reports = session.reports(&diagnostics);
    if planned {
        let plan = planned::plan(session, &memory);
        reports.extend(session.reports(&plan.diagnostics));
        for text in [
            show::json(&plan, &reports),
            show::html(&plan, &reports),
            show::markdown(&plan, &reports),
            show::mermaid(&plan),
            show::dot(&plan),
        ] {
            assert!(!text.is_empty());
        }
    }
    let sources = session.sources();
    reports.iter().for_each(|report| inside(report, &sources));
    let formats = [Format::Terminal { color: true }, Format::Short, Format::Json, Format::Sarif, Format::Github];
    for format in formats {
        let text = format.render(&reports, &sources);
        assert_eq!(text.is_empty(), reports.is_empty() && !matches!(format, Format::Json | Format::Sarif), "{format:?}");
    }
    if planned {
        let document: serde_json::Value = serde_json::from_str(&json::render(&reports)).expect("the document is JSON");
        assert_eq!(document["diagnostics"].as_array().map(Vec::len), Some(reports.len()));
    }
}

/// Every position of a report is one of its file: on a character's boundary, and its line and column say the same.
fn inside(report: &Report, sources: &SourceTexts) {
    let edits = report.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| &edit.source);
    for source in report.source.iter().chain(report.labels.iter().map(|label| &label.source)).chain(edits) {
        let problem = position_problem(source, sources);
        assert!(problem.is_none(), "{}: {source:?} of {report:#?}", problem.unwrap_or_default());
    }
}

fn position_problem(source: &Source, sources: &SourceTexts) -> Option<&'static str> {
    let Some(text) = sources.text(&source.file) else {
        return (!source.file.starts_with("prelude/")).then_some("its file is not at hand");
    };
    if source.start.offset > source.end.offset {
        return Some("it ends before it starts");
    }
    for position in [source.start, source.end] {
        let Some(before) = text.get(..position.offset as usize) else { return Some("it lies outside the file") };
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        if (position.line as usize, position.column as usize) != (line, column) {
            return Some("its line and column are not its offset's");
        }
    }
    None
}

/// A lock is read, or refused with a place inside it.
fn lock(package: &Package) {
    let Some(text) = package.files.get(".coder/coder.lock") else { return };
    match Lock::parse(text) {
        Ok(lock) => assert_eq!(Lock::parse(&lock.to_text()).map(|lock| lock.to_text()).ok(), Some(lock.to_text())),
        Err(problem) => assert!(!problem.message.is_empty()),
    }
}
