//! A secret that a `RUN` requires and the image does not have.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-build-secret", severity: Severity::Error, page: include_str!("missing-build-secret.md") };

/// `known` are the ids that the image declares. `place` is the mount.
pub fn new(place: Place, id: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("the image has no build secret `{id}`, which this `RUN` requires"));
    match nearest::nearest(id, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("add it to the image: `secrets = {{ {id} = secret(\"name\", key: \"key\") }}`")),
    }
}
