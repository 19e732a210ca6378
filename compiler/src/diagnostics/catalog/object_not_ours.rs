//! An object of the cluster that belongs to somebody else.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "object-not-ours", severity: Severity::Error, page: include_str!("object-not-ours.md") };

/// `owner` is whose it is, in words.
pub fn new(kind: &str, name: &str, namespace: &str, owner: &str) -> Diagnostic {
    let message = format!("the {kind} `{name}` of the namespace `{namespace}` belongs to {owner}");
    Diagnostic::without_place(&INFO, message)
        .help("nobody else's object is changed or deleted: give the environment another name or namespace")
        .help(format!("or delete it, if it is not needed: `kubectl delete {} {name} -n {namespace}`", kind.to_lowercase()))
}
