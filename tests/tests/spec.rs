//! The language reference is true: each section's blocks are a package that gives the diagnostics its comments name, and no other.
//!
//! Where nothing is wrong, its `test` blocks pass.

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use tests::literate::{Package, check, expectation, sections};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository").to_path_buf();
    let mut trials = Vec::new();
    for folder in ["grammar/spec", "tests/spec"] {
        for document in documents(&root.join(folder)) {
            let text = std::fs::read_to_string(&document).expect("the document is UTF-8");
            let name = document.strip_prefix(&root).expect("it lies in the repository").display().to_string();
            for section in sections(&text) {
                let package = Package::of(&section.blocks);
                if !package.is_empty() {
                    trials.push(Trial::test(format!("{name} {}", section.title), move || holds(&package)));
                }
            }
        }
    }
    assert!(!trials.is_empty(), "there is a language reference");
    libtest_mimic::run(&arguments, trials).exit();
}

fn holds(package: &Package) -> Result<(), Failed> {
    let problems = expectation::compare(package, &check(package));
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// The Markdown files below a folder, in order of path.
fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for path in entries.map(|entry| entry.expect("an entry of the folder").path()) {
        if path.is_dir() {
            found.extend(documents(&path));
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}
