//! A call of what is no function.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "not-callable", severity: Severity::Error, page: include_str!("not-callable.md") };

pub fn new(place: Place, name: &str, found: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{name}` is no function and cannot be called: it is `{found}`"))
}
