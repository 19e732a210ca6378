//! A comment that starts with `#`.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "foreign-comment", severity: Severity::Error, page: include_str!("foreign-comment.md") };

/// `place` is the whole comment.
pub fn new(place: Place) -> Diagnostic {
    let start = place.range.start();
    let sign = place.at(crate::text::TextRange::at(start, crate::text::TextSize::new(1)));
    let diagnostic = Diagnostic::new(&INFO, place, "a comment starts with `//`, not with `#`");
    diagnostic.help("write `//`").replace("write `//`", true, sign, "//")
}
