//! An element of a loop over images or environments that gives its instance no name.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "loop-key", severity: Severity::Error, page: include_str!("loop-key.md") };

/// `found` is what the element is, or its `name`, as a sentence calls it; `word` is `image` or `environment`.
pub fn new(place: Place, word: &str, found: &str) -> Diagnostic {
    let message = format!("this names no {word}: it is {found}");
    let help = "each is named by the element itself (a text), by the map's key (`for name, value in …`), or by the element's field `name`";
    Diagnostic::new(&INFO, place, message).help(help)
}
