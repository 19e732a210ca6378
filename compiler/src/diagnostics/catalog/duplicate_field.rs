//! A field, block or parameter that is set twice.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "duplicate-field", severity: Severity::Error, page: include_str!("duplicate-field.md") };

pub fn new(place: Place, name: &str, first: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{name}` is there twice")).label(first, "first here").help("remove one of them")
}
