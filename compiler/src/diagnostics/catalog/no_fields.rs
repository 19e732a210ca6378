//! A field of something that has none.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "no-fields", severity: Severity::Error, page: include_str!("no-fields.md") };

pub fn new(place: Place, found: impl Display, name: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{found}` has no fields, so no `{name}`"))
}
