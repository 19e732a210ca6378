//! A `tag` of a container that names no repository.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-tag-without-github", severity: Severity::Error, page: include_str!("yaml-tag-without-github.md") };

/// `place` is that of the key; `reference` is the image with the tag, where both are known.
pub fn new(place: Place, reference: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "`tag` stands without `github`");
    let diagnostic = diagnostic.help("`tag` is the branch or commit of the repository that `github` names");
    match reference {
        Some(reference) => diagnostic.help(format!("for a tag of a registry, write `image: {reference}`")),
        None => diagnostic,
    }
}
