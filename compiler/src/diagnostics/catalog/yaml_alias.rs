//! An alias that stands for nothing, for itself or for too much.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-alias", severity: Severity::Error, page: include_str!("yaml-alias.md") };

/// `name` has no anchor before it.
pub fn unknown(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("no anchor `&{name}` stands above this alias"))
        .help(format!("write `&{name}` before the value that `*{name}` should repeat"))
}

pub fn of_itself(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "this alias stands inside the value that it repeats")
}

/// `limit` is how many values the aliases of a document may stand for.
pub fn too_large(place: Place, limit: u64) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("the aliases of this document stand for more than {limit} values"))
        .help("write a `.coder` template with parameters instead")
}
