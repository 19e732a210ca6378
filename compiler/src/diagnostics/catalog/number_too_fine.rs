//! An amount with a fraction that its type does not have.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "number-too-fine", severity: Severity::Error, page: include_str!("number-too-fine.md") };

pub fn new(place: Place, number: &str, unit: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{number}{unit}` is no whole number of the smallest unit"))
        .help("the smallest amounts are 1B, 1ms and 1m (a thousandth of a processor)")
}
