//! An index into something that has no elements.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "no-index", severity: Severity::Error, page: include_str!("no-index.md") };

pub fn new(place: Place, found: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{found}` cannot be indexed"))
        .help("lists take a number, maps and records a string")
}
