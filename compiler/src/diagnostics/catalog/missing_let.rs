//! A constant without its keyword.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-let", severity: Severity::Error, page: include_str!("missing-let.md") };

/// `place` is the constant's name.
pub fn new(place: Place, name: &str) -> Diagnostic {
    let before = place.at(crate::text::TextRange::empty(place.range.start()));
    let diagnostic = Diagnostic::new(&INFO, place, format!("the constant `{name}` is declared without `let`"));
    diagnostic.help(format!("write `let {name} = …`")).replace("write `let`", true, before, "let ")
}
