//! A required field that is not set.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-field", severity: Severity::Error, page: include_str!("missing-field.md") };

/// `owner` names what lacks it: "an image".
pub fn new(place: Place, owner: &str, missing: &[&str]) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("{owner} needs {}", nearest::list(missing)))
        .help(format!("add `{} = …`", missing.first().copied().unwrap_or_default()))
}
