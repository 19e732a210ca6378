//! A build whose node has no room left.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-disk", severity: Severity::Error, page: include_str!("build-disk.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, "the node's disk is too small for the build")
        .help(format!("it says: {detail}"))
        .help("a build needs room for its base's files, for each layer, and for the image that is pushed: about three times its size")
        .help("delete in the same `RUN` what it needs no longer (package lists, archives), or build on nodes with larger disks")
}
