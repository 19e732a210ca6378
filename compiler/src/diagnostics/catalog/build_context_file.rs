//! A file that a build copies and its context does not have.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-context-file", severity: Severity::Error, page: include_str!("build-context-file.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(file: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the context has no `{file}`"))
        .help(format!("the builder says: {detail}"))
        .help("the context is that of the commit: files that are not committed, or that `.dockerignore` names, are not in it")
}
