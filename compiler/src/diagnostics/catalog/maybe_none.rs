//! A value that may be `none` where something is needed.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "maybe-none", severity: Severity::Error, page: include_str!("maybe-none.md") };

pub fn new(place: Place, found: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("this may be `none`: its type is `{found}`"))
        .help("say what to take instead: `value ?? other`")
}
