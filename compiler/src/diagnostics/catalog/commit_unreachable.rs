//! A commit that a build did not find on its remote.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "commit-unreachable", severity: Severity::Error, page: include_str!("commit-unreachable.md") };

pub fn new(commit: &str, url: &str) -> Diagnostic {
    let short: String = commit.chars().take(12).collect();
    Diagnostic::without_place(&INFO, format!("`{url}` has no commit {short}"))
        .help("push it, if it is yours: `git push`")
        .help("for an import whose history was rewritten: `coderc update`")
}
