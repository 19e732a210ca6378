//! An image reference that its registry has nothing under.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "base-not-found", severity: Severity::Error, page: include_str!("base-not-found.md") };

/// `registry` is the host that was asked.
pub fn new(place: impl Into<Option<Place>>, reference: &str, registry: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("`{registry}` has no image `{reference}`"));
    diagnostic.place = place.into();
    diagnostic.help("check the name and the tag; without a host, `docker.io` is meant")
}
