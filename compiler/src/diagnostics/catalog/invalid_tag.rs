//! A tag that no registry takes.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "invalid-tag", severity: Severity::Error, page: include_str!("invalid-tag.md") };

/// `place` is the image's.
pub fn new(place: Place, tag: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{tag}` cannot be a tag of an image"))
        .help("a tag has at most 128 letters, digits, `_`, `.` and `-`, and begins with a letter, a digit or `_`")
}
