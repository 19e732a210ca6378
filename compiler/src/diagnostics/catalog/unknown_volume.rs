//! A mount of a volume that the environment does not have.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-volume", severity: Severity::Error, page: include_str!("unknown-volume.md") };

pub fn new(place: Place, name: &str, known: &[&str], near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("the environment has no volume `{name}`"));
    match near {
        // A bare name is replaced as it stands; a quoted one keeps its quotes.
        Some(near) if usize::from(place.range.len()) == name.len() => {
            diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, near)
        }
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic.help(format!("declare it: `volume {name} {{ size = 10GiB }}`")),
        None => diagnostic.help(format!("its volumes are {}", nearest::list(known))),
    }
}
