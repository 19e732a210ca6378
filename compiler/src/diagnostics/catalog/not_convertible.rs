//! A value that `int`, `float` or `string` cannot convert.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "not-convertible", severity: Severity::Error, page: include_str!("not-convertible.md") };

/// `shown` is the value as written, `ty` the function and type.
pub fn new(place: Place, shown: &str, ty: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("{shown} cannot become a value of type `{ty}`"))
}
