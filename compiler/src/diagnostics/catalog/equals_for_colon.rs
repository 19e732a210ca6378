//! `=` before a type or an argument.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "equals-for-colon", severity: Severity::Error, page: include_str!("equals-for-colon.md") };

/// `place` is the `=`, `spaced` the same with the white space before it, `name` what is named.
pub fn new(place: Place, spaced: Place, name: &str) -> Diagnostic {
    let message = format!("expected `:` after `{name}`, found `=`");
    let diagnostic = Diagnostic::new(&INFO, place, message).help(format!("write `{name}: …`"));
    diagnostic.replace("write `:`", true, spaced, ":")
}
