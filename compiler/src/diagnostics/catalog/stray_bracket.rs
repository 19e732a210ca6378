//! A closing bracket that nothing opened.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "stray-bracket", severity: Severity::Error, page: include_str!("stray-bracket.md") };

/// `closer` is the bracket in backticks.
pub fn new(place: Place, closer: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("this {closer} closes nothing"));
    diagnostic.replace("remove it", false, place, "")
}
