//! An operator written as a word.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "word-operator", severity: Severity::Error, page: include_str!("word-operator.md") };

/// `word` is `and`, `or` or `not`.
pub fn new(place: Place, word: &str) -> Diagnostic {
    let operator = match word {
        "and" => "&&",
        "or" => "||",
        _ => "!",
    };
    let diagnostic = Diagnostic::new(&INFO, place, format!("`{word}` is written `{operator}`"));
    diagnostic.help(format!("write `{operator}`")).replace(format!("write `{operator}`"), true, place, operator)
}
