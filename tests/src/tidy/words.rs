//! What must not stand in the sources: unfinished work, switched-off lints, printing in the wrong place, paths of a machine.

use super::{code, files, hold};

/// Who may print: the user interface and the commands.
/// A build script speaks to cargo by what it prints.
const PRINTERS: &[&str] = &["runtime/src/ui/", "runtime/src/cli/", "runtime/build.rs", "tests/"];

/// Written apart, so that this file holds to its own rule.
const UNFINISHED: &[&str] =
    &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("db", "g!("), concat!("to", "do!("), concat!("unimple", "mented!(")];

#[test]
fn nothing_is_left_unfinished() {
    let mut violations = Vec::new();
    for file in files().iter().filter(|file| !file.path.ends_with(".lock")) {
        for (index, line) in file.text().lines().enumerate() {
            if let Some(word) = UNFINISHED.iter().find(|word| line.contains(**word)) {
                violations.push(format!("{}:{}: {word}", file.path, index + 1));
            }
        }
    }
    hold("what is committed is finished", violations);
}

/// Shows the marks to explain them.
const SHOWS_MERGE_MARKS: &str = "compiler/src/diagnostics/catalog/lock-syntax.md";

#[test]
fn no_marks_of_a_merge() {
    let mut violations = Vec::new();
    for file in files().iter().filter(|file| file.path != SHOWS_MERGE_MARKS) {
        let marks = file.text().lines().zip(1..).filter(|(line, _)| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "));
        violations.extend(marks.map(|(_, number)| format!("{}:{number}", file.path)));
    }
    hold("a merge is finished", violations);
}

#[test]
fn lints_are_expected_not_allowed() {
    let mut violations = Vec::new();
    for file in files().iter().filter(|file| file.is_rust()) {
        for (index, line) in file.text().lines().enumerate() {
            let line = line.trim_start();
            if line.starts_with("#[allow(") || line.starts_with("#![allow(") {
                violations.push(format!("{}:{}", file.path, index + 1));
            }
            if (line.starts_with("#[expect(") || line.starts_with("#![expect("))
                && line.ends_with(']')
                && !line.contains("reason")
            {
                violations.push(format!("{}:{}: without a reason", file.path, index + 1));
            }
        }
    }
    hold("a lint is switched off by `#[expect(…, reason = \"…\")]`", violations);
}

#[test]
fn only_the_user_interface_prints() {
    let mut violations = Vec::new();
    for file in files().iter().filter(|file| file.is_rust()) {
        if PRINTERS.iter().any(|place| file.path.starts_with(place)) {
            continue;
        }
        for (number, line) in code(file.text()) {
            if ["println!(", "eprintln!(", "print!(", "eprint!("].iter().any(|word| line.contains(word)) {
                violations.push(format!("{}:{number}", file.path));
            }
        }
    }
    hold("only runtime/src/ui and runtime/src/cli print", violations);
}

#[test]
fn no_path_of_a_machine() {
    let places = [concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("/tm", "p/help"), concat!("/wo", "rk/")];
    let mut violations = Vec::new();
    for file in files() {
        for (index, line) in file.text().lines().enumerate() {
            if let Some(place) = places.iter().find(|place| line.contains(**place)) {
                violations.push(format!("{}:{}: {place}", file.path, index + 1));
            }
        }
    }
    hold("no path of one machine stands in the repository", violations);
}
