//! An imported commit that holds what no checkout may make.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "import-tree", severity: Severity::Error, page: include_str!("import-tree.md") };

/// `detail` says what, and at which path.
pub fn new(place: impl Into<Option<Place>>, url: &str, commit: &str, detail: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("commit {commit} of `{url}` is refused: {detail}"));
    diagnostic.place = place.into();
    diagnostic.help("git itself makes no such commit; tell the owner of the repository, and import another commit of it")
}
