//! A key that a map does not have.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-key", severity: Severity::Error, page: include_str!("missing-key.md") };

/// `known` are the keys that there are.
pub fn new(place: Place, key: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("there is no key `{key}`"));
    match nearest::nearest(key, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic.help("the map is empty"),
        None => diagnostic.help(format!("the keys are {}", nearest::list(known))),
    }
}
