//! Repositories that import each other.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "import-cycle", severity: Severity::Error, page: include_str!("import-cycle.md") };

/// `path` is the way round, the first and the last the same: each as `url at x`.
pub fn new(place: impl Into<Option<Place>>, path: &[&str]) -> Diagnostic {
    let shown: Vec<String> = path.iter().map(|step| format!("`{step}`")).collect();
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("imports go round in a circle: {}", shown.join(" → ")));
    diagnostic.place = place.into();
    diagnostic.help("move what both need into a third package, and import that from each")
}
