//! A comment after a value that begins with slashes.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-slash-after-value", severity: Severity::Error, page: include_str!("yaml-slash-after-value.md") };

/// `place` is that of the two slashes.
pub fn new(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "found `//` after a value: comments in YAML begin with `#`")
        .help("write `#`, or put the value in quotes if the slashes belong to it")
        .replace("write `#`", true, place, "#")
}
