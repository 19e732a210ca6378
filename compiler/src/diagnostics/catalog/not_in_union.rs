//! A text that is none of those a type lists.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "not-in-union", severity: Severity::Error, page: include_str!("not-in-union.md") };

/// `texts` are those that it can be.
pub fn new(place: Place, found: &str, expected: impl Display, texts: &[&str]) -> Diagnostic {
    let expected = expected.to_string();
    let known = nearest::list(&texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>());
    let diagnostic = if expected.starts_with('"') {
        Diagnostic::new(&INFO, place, format!("{found:?} is none of the texts that can stand here"))
    } else {
        Diagnostic::new(&INFO, place, format!("{found:?} is no `{expected}`"))
    };
    match nearest::nearest(found, texts.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean {near:?}? It is one of {known}")),
        None => diagnostic.help(format!("it is one of {known}")),
    }
}
