//! Two declarations of one name.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "duplicate-name", severity: Severity::Error, page: include_str!("duplicate-name.md") };

pub fn new(place: Place, name: &str, first: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{name}` is declared twice"))
        .label(first, "first declared here")
        .help("rename or remove one of them")
}
