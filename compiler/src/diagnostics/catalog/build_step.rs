//! A line of a Dockerfile that failed.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-step", severity: Severity::Error, page: include_str!("build-step.md") };

pub fn new(instruction: &str, status: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{instruction}` failed: {status}"))
        .help("the end of its output stands above")
}
