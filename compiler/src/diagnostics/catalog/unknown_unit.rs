//! A number with a unit that there is none of.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-unit", severity: Severity::Error, page: include_str!("unknown-unit.md") };

/// `known` are the units that fit, with the nearest first if there is one.
pub fn new(place: Place, number: &str, unit: &str, near: Option<&str>, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("there is no unit `{unit}`"));
    match near {
        Some(near) => diagnostic
            .help(format!("did you mean `{number}{near}`?"))
            .replace(format!("write `{number}{near}`"), true, place, format!("{number}{near}")),
        None => diagnostic.help(format!("units are {}", nearest::list(known))),
    }
}
