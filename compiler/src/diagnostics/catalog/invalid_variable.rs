//! A name that no environment variable can have.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "invalid-variable", severity: Severity::Error, page: include_str!("invalid-variable.md") };

pub fn new(place: Place, name: &str, problem: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{name}` cannot be the name of an environment variable: {problem}"))
}
