//! A cluster that does not let this user do something.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "cluster-auth", severity: Severity::Error, page: include_str!("cluster-auth.md") };

/// `doing` is what the request was for; `detail` is what the server said, or what gives credentials for it.
pub fn new(server: &str, doing: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the cluster at `{server}` refuses {doing}"))
        .help(format!("it says: {detail}"))
        .help("`kubectl auth can-i --list` shows what this user may do there")
}
