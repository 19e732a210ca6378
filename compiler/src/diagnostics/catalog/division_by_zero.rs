//! A division by zero.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "division-by-zero", severity: Severity::Error, page: include_str!("division-by-zero.md") };

pub fn new(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "this divides by zero").help("choose another value with `if` where the divisor can be 0")
}
