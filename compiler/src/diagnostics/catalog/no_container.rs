//! An environment without a container.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "no-container", severity: Severity::Error, page: include_str!("no-container.md") };

pub fn new(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "an environment needs a container").help("add `container NAME { image = … }`")
}
