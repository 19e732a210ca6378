//! Pods that the cluster refuses.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "environment-refused", severity: Severity::Error, page: include_str!("environment-refused.md") };

/// `detail` is what the server says.
pub fn new(environment: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the cluster refuses the pods of `{environment}`"))
        .help(format!("it says: {detail}"))
        .help("a policy of the namespace forbids something that they ask for, or the account that they name is missing")
}
