//! Two things on one line with nothing between them.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-comma", severity: Severity::Error, page: include_str!("missing-comma.md") };

/// `place` is the second one, `between` the place of the comma.
pub fn new(place: Place, between: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "a comma is missing before this");
    diagnostic.help("fields end at a new line or a comma; elements and arguments at a comma").replace("write `,`", true, between, ",")
}
