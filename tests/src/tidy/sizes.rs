//! How long files may be, and how each of them begins.

use super::{files, hold};

/// Longer than [`LINES`] with a reason.
const LONG: &[(&str, &str)] = &[];
const LINES: usize = 800;

/// Larger than [`BYTES`] with a reason.
const LARGE: &[(&str, &str)] = &[("Cargo.lock", "a lock file")];
const BYTES: usize = 64 * 1024;

#[test]
fn every_rust_file_says_what_it_is() {
    let silent = files().into_iter().filter(|file| file.is_rust() && !file.text().starts_with("//! "));
    hold("a .rs file begins with `//! ` and a sentence on what it is", silent.map(|file| file.path).collect());
}

#[test]
fn rust_files_are_short() {
    let excused = |path: &str| LONG.iter().any(|(long, _)| *long == path);
    let mut violations = Vec::new();
    for file in files().iter().filter(|file| file.is_rust()) {
        let lines = file.text().lines().count();
        if lines > LINES && !excused(&file.path) {
            violations.push(format!("{} has {lines} lines", file.path));
        } else if lines <= LINES && excused(&file.path) {
            violations.push(format!("{} is listed as long, and is not", file.path));
        }
    }
    hold("a .rs file has at most 800 lines; split it by what a user sees, or list it with a reason", violations);
}

#[test]
fn files_are_small() {
    let large = files().into_iter().filter(|file| file.bytes.len() > BYTES && !LARGE.iter().any(|(path, _)| *path == file.path));
    hold("a file has at most 64 KiB", large.map(|file| format!("{} has {} bytes", file.path, file.bytes.len())).collect());
}
