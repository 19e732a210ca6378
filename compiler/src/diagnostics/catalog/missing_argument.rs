//! A call that leaves out a parameter without a default.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-argument", severity: Severity::Error, page: include_str!("missing-argument.md") };

pub fn new(place: Place, callee: &str, missing: &[&str]) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{callee}` also needs {}", nearest::list(missing)))
        .help(format!("give it: `{}: …`", missing.first().copied().unwrap_or_default()))
}
