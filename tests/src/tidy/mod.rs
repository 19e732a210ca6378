//! The house rules, as tests: each rule reads the repository's files and lists every place that breaks it.
//!
//! Nothing is built or run here but `cargo tree`.

mod catalog;
mod crates;
mod layers;
mod links;
mod map;
mod names;
mod sizes;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the repository that git tracks, or would track.
struct File {
    /// Relative to the root, with `/`.
    path: String,
    bytes: Vec<u8>,
}

impl File {
    /// Empty where it is no UTF-8.
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The file's name without its folders and its ending.
    fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// Every file of the repository, in order of path.
fn files() -> Vec<File> {
    let listed = run("git", &["ls-files", "--cached", "--others", "--exclude-standard", "-z"]);
    let mut paths: Vec<&str> = listed.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    let read = |path: &str| Some(File { path: path.to_string(), bytes: std::fs::read(root().join(path)).ok()? });
    paths.into_iter().filter_map(read).collect()
}

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().expect("the crate lies in the repository").to_path_buf()
}

/// What a program prints, run in the repository's root.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    let output = output.unwrap_or_else(|error| panic!("cannot run {program}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {}: {errors}", arguments.join(" "));
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

/// The lines of Rust code outside test modules, numbered from 1, without what follows `//`.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let until_tests = text.lines().take_while(|line| !line.trim_start().starts_with("#[cfg(test)]"));
    until_tests.enumerate().map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()))
}

/// Fails with every violation of a rule.
#[track_caller]
fn hold(rule: &str, violations: Vec<String>) {
    assert!(violations.is_empty(), "{rule}:\n  {}\n", violations.join("\n  "));
}
