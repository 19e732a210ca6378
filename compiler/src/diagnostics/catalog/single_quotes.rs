//! A text in single quotes.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "single-quotes", severity: Severity::Error, page: include_str!("single-quotes.md") };

/// `text` is as typed, with its quotes.
pub fn new(place: Place, text: &str) -> Diagnostic {
    let inner = text.trim_matches('\'').replace('\\', "\\\\").replace('"', "\\\"");
    let diagnostic = Diagnostic::new(&INFO, place, "a text stands in double quotes");
    diagnostic.help("write `\"…\"`").replace("write double quotes", true, place, format!("\"{inner}\""))
}
