//! A pattern that the matched value can never be.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unreachable-pattern", severity: Severity::Error, page: include_str!("unreachable-pattern.md") };

/// `written` is the pattern, `meant` the text that it may be a misspelling of.
pub fn new(place: Place, written: &str, subject: impl Display, meant: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("`{subject}` is never `{written}`"));
    match meant {
        Some(meant) => {
            let meant = format!("{meant:?}");
            diagnostic.help(format!("did you mean `{meant}`?")).replace(format!("write `{meant}`"), true, place, meant)
        }
        None => diagnostic,
    }
}
