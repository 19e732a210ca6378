//! A secret that podman does not have, or not as it is asked for.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "local-secret", severity: Severity::Error, page: include_str!("local-secret.md") };

/// `user` is what needs it: the address of an action.
pub fn missing(name: &str, key: &str, user: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("podman has no secret `{name}`, which {user} needs"))
        .help(format!("make it of a file that holds the value of `{key}`: `podman secret create {name} FILE`"))
        .help("with more than one key, of a file that holds a Kubernetes Secret in YAML or JSON")
}

pub fn key(name: &str, key: &str, user: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("podman's secret `{name}` has no key `{key}`, which {user} needs"))
        .help(format!("make it anew with that key: `podman secret rm {name}`, `podman secret create {name} FILE`"))
}

pub fn unreadable(name: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("podman's secret `{name}` could not be read")).help(detail.to_owned())
}
