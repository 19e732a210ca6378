//! A repository that the remote does not have, or does not show.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "import-not-found", severity: Severity::Error, page: include_str!("import-not-found.md") };

/// `detail` is what the remote said.
pub fn new(place: impl Into<Option<Place>>, url: &str, detail: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("there is no repository `{url}`, or it is hidden from you"));
    diagnostic.place = place.into();
    if !detail.is_empty() {
        diagnostic = diagnostic.help(format!("the remote says: {detail}"));
    }
    diagnostic.help(format!("look at its spelling, and try `git ls-remote {url}`"))
}
