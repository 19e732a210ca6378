//! Values, calls or expressions within each other too deep.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "limit-depth", severity: Severity::Error, page: include_str!("limit-depth.md") };

/// Lists and records within each other.
pub fn nesting(place: Place, limit: u32) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("lists and records lie at most {limit} deep within each other"))
        .help("flatten the value")
}

/// Calls within each other.
pub fn calls(place: Place, limit: usize) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("calls lie at most {limit} deep within each other"))
        .help("let functions call fewer others")
}

/// Expressions within each other, over all calls.
pub fn expressions(place: Place, limit: u32) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("expressions lie at most {limit} deep within each other"))
        .help("give parts of it names with `let`")
}
