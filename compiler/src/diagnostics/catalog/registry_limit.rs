//! A registry that wants fewer requests.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "registry-limit", severity: Severity::Error, page: include_str!("registry-limit.md") };

pub fn new(place: impl Into<Option<Place>>, reference: &str, registry: &str) -> Diagnostic {
    let mut diagnostic =
        Diagnostic::without_place(&INFO, format!("`{registry}` refused to look up `{reference}`: too many requests"));
    diagnostic.place = place.into();
    diagnostic.help(format!("try again later; after `docker login {registry}` the limit is often higher"))
}
