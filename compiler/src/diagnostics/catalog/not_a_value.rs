//! A name that stands for no value.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "not-a-value", severity: Severity::Error, page: include_str!("not-a-value.md") };

/// `what` says what it is: "the type `size`".
pub fn new(place: Place, what: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("{what} is not a value"))
}
