//! A declaration whose keyword is misspelt, or another language's.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-keyword", severity: Severity::Error, page: include_str!("unknown-keyword.md") };

/// `word` is what was typed, `meant` the keyword it is taken for.
pub fn new(place: Place, word: &str, meant: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("there is no keyword `{word}`"));
    diagnostic.help(format!("did you mean `{meant}`?")).replace(format!("write `{meant}`"), true, place, meant)
}
