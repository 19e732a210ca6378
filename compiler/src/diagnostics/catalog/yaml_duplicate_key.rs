//! A key that a map has twice.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-duplicate-key", severity: Severity::Error, page: include_str!("yaml-duplicate-key.md") };

/// `first` is the place of the key that counts.
pub fn new(place: Place, key: &str, first: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{key}` is set twice")).label(first, "first set here").help("keep one of them")
}

/// Two names of one field.
pub fn same_field(place: Place, key: &str, other: &str, first: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{key}` and `{other}` are the same field")).label(first, "first set here").help("keep one of them")
}
