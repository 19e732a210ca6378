//! An argument that a function of the standard library does not take.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "argument-type", severity: Severity::Error, page: include_str!("argument-type.md") };

/// `wanted` says what it takes: "a list of numbers".
pub fn new(place: Place, function: &str, wanted: &str, found: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{function}` takes {wanted}, but this is `{found}`"))
}
