//! A declaration that its own condition leaves out, and that is used all the same.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "absent-declaration", severity: Severity::Error, page: include_str!("absent-declaration.md") };

/// `kind` is `image` or `environment`, `declared` its name.
pub fn new(place: Place, kind: &str, name: &str, declared: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{kind}.{name}` is not there: its condition is false"))
        .label(declared, "declared with `if` here")
        .help("put the same condition before what uses it")
}
