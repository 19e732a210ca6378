//! A file of a package that is no text.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "file-unreadable", severity: Severity::Error, page: include_str!("file-unreadable.md") };

pub fn new(place: Place, path: &str, why: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{path}` cannot be read: {why}"))
}
