//! Two declarations that would make one object of the cluster.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "name-collision", severity: Severity::Error, page: include_str!("name-collision.md") };

/// `kind` is `environment` or `claim`.
pub fn new(place: Place, kind: &str, name: &str, first: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("this {kind} would be named `{name}` in the cluster, as another is"))
        .label(first, "the other is here")
        .help("rename one of them")
}
