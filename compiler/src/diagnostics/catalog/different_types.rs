//! Elements of a list, or arms of an `if` or `match`, of types that do not go together.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "different-types", severity: Severity::Error, page: include_str!("different-types.md") };

/// `others` says what this one should agree with: "the elements before".
pub fn new(place: Place, found: impl Display, before: impl Display, others: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("this is `{found}`, but {others} is `{before}`").replace("elements before is", "elements before are").replace("arms before is", "arms before are"))
        .caption(format!("this is `{found}`"))
}
