//! A bracket that nothing closes.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unclosed-bracket", severity: Severity::Error, page: include_str!("unclosed-bracket.md") };

/// `opener` is the bracket in backticks, `next` what stands where it should have been closed at the latest.
pub fn new(place: Place, opener: &str, next: Option<Place>) -> Diagnostic {
    let closer = match opener {
        "`[`" => "`]`",
        "`(`" | "`\\(`" => "`)`",
        "`<`" => "`>`",
        _ => "`}`",
    };
    let diagnostic = Diagnostic::new(&INFO, place, format!("this {opener} is never closed")).help(format!("write {closer} after it"));
    match next {
        Some(next) => diagnostic.label(next, "the next declaration starts here"),
        None => diagnostic,
    }
}
