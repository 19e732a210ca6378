//! Declarations that stand on themselves.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "cycle", severity: Severity::Error, page: include_str!("cycle.md") };

/// The names and places, in order; each refers to the next and the last to the first. `places` is not empty.
pub fn new(places: &[(smol_str::SmolStr, Place)]) -> Diagnostic {
    let mut names: Vec<String> = places.iter().map(|(name, _)| format!("`{name}`")).collect();
    let [(_, first), rest @ ..] = places else { return Diagnostic::without_place(&INFO, "a cycle of declarations") };
    let message = if rest.is_empty() {
        format!("{} refers to itself", names.remove(0))
    } else {
        names.push(names[0].clone());
        format!("these declarations refer to each other in a circle: {}", names.join(" → "))
    };
    let diagnostic = Diagnostic::new(&INFO, *first, message);
    rest.iter().fold(diagnostic, |diagnostic, (name, place)| diagnostic.label(*place, format!("`{name}` is part of it")))
}
