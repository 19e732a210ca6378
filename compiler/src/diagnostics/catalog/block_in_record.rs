//! A block among the fields of a record.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "block-in-record", severity: Severity::Error, page: include_str!("block-in-record.md") };

/// `word` is what the block starts with.
pub fn new(place: Place, word: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("expected `=` after `{word}`: a record holds fields, not blocks"));
    diagnostic.help(format!("write `{word} = {{ … }}`"))
}
