//! The compiler's modules stand in one order, and each uses only those to its left.

use super::{code, files, hold};

/// From what knows least to what knows most. `hir` is first of all data, which both front ends (`syntax`, `yaml`) make.
const LAYERS: &[&str] = &[
    "text",
    "diagnostics",
    "hir",
    "model",
    "dockerfile",
    "syntax",
    "yaml",
    "prelude",
    "db",
    "names",
    "types",
    "eval",
    "policy",
    "checked",
    "plan",
    "workspace",
    "listing",
    "explain",
];

#[test]
fn the_compiler_imports_only_to_the_left() {
    let mut violations = Vec::new();
    for file in files() {
        let Some(inside) = file
            .path
            .strip_prefix("compiler/src/")
            .filter(|path| path.ends_with(".rs") && *path != "lib.rs" && !path.contains("/tests/"))
        else {
            continue;
        };
        let layer = inside.split(['/', '.']).next().unwrap_or_default();
        let Some(own) = position(layer) else {
            violations.push(format!("{}: `{layer}` has no place in the list of layers", file.path));
            continue;
        };
        for (number, used) in used_modules(file.text()) {
            if position(&used).is_some_and(|used| used > own) {
                violations.push(format!("{}:{number}: `{layer}` uses `{used}`, which stands to its right", file.path));
            }
        }
    }
    hold("a module of the compiler uses only modules to its left", violations);
}

fn position(layer: &str) -> Option<usize> {
    LAYERS.iter().position(|known| *known == layer)
}

/// The modules after each `crate::` of the code, with the line's number; those of `crate::{a::b, c}` too.
fn used_modules(text: &str) -> Vec<(usize, String)> {
    let code: String = code(text).map(|(_, line)| format!("{line}\n")).collect();
    let mut used = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let after = &code[at + "crate::".len()..];
        let group = after.starts_with('{');
        let mut depth = 0;
        for entry in after.trim_start_matches('{').split_inclusive([',', '{', '}']) {
            let name: String = entry.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if depth == 0 && !name.is_empty() {
                used.push((code[..at].matches('\n').count() + 1, name));
            }
            depth += i32::from(entry.ends_with('{')) - i32::from(entry.ends_with('}'));
            if !group || depth < 0 {
                break;
            }
        }
    }
    used
}

#[test]
fn uses_are_found() {
    let text = "use crate::text::Place;\nuse crate::{\n    a::{x, y},\n    b,\n};\n// crate::no\nfn f(z: crate::hir::Item) {}\n#[cfg(test)]\nuse crate::t;";
    let names: Vec<String> = used_modules(text).into_iter().map(|(line, name)| format!("{line} {name}")).collect();
    assert_eq!(names, ["1 text", "2 a", "2 b", "7 hir"]);
}
