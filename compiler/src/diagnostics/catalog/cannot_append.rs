//! `+=` on a field that is no list or map.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "cannot-append", severity: Severity::Error, page: include_str!("cannot-append.md") };

pub fn new(place: Place, name: &str, found: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`+=` needs a list or a map, and `{name}` is `{found}`"))
        .help(format!("replace it: `{name} = …`"))
}
