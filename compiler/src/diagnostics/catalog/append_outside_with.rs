//! `+=` where there is nothing to append to.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "append-outside-with", severity: Severity::Error, page: include_str!("append-outside-with.md") };

/// `place` is the `+=`.
pub fn new(place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "`+=` stands only in the changes after `with`");
    diagnostic.help("write `=`: there is no earlier value here to append to").replace("write `=`", true, place, "=")
}
