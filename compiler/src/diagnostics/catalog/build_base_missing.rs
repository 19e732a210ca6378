//! A base image that is no longer there.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-base-missing", severity: Severity::Error, page: include_str!("build-base-missing.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(base: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the registry has no base image `{base}`"))
        .help(format!("it says: {detail}"))
        .help("`coderc update` takes what the reference names now into the lock, where it is still there under another digest")
}
