//! `with` on something that has no fields.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "cannot-change", severity: Severity::Error, page: include_str!("cannot-change.md") };

pub fn new(place: Place, found: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`with` changes fields, and `{found}` has none"))
}
