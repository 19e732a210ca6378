//! A context or Dockerfile path that cannot lie in its repository.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "context-outside", severity: Severity::Error, page: include_str!("context-outside.md") };

/// `problem` says why: "it is absolute".
pub fn new(place: Place, path: &str, problem: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{path}` is no path inside the repository: {problem}"))
        .help("write it relative to the repository's root, like `./dev`")
}
