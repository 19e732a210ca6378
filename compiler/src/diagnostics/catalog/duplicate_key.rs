//! A key that a loop makes twice.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "duplicate-key", severity: Severity::Error, page: include_str!("duplicate-key.md") };

/// `first` is where the key came from before.
pub fn new(place: Place, key: &str, first: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("the key `{key}` is made twice"));
    let diagnostic = if first == place { diagnostic } else { diagnostic.label(first, "first here") };
    diagnostic.help("let each key come once: leave one out, or make the keys differ")
}
