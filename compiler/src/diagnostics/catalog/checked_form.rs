//! A text or number that does not have the form its type asks for.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "checked-form", severity: Severity::Error, page: include_str!("checked-form.md") };

/// `form` is the type (`path`, `port`), `shown` the value as written, `problem` why it is none, as the end of a sentence.
pub fn new(place: Place, form: &str, shown: &str, problem: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("{shown} is no `{form}`: {problem}"))
}
