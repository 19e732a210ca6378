//! A personalised image that has nowhere to go.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "no-repository", severity: Severity::Error, page: include_str!("no-repository.md") };

/// `place` is the reference.
pub fn new(place: Place, container: &str, reference: &str) -> Diagnostic {
    let message = format!("the container `{container}` personalises `{reference}`, and no repository is named for the result");
    Diagnostic::new(&INFO, place, message)
        .help("name one in the container, `repository = \"acme/dev\"`, or for the whole package in `project { repository = … }`")
}
