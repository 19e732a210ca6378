//! A tag that names another commit than the locked one.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "moved-tag", severity: Severity::Error, page: include_str!("moved-tag.md") };

/// `locked` and `now` are the two commits.
pub fn new(place: impl Into<Option<Place>>, url: &str, tag: &str, locked: &str, now: &str) -> Diagnostic {
    let message = format!("the tag `{tag}` of `{url}` was moved: the lock has {locked}, the remote now has {now}");
    let mut diagnostic = Diagnostic::without_place(&INFO, message);
    diagnostic.place = place.into();
    diagnostic
        .help("ask its owner whether that was meant: a tag that moves is how a changed package reaches those who pinned it")
        .help("`coderc update --accept-moved` takes the new commit")
}
