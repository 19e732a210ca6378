//! A list with a dash before each element, as YAML writes it.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "dash-list", severity: Severity::Error, page: include_str!("dash-list.md") };

/// `place` is the first dash.
pub fn new(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "a list stands in brackets, not after dashes");
    diagnostic.help("write `[\"a\", \"b\"]`")
}
