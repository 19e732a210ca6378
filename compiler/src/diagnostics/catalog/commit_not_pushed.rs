//! A commit that its remote does not have.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "commit-not-pushed", severity: Severity::Error, page: include_str!("commit-not-pushed.md") };

pub fn new(commit: &str, url: &str, images: &[String]) -> Diagnostic {
    let short: String = commit.chars().take(12).collect();
    let image = images.first().map_or("NAME", String::as_str).trim_start_matches("image.");
    Diagnostic::without_place(&INFO, format!("the commit {short} is in no branch of `{url}`, so it cannot be built from there"))
        .help("push it: `git push`")
        .help(format!("or build the working tree as it is, as a preview: `coderc build image {image}`"))
}
