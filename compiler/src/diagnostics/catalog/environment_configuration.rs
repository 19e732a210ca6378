//! A container that cannot be made as it is described.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "environment-configuration", severity: Severity::Error, page: include_str!("environment-configuration.md") };

/// `detail` is what the node says.
pub fn new(environment: &str, container: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the container `{container}` of `{environment}` cannot be made"))
        .help(format!("the node says: {detail}"))
        .help("a Secret or a key of it may be missing, its command may not be in the image, or a path of a mount may be taken")
}
