//! A registry that cannot be reached.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "registry-network", severity: Severity::Error, page: include_str!("registry-network.md") };

/// `detail` is what the connection ended with.
pub fn new(place: impl Into<Option<Place>>, registry: &str, detail: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("the registry `{registry}` could not be reached"));
    diagnostic.place = place.into();
    if !detail.is_empty() {
        diagnostic = diagnostic.help(format!("the connection ended with: {detail}"));
    }
    diagnostic
        .help("try again, or use `--offline` with what is locked")
        .help(format!("if it speaks http alone, name it: `project {{ builder {{ insecure = [\"{registry}\"] }} }}`"))
}
