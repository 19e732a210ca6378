//! A base image that a build may not read.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "base-denied", severity: Severity::Error, page: include_str!("base-denied.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(base: &str, credentials: Option<&str>, detail: &str) -> Diagnostic {
    let diagnostic = Diagnostic::without_place(&INFO, format!("the registry does not let the build read `{base}`"))
        .help(format!("it says: {detail}"));
    match credentials {
        Some(secret) => diagnostic.help(format!(
            "builds read private bases with the Secret `{secret}-pull`: `kubectl create secret docker-registry {secret}-pull …`"
        )),
        None => diagnostic.help("name the Secret of the image's registry: `credentials = \"…\"`; bases are read with `…-pull`"),
    }
}
