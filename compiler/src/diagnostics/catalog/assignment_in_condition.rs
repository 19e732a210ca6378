//! `=` where two values are compared.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "assignment-in-condition", severity: Severity::Error, page: include_str!("assignment-in-condition.md") };

/// `place` is the `=`.
pub fn new(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "`=` compares nothing; `==` does");
    diagnostic.help("write `==`").replace("write `==`", true, place, "==")
}
