//! An image that could not be built on this machine.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "local-build", severity: Severity::Error, page: include_str!("local-build.md") };

/// `step` is the instruction; `status` completes `ended with`.
pub fn step(step: &str, status: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{step}` ended with {status}"))
        .help("what it printed stands below; the steps before it are kept, so that the next try starts there")
}

pub fn copy(step: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{step}` copies what is not there"))
        .help(detail.to_owned())
        .help("a context holds what is committed and `.dockerignore` does not leave out")
}

pub fn base(reference: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the base `{reference}` is not on this machine and could not be pulled"))
        .help(detail.to_owned())
        .help(format!("pull it yourself, with credentials if it needs some: `podman login`, `podman pull {reference}`"))
        .help("or take another version of it: `coderc update`")
}

pub fn disk() -> Diagnostic {
    Diagnostic::without_place(&INFO, "the disk is full")
        .help("see what images take and remove what is not used: `podman system df`, `podman image prune`")
}

pub fn deadline(seconds: u64) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the build took longer than {seconds} seconds"))
        .help("give it more: `project { builder { timeout = … } }`")
}

pub fn other(detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, "the image was not built").help(format!("buildah says: {detail}"))
}

/// What buildah cannot do with this Dockerfile.
pub fn heredoc(name: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the heredoc `<<{name}` has variables, which buildah does not fill in"))
        .help(format!("quote its name, if they are meant as they stand: `<<'{name}'`"))
        .help("or copy the content from a file of the context")
}
