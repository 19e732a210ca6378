//! Two images that would move one tag.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "tag-taken", severity: Severity::Error, page: include_str!("tag-taken.md") };

/// `place` is the `repository` of the first of the two addresses, `other` that of the second.
pub fn new(place: Place, reference: &str, (address, first): (&str, &str), other: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{address}` and `{first}` are different images, and both would be `{reference}`"))
        .label(other, format!("`{first}` is pushed here"))
        .help("give one of them another `repository`")
}
