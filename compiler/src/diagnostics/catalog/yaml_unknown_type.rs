//! A `type` that is neither `image` nor `environment`.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-unknown-type", severity: Severity::Error, page: include_str!("yaml-unknown-type.md") };

/// What a YAML template can declare.
pub const KNOWN: [&str; 2] = ["image", "environment"];

/// `place` is that of the value.
pub fn new(place: Place, kind: &str) -> Diagnostic {
    let message = format!("expected `image` or `environment` as `type`, found `{kind}`");
    let diagnostic = Diagnostic::new(&INFO, place, message);
    match nearest::nearest(kind, KNOWN) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, near),
        None => diagnostic,
    }
}
