//! An answer of a registry that makes no sense.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "registry-answer", severity: Severity::Error, page: include_str!("registry-answer.md") };

/// `detail` is what is wrong with it.
pub fn new(place: impl Into<Option<Place>>, reference: &str, registry: &str, detail: &str) -> Diagnostic {
    let message = format!("`{registry}` gave no usable answer about `{reference}`");
    let mut diagnostic = Diagnostic::without_place(&INFO, message);
    diagnostic.place = place.into();
    diagnostic.help(format!("the answer: {detail}")).help("is this host a registry, and this name an image?")
}
