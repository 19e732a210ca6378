//! A build that no node takes.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-unschedulable", severity: Severity::Error, page: include_str!("build-unschedulable.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(address: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("no node takes the build of `{address}`"))
        .help(format!("the scheduler says: {detail}"))
        .help("ask for less (`cpu`, `memory`), or add a node that has it")
}
