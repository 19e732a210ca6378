//! A declaration that its package hides.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "private-name", severity: Severity::Error, page: include_str!("private-name.md") };

pub fn new(place: Place, name: &str, declared: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{name}` is private to its package"))
        .label(declared, "declared here")
        .help("use what the package shows, or ask its owners to remove `private`")
}
