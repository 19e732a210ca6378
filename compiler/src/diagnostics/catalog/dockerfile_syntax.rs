//! A Dockerfile that its own rules refuse.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "dockerfile-syntax", severity: Severity::Error, page: include_str!("dockerfile-syntax.md") };

/// `message` says what is wrong.
pub fn new(place: Place, message: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, message)
}
