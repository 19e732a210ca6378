//! A field that its type does not declare.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-field", severity: Severity::Error, page: include_str!("unknown-field.md") };

/// `owner` names what has the fields (`a container`), `known` are their names. `place` is the field's name.
pub fn new(place: Place, name: &str, owner: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("{owner} has no field `{name}`"));
    match nearest::nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, near),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("its fields are {}", nearest::list(known))),
    }
}
