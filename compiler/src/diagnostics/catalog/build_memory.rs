//! A build that ran out of memory.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-memory", severity: Severity::Error, page: include_str!("build-memory.md") };

pub fn new(had: &str, wanted: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the build ran out of memory with {had}, with little caching too"))
        .help(format!("give it more: `project {{ builder {{ memory = {wanted} }} }}`"))
        .help("or make less at a time: fewer parallel jobs (`make -j2`), large files in layers of their own")
}
