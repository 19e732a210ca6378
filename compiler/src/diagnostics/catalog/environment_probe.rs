//! A container that runs and does not become healthy.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "environment-probe", severity: Severity::Error, page: include_str!("environment-probe.md") };

/// `detail` is what the probe was answered.
pub fn new(environment: &str, container: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the container `{container}` of `{environment}` runs and does not become healthy"))
        .help(format!("the node says: {detail}"))
        .help(format!("`coderc logs environment.{environment} {container}` shows what it does; `health` in the container says what is asked of it, and `delay` how long it may take"))
}
