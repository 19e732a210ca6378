//! A text whose closing quotes are missing.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unclosed-text", severity: Severity::Error, page: include_str!("unclosed-text.md") };

/// `place` is the text, `end` where it should end at the latest, `quotes` what it started with.
pub fn new(place: Place, end: Place, quotes: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "this text is never closed");
    let diagnostic = match quotes {
        "\"" => diagnostic.help("a text ends on its line; one of several lines stands between `\"\"\"`"),
        _ => diagnostic.help("write `\"\"\"` after its last line"),
    };
    diagnostic.replace(format!("write `{quotes}`"), false, end, quotes)
}
