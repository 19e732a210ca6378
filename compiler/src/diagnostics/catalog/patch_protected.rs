//! A part of the Deployment that a patch cannot change.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "patch-protected", severity: Severity::Error, page: include_str!("patch-protected.md") };

/// `path` is what is changed, as `metadata.name`.
pub fn new(place: Place, path: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("a patch cannot change `{path}` of the Deployment: coderc finds it by that"))
        .help("leave it out; names, labels and annotations are fields of the environment itself")
}

/// `path` is a part that `$patch` or `none` takes away, with `inner` in it.
pub fn removed(place: Place, path: &str, inner: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("this takes away `{inner}`, by which coderc finds the Deployment"))
        .help(format!("change the fields of `{path}` that you mean one by one"))
}
