//! A list, a record or a declaration inside a text.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "not-a-scalar", severity: Severity::Error, page: include_str!("not-a-scalar.md") };

pub fn new(place: Place, found: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{found}` cannot be written into a text"))
        .help("a text takes scalars; `join(list, \", \")` and `json(value)` make one of more")
}
