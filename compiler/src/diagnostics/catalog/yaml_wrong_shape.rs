//! A list where a map belongs, or the like.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-wrong-shape", severity: Severity::Error, page: include_str!("yaml-wrong-shape.md") };

/// `what` is the value, `expected` and `found` say what it should be and is ("a map of its fields", "a list").
pub fn new(place: Place, what: &str, expected: &str, found: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("{what} must be {expected}, found {found}"))
}
