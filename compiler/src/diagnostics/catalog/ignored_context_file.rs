//! A path that a Dockerfile takes from its context, and that the build does not see.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "ignored-context-file", severity: Severity::Error, page: include_str!("ignored-context-file.md") };

/// `place` is the path.
pub fn new(place: Place, path: &str) -> Diagnostic {
    let message = format!("`.dockerignore` leaves `{path}` out of the context");
    Diagnostic::new(&INFO, place, message).help(format!("add `!{}` to the end of the ignore file", path.trim_matches('/')))
}

/// The path lies in a package.
pub fn package(place: Place, path: &str) -> Diagnostic {
    let message = format!("`{path}` is not in the context: `.coder` folders never are");
    Diagnostic::new(&INFO, place, message).help("move the file out of `.coder`")
}
