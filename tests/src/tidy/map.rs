//! The README's map is the truth: what it names exists, and no part of the house is missing from it.

use std::collections::BTreeSet;

use super::{File, files, hold, root};

/// What may lie in the root.
const TOP_LEVEL: &[&str] = &[
    ".ci",
    ".github",
    ".gitignore",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "compiler",
    "examples",
    "grammar",
    "lsp",
    "runtime",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "tests",
];

#[test]
fn the_map_names_what_exists() {
    let missing = map().into_iter().filter(|path| !root().join(path).exists());
    hold("a path of the README's map exists", missing.collect());
}

#[test]
fn the_map_names_every_part() {
    let named = map();
    let parts: BTreeSet<String> = files().iter().filter_map(part).collect();
    let unnamed = parts.into_iter().filter(|part| !named.contains(part));
    hold("a folder of the root, or a module of a crate, stands in the README's map", unnamed.collect());
}

#[test]
fn nothing_strange_lies_in_the_root() {
    let entries: BTreeSet<String> = files().iter().filter_map(|file| Some(file.path.split('/').next()?.to_string())).collect();
    hold("an entry of the root is known", entries.into_iter().filter(|entry| !TOP_LEVEL.contains(&entry.as_str())).collect());
}

/// The paths that the fenced block below `## Map` names: the first word of each line, without a trailing `/`.
fn map() -> BTreeSet<String> {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("README.md");
    let section = readme.split("\n## Map\n").nth(1).expect("README.md has a section `## Map`");
    let block = section.split("```").nth(1).expect("the map is a fenced block");
    let lines = block.lines().skip(1).filter(|line| !line.starts_with(' '));
    lines.filter_map(|line| Some(line.split_whitespace().next()?.trim_end_matches('/').to_string())).collect()
}

/// The part of the house that a file lies in: a module of a crate (`compiler/src/text`), else a folder of the root.
fn part(file: &File) -> Option<String> {
    let parts: Vec<&str> = file.path.split('/').collect();
    match parts.as_slice() {
        [] | [_] => None,
        [name, "src", module, _, ..] if *name != "tests" => Some(format!("{name}/src/{module}")),
        [folder, ..] if folder.starts_with('.') => None,
        [folder, ..] => Some(folder.to_string()),
    }
}
