//! Brackets or operators within each other beyond any use.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "nesting-too-deep", severity: Severity::Error, page: include_str!("nesting-too-deep.md") };

/// `place` is where it gets too deep, `deepest` how many levels there may be.
pub fn new(place: Place, deepest: u16) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("this is nested deeper than {deepest} levels"));
    diagnostic.help("give parts of it names with `let`")
}
