//! More than the project allows.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "over-limit", severity: Severity::Error, page: include_str!("over-limit.md") };

pub fn new(place: Place, found: &str, limit: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("{found}: the project allows {limit}"))
        .help("ask for less, or raise `limits` in `project`")
}
