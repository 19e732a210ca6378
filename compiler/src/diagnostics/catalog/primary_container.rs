//! None, or more than one, of several containers is primary.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "primary-container", severity: Severity::Error, page: include_str!("primary-container.md") };

pub fn none(place: Place, names: &[smol_str::SmolStr]) -> Diagnostic {
    let first = names.first().map(|name| name.as_str()).unwrap_or_default();
    Diagnostic::new(&INFO, place, format!("none of the containers {} is primary", nearest::list(names)))
        .help(format!("write `primary = true` in the one that people work in: in `{first}`, say"))
}

pub fn twice(place: Place, first: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "a second container is primary").label(first, "the first is here").help("leave `primary = true` in one of them")
}
