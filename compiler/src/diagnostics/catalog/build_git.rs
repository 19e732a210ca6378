//! A repository that a build cannot fetch.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-git", severity: Severity::Error, page: include_str!("build-git.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(url: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the build cannot fetch `{url}`"))
        .help(format!("git says: {detail}"))
        .help("a private repository needs the Secret `coderc-git`: `git-credentials` (`https://USER:TOKEN@HOST`), or `ssh-key` and `known_hosts`")
}
