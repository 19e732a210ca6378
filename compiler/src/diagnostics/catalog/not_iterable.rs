//! A loop over something that has no elements.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "not-iterable", severity: Severity::Error, page: include_str!("not-iterable.md") };

pub fn new(place: Place, found: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{found}` has no elements to go through"))
        .help("a loop goes through a list, a map or a record; `range(n)` is a list of n numbers")
}
