//! A line of YAML that begins with two slashes.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-slash-comment", severity: Severity::Warning, page: include_str!("yaml-slash-comment.md") };

/// `place` is that of the two slashes.
pub fn new(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "a line that begins with `//` is read as a comment, but YAML has only `#`")
        .replace("write `#`", true, place, "#")
}
