//! `private` before what cannot be hidden.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "misplaced-private", severity: Severity::Error, page: include_str!("misplaced-private.md") };

/// `place` is `private` with the space after it.
pub fn new(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "`private` stands before `let`, `type`, `fn`, `image`, `environment` or `policy`");
    diagnostic.help("remove it: nothing else can be seen by importers").replace("remove `private`", true, place, "")
}
