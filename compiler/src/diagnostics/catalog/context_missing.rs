//! A context that is no folder of the repository.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "context-missing", severity: Severity::Error, page: include_str!("context-missing.md") };

/// `why` says what is there instead.
pub fn new(place: Place, path: &str, why: &str) -> Diagnostic {
    let path = if path.is_empty() { "." } else { path };
    Diagnostic::new(&INFO, place, format!("the context `{path}` cannot be read: {why}"))
        .help("the context is a folder, by its path from the repository's root")
}
