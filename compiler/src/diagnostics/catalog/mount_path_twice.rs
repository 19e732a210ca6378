//! Two mounts at one path.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "mount-path-twice", severity: Severity::Error, page: include_str!("mount-path-twice.md") };

pub fn new(place: Place, path: &str, first: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{path}` is where `{first}` is mounted already"))
}
