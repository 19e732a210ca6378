//! A part of the language that this version reads but cannot carry out.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unsupported", severity: Severity::Error, page: include_str!("unsupported.md") };

/// `what` is not supported yet; `instead` says what to do.
pub fn new(place: Place, what: &str, instead: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("{what} is not supported yet")).help(instead.to_owned())
}
