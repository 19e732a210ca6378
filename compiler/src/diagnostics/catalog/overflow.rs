//! A number that leaves the range of its type.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "overflow", severity: Severity::Error, page: include_str!("overflow.md") };

/// `ty` is the type that cannot hold the result.
pub fn new(place: Place, ty: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("the result is too large for `{ty}`"))
}

/// An amount below zero.
pub fn negative(place: Place, ty: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("the result is negative, and a `{ty}` is not"))
}
