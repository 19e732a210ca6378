//! Files of a commit that a build needs and cannot have.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info =
    Info { name: "context-unreadable", severity: Severity::Error, page: include_str!("context-unreadable.md") };

pub fn commit(url: &str, commit: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the commit {commit} of {url} could not be read"))
        .help(detail.to_owned())
        .help("push it, or look whether the repository can be reached: `git fetch`")
}

pub fn path(url: &str, commit: &str, path: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("{url} has no `{path}` at {commit}")).help("commit it, then plan again")
}

pub fn submodule(url: &str, path: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{path}` of {url} is a submodule, which builds on this machine do not fetch"))
        .help("build it in a cluster: `coderc apply --on kubernetes`")
        .help("or leave it out of the context by a line of `.dockerignore`")
}

pub fn lfs(url: &str, path: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{path}` of {url} is stored by git LFS, which builds on this machine do not fetch"))
        .help("build it in a cluster: `coderc apply --on kubernetes`")
        .help("or leave it out of the context by a line of `.dockerignore`")
}

pub fn write(path: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the file `{path}` of a context could not be written")).help(detail.to_owned())
}
