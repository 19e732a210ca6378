//! The text of an import that names nothing that can be imported.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "import-url", severity: Severity::Error, page: include_str!("import-url.md") };

/// `reason` says why; `mended` is the text that was most likely meant. `place` is the text without its quotes.
pub fn new(place: impl Into<Option<Place>>, reason: &str, help: Option<&str>, mended: Option<&str>) -> Diagnostic {
    let place = place.into();
    let mut diagnostic = Diagnostic::without_place(&INFO, reason);
    diagnostic.place = place;
    if let Some(mended) = mended {
        diagnostic = diagnostic.help(format!("write `{mended}`"));
        if let Some(place) = place {
            diagnostic = diagnostic.replace(format!("write `{mended}`"), false, place, mended);
        }
    }
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
