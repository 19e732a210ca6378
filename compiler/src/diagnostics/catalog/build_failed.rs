//! A build that ended in a way that nobody foresaw.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-failed", severity: Severity::Error, page: include_str!("build-failed.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the build failed: {detail}")).help("the end of its log stands above")
}
