//! A locked commit whose content is not the locked one.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "changed-content", severity: Severity::Error, page: include_str!("changed-content.md") };

/// `locked` and `now` are the two hashes.
pub fn new(place: impl Into<Option<Place>>, url: &str, commit: &str, locked: &str, now: &str) -> Diagnostic {
    let message = format!("commit {commit} of `{url}` holds other files than were locked: the lock has {locked}, it now has {now}");
    let mut diagnostic = Diagnostic::without_place(&INFO, message);
    diagnostic.place = place.into();
    diagnostic
        .help("restore `coder.lock` from the repository's history if it was edited")
        .help("otherwise do not use it, and tell the owner: the same commit cannot hold other files by accident")
}
