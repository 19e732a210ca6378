//! A `COPY` whose wildcards match nothing.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "empty-copy", severity: Severity::Warning, page: include_str!("empty-copy.md") };

/// `is_ignored` when only `.dockerignore` keeps the pattern from matching. `place` is the pattern.
pub fn new(place: Place, pattern: &str, is_ignored: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("`{pattern}` matches nothing in the context, so nothing is copied"));
    match is_ignored {
        true => diagnostic.help("`.dockerignore` leaves out what it would match"),
        false => diagnostic.help("`*` does not reach into folders, and the pattern is relative to the image's `context`"),
    }
}
