//! A quota that leaves no room.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "environment-quota", severity: Severity::Error, page: include_str!("environment-quota.md") };

/// `what` is refused; `detail` is what the server says.
pub fn new(what: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the quota of the namespace leaves no room for {what}"))
        .help(format!("the cluster says: {detail}"))
        .help("ask for less, `coderc destroy` an environment that nobody uses, or have the quota raised")
}
