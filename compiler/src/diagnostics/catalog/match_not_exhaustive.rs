//! A `match` that leaves cases out.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "match-not-exhaustive", severity: Severity::Error, page: include_str!("match-not-exhaustive.md") };

pub fn new(place: Place, subject: impl Display, missing: &[String]) -> Diagnostic {
    let missing: Vec<String> = missing.iter().map(|case| format!("`{case}`")).collect();
    Diagnostic::new(&INFO, place, format!("the `match` over `{subject}` has no arm for {}", missing.join(", ")))
        .help("add an arm for each, or `_ => …` for all others")
}
