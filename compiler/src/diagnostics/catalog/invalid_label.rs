//! A label or annotation that Kubernetes does not take.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "invalid-label", severity: Severity::Error, page: include_str!("invalid-label.md") };

pub fn key(place: Place, key: &str, problem: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{key}` cannot be the key of a label or annotation: {problem}"))
        .help("a key is a name of at most 63 letters, digits, `-`, `_` and `.`, perhaps after a domain and `/`: `acme.dev/owner`")
}

pub fn value(place: Place, value: &str, problem: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{value}` cannot be a label's value: {problem}"))
        .help("write free text into `annotations` instead")
}
