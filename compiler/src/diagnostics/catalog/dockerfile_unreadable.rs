//! A Dockerfile that is no text.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "dockerfile-unreadable", severity: Severity::Error, page: include_str!("dockerfile-unreadable.md") };

pub fn new(place: Place, path: &str, why: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("the Dockerfile `{path}` cannot be read: {why}"))
}
