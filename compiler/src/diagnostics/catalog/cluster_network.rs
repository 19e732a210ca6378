//! A cluster that cannot be reached.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "cluster-network", severity: Severity::Error, page: include_str!("cluster-network.md") };

/// `detail` is what the connection ended with.
pub fn new(server: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the cluster at `{server}` could not be reached"))
        .help(format!("the connection ended with: {detail}"))
        .help("look at it with `kubectl cluster-info`; another cluster is named with `--context` or `--kubeconfig`")
        .help("run it again later: the next `apply` finishes what this one began")
}
