//! A value that is too large to be meant.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "limit-size", severity: Severity::Error, page: include_str!("limit-size.md") };

/// A list, map or record of more than `limit` values, those within it included.
pub fn values(place: Place, limit: u64) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("this value would hold more than {limit} values")).help("make it of less")
}

/// A text of more than `limit` bytes.
pub fn text(place: Place, limit: usize) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("this text would be longer than {limit} bytes")).help("make it of less")
}

/// A declaration's loop over too much.
pub fn instances(place: Place, limit: usize) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("a declaration stands for at most {limit} images or environments"))
        .help("loop over less, or split the declaration")
}
