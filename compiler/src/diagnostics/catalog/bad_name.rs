//! A name with characters that names do not have.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "bad-name", severity: Severity::Error, page: include_str!("bad-name.md") };

/// `name` is as typed.
pub fn new(place: Place, name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("`{name}` is no name"));
    diagnostic.help("a name has the letters a to z, digits, `_` and `-`; any other text stands in double quotes")
}
