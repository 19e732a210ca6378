//! A comparison of a comparison.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "chained-comparison", severity: Severity::Error, page: include_str!("chained-comparison.md") };

/// `place` is the second operator.
pub fn new(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "comparisons do not chain");
    diagnostic.help("write `a < b && b < c`, or put parentheses around one of them")
}
