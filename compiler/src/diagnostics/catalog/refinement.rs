//! A value that breaks the condition of its type.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "refinement", severity: Severity::Error, page: include_str!("refinement.md") };

/// `name` is that of the type, `condition` its source text, `declared` where that stands.
pub fn new(place: Place, value: &str, name: Option<&str>, condition: &str, declared: Place) -> Diagnostic {
    let condition = condition.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = match name {
        Some(name) => format!("{value} is no `{name}`: `{condition}` does not hold"),
        None => format!("{value} does not fit: `{condition}` does not hold"),
    };
    Diagnostic::new(&INFO, place, message).label(declared, "this is what must hold").help(format!("give a value for which `{condition}`"))
}
