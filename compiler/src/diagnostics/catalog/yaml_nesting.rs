//! Lists and maps within one another, too deep.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-nesting", severity: Severity::Error, page: include_str!("yaml-nesting.md") };

/// `limit` is how many levels there may be.
pub fn new(place: Place, limit: usize) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("lists and maps are nested more than {limit} levels deep"))
}
