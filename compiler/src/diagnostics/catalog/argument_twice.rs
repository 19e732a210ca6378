//! Two arguments for one parameter.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "argument-twice", severity: Severity::Error, page: include_str!("argument-twice.md") };

pub fn new(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{name}` is given twice"))
}
