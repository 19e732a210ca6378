//! `==` where a value starts.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "equality-for-assignment", severity: Severity::Error, page: include_str!("equality-for-assignment.md") };

/// `place` is the `==`.
pub fn new(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "a value starts with `=`; `==` compares");
    diagnostic.help("write one `=`").replace("write `=`", true, place, "=")
}
