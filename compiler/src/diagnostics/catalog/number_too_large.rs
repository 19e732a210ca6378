//! A number that its type cannot hold.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "number-too-large", severity: Severity::Error, page: include_str!("number-too-large.md") };

pub fn new(place: Place, what: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("this number is too large for {what}"))
        .help("whole numbers and amounts have 64 bits: an int goes to 9223372036854775807")
}
