//! A probe of a port that the container does not declare.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-port", severity: Severity::Error, page: include_str!("unknown-port.md") };

pub fn new(place: Place, name: &str, known: &[&str], near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("the container has no port `{name}`"));
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, format!("{near:?}")),
        None if known.is_empty() => diagnostic.help(format!("declare it: `port {name} {{ number = 8080 }}`")),
        None => diagnostic.help(format!("its ports are {}", nearest::list(known))),
    }
}

/// A number that no port has.
pub fn number(place: Place, number: i64) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("{number} is no port")).help("ports are numbers from 1 to 65535")
}
