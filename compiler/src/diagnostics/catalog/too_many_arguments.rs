//! More arguments than parameters.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "too-many-arguments", severity: Severity::Error, page: include_str!("too-many-arguments.md") };

pub fn new(place: Place, callee: &str, takes: usize) -> Diagnostic {
    let takes = match takes {
        0 => "no arguments".to_owned(),
        1 => "one argument".to_owned(),
        more => format!("{more} arguments"),
    };
    Diagnostic::new(&INFO, place, format!("`{callee}` takes {takes}, and this is one more"))
}
