//! A position that a list does not have.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "index-out-of-range", severity: Severity::Error, page: include_str!("index-out-of-range.md") };

/// `length` is how many elements there are.
pub fn new(place: Place, index: i64, length: usize) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("there is no element {index} in a list of {length}"));
    match length {
        0 => diagnostic.help("the list is empty"),
        1 => diagnostic.help("positions count from 0: the only one is 0"),
        _ => diagnostic.help(format!("positions count from 0: the last is {}", length - 1)),
    }
}
