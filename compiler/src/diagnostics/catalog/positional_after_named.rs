//! A positional argument after a named one.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "positional-after-named", severity: Severity::Error, page: include_str!("positional-after-named.md") };

pub fn new(place: Place, first_named: Option<Place>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, "a positional argument stands after a named one")
        .help("write the positional arguments first, or name this one too");
    match first_named {
        Some(named) => diagnostic.label(named, "named here"),
        None => diagnostic,
    }
}
