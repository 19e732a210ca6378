//! A key that the original format requires.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-missing-key", severity: Severity::Error, page: include_str!("yaml-missing-key.md") };

/// `owner` lacks `key`, which is `what`.
pub fn new(place: Place, owner: &str, key: &str, what: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("{owner} has no `{key}`")).help(format!("add `{key}`: {what}"))
}
