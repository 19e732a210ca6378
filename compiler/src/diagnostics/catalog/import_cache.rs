//! A cache that could not be read or written.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "import-cache", severity: Severity::Error, page: include_str!("import-cache.md") };

/// `path` is of the cache, `detail` what the system said.
pub fn new(place: impl Into<Option<Place>>, path: &str, detail: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("the cache `{path}` cannot be used: {detail}"));
    diagnostic.place = place.into();
    diagnostic.help("make room or mend its permissions, or name another folder by `CODERC_CACHE`; what it holds can be fetched again")
}
