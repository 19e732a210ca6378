//! An `if` with one arm.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-else", severity: Severity::Error, page: include_str!("missing-else.md") };

/// `place` is the `if`.
pub fn new(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "this `if` has no `else`, so it has no value when its condition is false");
    diagnostic.help("write `else { … }` after it; `else { none }` where nothing is meant")
}
