//! A secret where it would become text.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "secret-in-text", severity: Severity::Error, page: include_str!("secret-in-text.md") };

pub fn new(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "a `secret` cannot become part of a text")
        .help("give it to a container's `env`, a `mount`, or an image's `secrets`, which hand it over without showing it")
}
