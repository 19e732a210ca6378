//! A name that Kubernetes does not take.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "invalid-name", severity: Severity::Error, page: include_str!("invalid-name.md") };

/// `what` is what is named (`environment`, `container`), `problem` says what is wrong with the name.
pub fn new(place: Place, name: &str, what: &str, problem: &str) -> Diagnostic {
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    Diagnostic::new(&INFO, place, format!("`{name}` cannot be the name of {article} {what}: {problem}"))
        .help("names of the cluster have at most 63 lower case letters, digits and `-`, and start and end with a letter or digit")
}
