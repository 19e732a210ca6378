//! Who may use which third-party crate, and where data is serialised.

use super::{code, files, hold, run};

/// A crate's name in code, the paths that may use it, and why not elsewhere.
const EDGES: &[(&str, &[&str], &str)] = &[
    ("ariadne", &["compiler/src/diagnostics/render/terminal.rs"], "one format draws"),
    ("chumsky", &["compiler/src/syntax/"], "the rest sees the tree, not the parser"),
    ("logos", &["compiler/src/syntax/"], "the rest sees tokens"),
    (
        "k8s_openapi",
        &["runtime/src/render/", "runtime/src/cluster/", "runtime/src/builders/kaniko/", "tests/"],
        "a plan knows no Kubernetes types",
    ),
    (
        "kube",
        &["runtime/src/render/", "runtime/src/cluster/", "runtime/src/builders/kaniko/", "tests/"],
        "a plan knows no Kubernetes types",
    ),
    (
        "git2",
        &["runtime/src/import/", "runtime/src/context/", "runtime/src/host/", "runtime/src/builders/buildah/source.rs", "tests/"],
        "the rest sees commits and files",
    ),
    ("oci_client", &["runtime/src/registry/", "tests/"], "the rest sees references and digests"),
    ("tower_lsp", &["lsp/src/server/", "lsp/src/requests/", "lsp/src/lib.rs"], "features are free of the protocol"),
    ("lsp_types", &["lsp/src/server/", "lsp/src/requests/", "lsp/src/lib.rs"], "features are free of the protocol"),
];

/// Where types derive or implement `Serialize`: what is written is an interface, and is meant to be one.
const SERIALIZED: &[&str] = &["compiler/src/plan/", "runtime/src/", "tests/"];

/// What the compiler must not reach, however indirectly: it reads no world.
const IMPURE: &[&str] = &["tokio", "kube", "k8s-openapi", "git2", "oci-client", "reqwest", "hyper", "tempfile", "ignore"];

#[test]
fn third_party_crates_stay_at_their_edge() {
    let mut violations = Vec::new();
    for file in files().iter().filter(|file| file.is_rust()) {
        for (number, line) in code(file.text()) {
            for (name, places, why) in EDGES {
                let allowed = places.iter().any(|place| file.path.starts_with(place));
                if !allowed && names_crate(line, name) {
                    violations.push(format!("{}:{number}: `{name}` stands only in {}: {why}", file.path, places.join(", ")));
                }
            }
        }
    }
    hold("a third-party crate stays at its edge", violations);
}

/// Whether a line holds `name::`, or `use name`, as a whole word.
fn names_crate(line: &str, name: &str) -> bool {
    let word = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(name).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        let whole = !before.ends_with(word) && !after.starts_with(word) && !before.ends_with("::");
        whole && (after.starts_with("::") || before.trim_end().ends_with("use"))
    })
}

#[test]
fn only_interfaces_are_serialised() {
    let mut violations = Vec::new();
    for file in files().iter().filter(|file| file.is_rust()) {
        if SERIALIZED.iter().any(|place| file.path.starts_with(place)) {
            continue;
        }
        let found = code(file.text()).filter(|(_, line)| line.contains("Serialize"));
        violations.extend(found.map(|(number, _)| format!("{}:{number}", file.path)));
    }
    hold("`Serialize` stands only where output is made", violations);
}

#[test]
fn the_compiler_reads_no_world() {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    for (package, forbidden) in [("compiler", IMPURE), ("lsp", &["kube", "k8s-openapi", "git2", "oci-client"])] {
        let tree = run(&cargo, &["tree", "--offline", "--package", package, "--edges", "normal", "--prefix", "none"]);
        let reached = |name: &&&str| tree.lines().any(|line| line.split(' ').next() == Some(**name));
        let reached = forbidden.iter().filter(reached).map(|name| format!("{package} -> {name}"));
        hold("a crate depends on what its purity forbids (`cargo tree --invert NAME` shows the way)", reached.collect());
    }
}

#[test]
fn crates_are_found_as_words() {
    assert!(names_crate("use kube::Client;", "kube"));
    assert!(names_crate("let x = kube::Client::new();", "kube"));
    assert!(!names_crate("use kube_runtime::x;", "kube"));
    assert!(!names_crate("mod kube;", "kube"));
    assert!(!names_crate("crate::kube::x()", "kube"));
}
