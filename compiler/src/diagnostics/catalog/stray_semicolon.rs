//! A semicolon, which ends nothing in this language.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "stray-semicolon", severity: Severity::Error, page: include_str!("stray-semicolon.md") };

/// `place` is the `;`.
pub fn new(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "`;` is not needed: a line ends with its line");
    diagnostic.help("remove it").replace("remove `;`", true, place, "")
}
