//! A named argument that no parameter has the name of.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-argument", severity: Severity::Error, page: include_str!("unknown-argument.md") };

pub fn new(place: Place, name: &str, callee: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("`{callee}` has no parameter `{name}`"));
    match nearest::nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, near),
        None if known.is_empty() => diagnostic.help("it takes no arguments"),
        None => diagnostic.help(format!("its parameters are {}", nearest::list(known))),
    }
}
