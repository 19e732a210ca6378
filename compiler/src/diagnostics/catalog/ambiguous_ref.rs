//! A name that is both a branch and a tag of the remote.

use crate::diagnostics::{Diagnostic, Edit, Fix, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "ambiguous-ref", severity: Severity::Error, page: include_str!("ambiguous-ref.md") };

/// `branch` and `tag` are the two commits. With `clause`, `place` is that from the word `at` to the end of its string, so that
/// both mends can be offered as edits.
pub fn new(place: impl Into<Option<Place>>, clause: bool, url: &str, name: &str, branch: &str, tag: &str) -> Diagnostic {
    let place = place.into();
    let message = format!("`{name}` is both a branch (at {branch}) and a tag (at {tag}) of `{url}`");
    let mut diagnostic = Diagnostic::without_place(&INFO, message);
    diagnostic.place = place;
    for kind in ["branch", "tag"] {
        let text = format!("at {kind} \"{name}\"");
        diagnostic = diagnostic.help(format!("write `{text}` for the {kind}"));
        if let Some(place) = place.filter(|_| clause) {
            let edits = vec![Edit { place, text: text.clone() }];
            diagnostic = diagnostic.fix(Fix { title: format!("write `{text}`"), safe: false, edits });
        }
    }
    diagnostic
}
