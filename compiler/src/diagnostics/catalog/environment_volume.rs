//! A volume that an environment waits for.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "environment-volume", severity: Severity::Error, page: include_str!("environment-volume.md") };

/// `detail` is what the scheduler or the node says.
pub fn new(environment: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("a volume of `{environment}` is not there"))
        .help(format!("the cluster says: {detail}"))
        .help("`kubectl get storageclass` shows which classes make volumes; name one of them: `class = \"NAME\"` in the volume")
}
