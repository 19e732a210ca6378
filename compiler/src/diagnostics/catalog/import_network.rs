//! A remote that could not be reached, or broke off.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "import-network", severity: Severity::Error, page: include_str!("import-network.md") };

/// `detail` is what git said.
pub fn new(place: impl Into<Option<Place>>, url: &str, detail: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("`{url}` could not be reached"));
    diagnostic.place = place.into();
    if !detail.is_empty() {
        diagnostic = diagnostic.help(format!("git says: {detail}"));
    }
    diagnostic.help("try again, or use `--offline` with what is locked and in the cache")
}
