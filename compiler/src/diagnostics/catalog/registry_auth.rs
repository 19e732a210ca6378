//! A registry that does not let this machine read an image.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "registry-auth", severity: Severity::Error, page: include_str!("registry-auth.md") };

/// `detail` is what the registry or a credential helper said; it must hold no secret.
pub fn new(place: impl Into<Option<Place>>, reference: &str, registry: &str, detail: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("`{registry}` does not let this machine read `{reference}`"));
    diagnostic.place = place.into();
    if !detail.is_empty() {
        diagnostic = diagnostic.help(format!("it says: {detail}"));
    }
    let login = format!("`docker login {registry}` gives access to a private image");
    diagnostic.help(login).help("check the name too: some registries say this of an image that does not exist")
}
