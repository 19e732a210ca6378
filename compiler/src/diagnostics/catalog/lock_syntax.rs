//! A `coder.lock` that cannot be read.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "lock-syntax", severity: Severity::Error, page: include_str!("lock-syntax.md") };

/// `place` is of the lock's own file, where it has one; without it the message names the file, with `line` and `column` from 1.
pub fn new(place: impl Into<Option<Place>>, file: &str, position: Option<(u32, u32)>, reason: &str, help: &str) -> Diagnostic {
    let place = place.into();
    let message = match (place, position) {
        (None, Some((line, column))) => format!("{file}:{line}:{column}: {reason}"),
        _ => reason.to_owned(),
    };
    let mut diagnostic = Diagnostic::without_place(&INFO, message);
    diagnostic.place = place;
    diagnostic.help(help)
}
