//! The name of a declaration in quotes.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "quoted-name", severity: Severity::Error, page: include_str!("quoted-name.md") };

/// `text` is the name as typed, with its quotes.
pub fn new(place: Place, text: &str) -> Diagnostic {
    let name = text.trim_matches('"');
    let diagnostic = Diagnostic::new(&INFO, place, "the name of a declaration stands without quotes");
    diagnostic.help(format!("write `{name}`")).replace(format!("write `{name}`"), true, place, name)
}
