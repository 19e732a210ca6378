//! A namespace that is not there.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "namespace-missing", severity: Severity::Error, page: include_str!("namespace-missing.md") };

pub fn new(namespace: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the cluster has no namespace `{namespace}`"))
        .help(format!("make it: `kubectl create namespace {namespace}`"))
        .help("or name another: `namespace` in the project or the environment, `-n` for those that name none")
}
