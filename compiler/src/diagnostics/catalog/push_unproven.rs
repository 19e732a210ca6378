//! A build that ended well, and whose image is not there.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "push-unproven", severity: Severity::Error, page: include_str!("push-unproven.md") };

pub fn new(reference: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the build ended without an error, and the registry has no `{reference}`"))
        .help("look whether something deletes images there, or whether this machine and the cluster reach different registries under that name")
        .help("run it again: an image that is not there is built anew")
}
