//! A block comment that nothing ends.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unclosed-comment", severity: Severity::Error, page: include_str!("unclosed-comment.md") };

/// `place` is the `/*`.
pub fn new(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "this comment is never closed, so it hides the rest of the file");
    diagnostic.help("write `*/` where it ends; comments nest, so each `/*` needs its own")
}
