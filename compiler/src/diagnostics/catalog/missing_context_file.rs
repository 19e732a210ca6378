//! A path that a Dockerfile takes from its context, and that is not there.

use smol_str::SmolStr;

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-context-file", severity: Severity::Error, page: include_str!("missing-context-file.md") };

/// `siblings` are what stands where the path should. `place` is the path.
pub fn new(place: Place, path: &str, siblings: &[SmolStr]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("the context has no `{path}`"));
    let plain = path.trim_start_matches("./").trim_matches('/');
    match nearest::nearest(plain, siblings.iter().map(SmolStr::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), false, place, near),
        None => diagnostic.help("sources are relative to the image's `context`, as committed"),
    }
}

/// The path leaves the context.
pub fn outside(place: Place, path: &str) -> Diagnostic {
    let message = format!("`{path}` is outside of the context");
    Diagnostic::new(&INFO, place, message).help("choose a `context` that holds it, and write the path relative to that")
}
