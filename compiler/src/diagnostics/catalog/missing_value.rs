//! A name with `=` and nothing after it.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-value", severity: Severity::Error, page: include_str!("missing-value.md") };

/// `place` is the `=`, `name` what stands before it.
pub fn new(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{name}` has no value")).help("write its value on the same line, after `=`")
}
