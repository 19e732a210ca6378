//! A pattern that the matched value can never be.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unreachable-pattern", severity: Severity::Error, page: include_str!("unreachable-pattern.md") };

pub fn new(place: Place, found: impl Display, subject: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{subject}` is never {found}"))
}
