//! A builder whose image cannot be pulled.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "builder-image", severity: Severity::Error, page: include_str!("builder-image.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(image: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the node cannot pull the builder's image `{image}`"))
        .help(format!("it says: {detail}"))
        .help("name a copy that the cluster can reach: `project { builder { image = \"…@sha256:…\" } }`; the git image by `git-image`")
}
