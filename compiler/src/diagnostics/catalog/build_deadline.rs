//! A build that took longer than it may.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-deadline", severity: Severity::Error, page: include_str!("build-deadline.md") };

pub fn new(seconds: u64) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the build was not done after {seconds} s, which is its deadline"))
        .help("give it longer: `project { builder { timeout = 2h } }`, or more processors: `cpu = 8`")
}
