//! The least or greatest element of an empty list.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "empty-list", severity: Severity::Error, page: include_str!("empty-list.md") };

/// `function` is `min` or `max`.
pub fn new(place: Place, function: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{function}` of an empty list has no result"))
        .help("add an element that is always there, or ask `len` first")
}
