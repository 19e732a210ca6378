//! A platform that is none.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "invalid-platform", severity: Severity::Error, page: include_str!("invalid-platform.md") };

pub fn new(place: Place, platform: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{platform}` is no platform")).help("write an operating system and an architecture: `linux/amd64`, `linux/arm64`")
}

/// An empty list.
pub fn none(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "an image is built for one platform at least").help("leave `platforms` out for `linux/amd64`")
}
