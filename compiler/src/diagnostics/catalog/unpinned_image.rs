//! A container's image reference that could not be pinned to a digest.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unpinned-image", severity: Severity::Warning, page: include_str!("unpinned-image.md") };

pub fn new(place: Place, reference: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{reference}` is not pinned to a digest, so it stays as written"))
        .help("without `--offline`, a plan asks the registry and writes the digest to `coder.lock`")
        .help(format!("or name the digest itself: `{reference}@sha256:…`"))
}
