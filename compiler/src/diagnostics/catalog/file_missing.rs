//! A file that `file(…)` cannot read.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "file-missing", severity: Severity::Error, page: include_str!("file-missing.md") };

/// `path` as written.
pub fn new(place: Place, path: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("the repository has no file `{path}`"))
        .help("the path starts at the root of the repository that declares this")
}

/// A path that leaves the repository.
pub fn outside(place: Place, path: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{path}` is no path within the repository"))
        .help("write the path from the root of the repository, without a `/` before it")
}

/// What is there is no text.
pub fn unreadable(place: Place, path: &str, why: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{path}` cannot be read as a text: {why}"))
}
