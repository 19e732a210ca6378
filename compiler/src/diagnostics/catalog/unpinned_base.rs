//! A base image, or a builder's, that a build needs and whose digest nobody knows.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unpinned-base", severity: Severity::Error, page: include_str!("unpinned-base.md") };

/// A `FROM`, `COPY --from` or `RUN --mount=from` of the Dockerfile that the field at `place` names.
pub fn in_dockerfile(place: Place, reference: &str, dockerfile: &str) -> Diagnostic {
    new(place, format!("the digest of `{reference}`, which `{dockerfile}` builds on, is not known"), reference)
}

/// The image of a container with personalize lines.
pub fn in_container(place: Place, reference: &str) -> Diagnostic {
    new(place, format!("the digest of `{reference}`, which is personalised, is not known"), reference)
}

/// The image of the builder, or of its git.
pub fn of_builder(place: Place, reference: &str) -> Diagnostic {
    new(place, format!("the digest of `{reference}`, which builds images, is not known"), reference)
}

fn new(place: Place, message: String, reference: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, message)
        .help("without `--offline`, a plan asks the registry and writes the digest to `coder.lock`")
        .help(format!("or name the digest itself: `{reference}@sha256:…`"))
}
