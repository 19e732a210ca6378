//! A Dockerfile that is not there.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "dockerfile-missing", severity: Severity::Error, page: include_str!("dockerfile-missing.md") };

/// `path` counts from the repository's root; `near` is a file of the context of almost that name.
pub fn new(place: Place, path: &str, near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("there is no Dockerfile `{path}`"));
    match near {
        Some(near) => diagnostic.help(format!("the context has `{near}`")),
        None => diagnostic.help("`dockerfile` is a path inside the context; without it, it is `Dockerfile`"),
    }
}
