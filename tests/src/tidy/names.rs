//! Files and types are named after what they are about.

use std::collections::BTreeSet;

use super::{code, files, hold};

/// Names that fit anything, so that anything ends up there.
const CATCH_ALL: &[&str] =
    &["util", "utils", "utilities", "helper", "helpers", "common", "misc", "manager", "managers", "error", "errors", "stuff"];
/// As the name of a file these grow without end; as a folder they hold small files.
const CATCH_ALL_FILES: &[&str] = &["types", "code_action", "config", "diagnostic"];
const CATCH_ALL_ENDINGS: &[&str] = &["Manager", "Processor", "Helper", "Util"];

#[test]
fn no_file_is_a_catch_all() {
    let bad = files().into_iter().filter(|file| {
        let folders = file.path.rsplit_once('/').map_or("", |(folders, _)| folders);
        folders.split('/').chain([file.stem()]).any(|part| CATCH_ALL.contains(&part)) && file.is_rust()
            || file.is_rust() && CATCH_ALL_FILES.contains(&file.stem())
    });
    hold("a file is named after one thing", bad.map(|file| file.path).collect());
}

#[test]
fn no_type_is_a_catch_all() {
    let mut violations = Vec::new();
    for file in files().iter().filter(|file| file.is_rust()) {
        for (number, line) in code(file.text()) {
            let mut words = line.split(|character: char| !character.is_alphanumeric() && character != '_');
            let declares = words.by_ref().any(|word| matches!(word, "struct" | "enum" | "trait"));
            let name = words.next().unwrap_or_default();
            let handler = name.ends_with("Handler") && !file.path.starts_with("lsp/");
            if declares && (handler || CATCH_ALL_ENDINGS.iter().any(|ending| name.ends_with(ending))) {
                violations.push(format!("{}:{number}: {name}", file.path));
            }
        }
    }
    hold("a type is named after what it is", violations);
}

#[test]
fn a_module_is_a_file_or_a_folder() {
    let files = files();
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let beside = paths.iter().filter_map(|path| path.strip_suffix("/mod.rs").map(|folder| format!("{folder}.rs")));
    hold("`foo/mod.rs` stands alone, without `foo.rs`", beside.filter(|path| paths.contains(path.as_str())).collect());
    let folders = paths.iter().filter_map(|path| Some(path.strip_suffix(".rs")?.to_string() + "/"));
    let split = folders.filter(|folder| folder.contains("/src/") && paths.iter().any(|path| path.starts_with(folder.as_str())));
    hold("a module with a folder is `folder/mod.rs`", split.collect());
}
