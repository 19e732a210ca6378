//! Files that a build needs and that the commit it builds from does not have.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info =
    Info { name: "context-not-committed", severity: Severity::Error, page: include_str!("context-not-committed.md") };

/// Files of the image `name`: its Dockerfile, or the folder of its context. `place` is the field that names them, `path` is
/// relative to the repository's root.
pub fn of_image(place: Place, path: &str, commit: &str, name: &str) -> Diagnostic {
    assets(place, path, commit).help(format!("or build the files as they lie there, as a preview: `coderc build image {name}`"))
}

/// The project's assets, of which `path` is the first.
pub fn assets(place: Place, path: &str, commit: &str) -> Diagnostic {
    let path = if path.is_empty() { "." } else { path };
    let message = match commit.get(..12) {
        Some(commit) => format!("builds take their files from a commit, and commit {commit} has no `{path}`"),
        None => format!("builds take `{path}` from a commit, and nothing is committed yet"),
    };
    Diagnostic::new(&INFO, place, message).help("commit it: `git add` and `git commit`")
}
