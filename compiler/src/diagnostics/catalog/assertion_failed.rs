//! An `assert` of a test that does not hold.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "assertion-failed", severity: Severity::Error, page: include_str!("assertion-failed.md") };

pub fn new(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "this does not hold")
}
