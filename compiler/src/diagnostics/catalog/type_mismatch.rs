//! A value of another type than the one that stands there.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "type-mismatch", severity: Severity::Error, page: include_str!("type-mismatch.md") };

pub fn new(place: Place, found: impl Display, expected: impl Display, field: Option<&str>) -> Diagnostic {
    let message = match field {
        Some(field) => format!("`{field}` takes `{expected}`, but this is `{found}`"),
        None => format!("expected `{expected}`, but this is `{found}`"),
    };
    Diagnostic::new(&INFO, place, message).caption(format!("this is `{found}`"))
}
