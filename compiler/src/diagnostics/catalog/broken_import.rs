//! An imported package with errors.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "broken-import", severity: Severity::Error, page: include_str!("broken-import.md") };

/// `first` is the first of its errors.
pub fn new(place: Place, alias: &str, first: Option<Place>, message: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("the package `{alias}` has errors itself: {message}"))
        .help("import another version of it, or have it mended where it is kept");
    match first {
        Some(first) => diagnostic.label(first, "the first is here"),
        None => diagnostic,
    }
}
