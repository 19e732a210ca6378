//! `enforce` of something else than a policy.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "not-a-policy", severity: Severity::Error, page: include_str!("not-a-policy.md") };

pub fn new(place: Place, what: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`enforce` takes a policy, and this is {what}"))
}
