//! An environment that podman could not start, or that does not stay up.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info =
    Info { name: "local-environment", severity: Severity::Error, page: include_str!("local-environment.md") };

/// podman refused; `deed` completes `podman could not`.
pub fn refused(deed: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("podman could not {deed}")).help(format!("podman says: {detail}"))
}

pub fn name_taken(name: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("a pod `{name}` is there that this package did not make"))
        .help(format!("name the environment otherwise, or remove the pod: `podman pod rm -f {name}`"))
}

pub fn crash_loop(container: &str, times: u64, code: i64) -> Diagnostic {
    Diagnostic::without_place(
        &INFO,
        format!("the container `{container}` ends again and again: {times} restarts, the last with status {code}"),
    )
    .help("what it printed last stands below; `coderc logs` shows more")
}

pub fn ended(container: &str, code: i64) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the container `{container}` ended with status {code}"))
        .help("an environment's containers run until they are stopped: give it a `command` that does")
}

pub fn out_of_memory(container: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the container `{container}` was ended because it used more memory than it may"))
        .help("give it more: `memory = …`")
}

pub fn late(environment: &str, seconds: u64, what: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{environment}` was not ready after {seconds} seconds: {what}"))
        .help("`coderc logs` shows what its containers print")
}

pub fn unsupported(kind: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("podman has no `{kind}`"))
}
