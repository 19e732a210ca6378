//! An operator between types that it does not join.

use std::fmt::Display;

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "operator-types", severity: Severity::Error, page: include_str!("operator-types.md") };

pub fn unary(place: Place, operator: &str, found: impl Display) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{operator}` does not apply to `{found}`"))
}

/// `at` is the operator.
pub fn binary(place: Place, operator: &str, left: impl Display, right: impl Display, at: Place) -> Diagnostic {
    let message = match operator {
        "==" | "!=" => format!("`{left}` and `{right}` are never equal, so `{operator}` says nothing"),
        _ => format!("`{operator}` does not apply to `{left}` and `{right}`"),
    };
    Diagnostic::new(&INFO, place, message).label(at, "this operator")
}
