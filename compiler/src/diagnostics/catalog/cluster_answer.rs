//! A cluster that does not take what it is given.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "cluster-answer", severity: Severity::Error, page: include_str!("cluster-answer.md") };

/// `doing` is what the request was for; `detail` is what the server said.
pub fn new(doing: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the cluster does not allow {doing}")).help(format!("it says: {detail}"))
}
