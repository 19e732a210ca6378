//! A declaration that computes for too long.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "limit-steps", severity: Severity::Error, page: include_str!("limit-steps.md") };

/// `limit` is how many steps a declaration may take.
pub fn new(place: Place, limit: u64) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("this takes more than {limit} steps to evaluate"))
        .help("a declaration describes a few thousand things at most: loop over less")
}
