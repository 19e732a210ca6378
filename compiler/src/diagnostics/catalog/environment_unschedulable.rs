//! A pod that no node takes.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "environment-unschedulable", severity: Severity::Error, page: include_str!("environment-unschedulable.md") };

/// `detail` is what the scheduler says of the nodes.
pub fn new(environment: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("no node takes the pod of `{environment}`"))
        .help(format!("the scheduler says: {detail}"))
        .help("ask for less (`cpu`, `memory` of its containers), let it go elsewhere (`node-selector`, `tolerations`), or add a node")
}
