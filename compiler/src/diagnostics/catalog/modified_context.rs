//! Files of a context that differ from the commit that is built.

use crate::diagnostics::nearest::list;
use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "modified-context", severity: Severity::Warning, page: include_str!("modified-context.md") };

/// `files` are relative to the repository's root; at least one.
pub fn new(place: Place, files: &[String], commit: &str) -> Diagnostic {
    let are = if files.len() == 1 { "is" } else { "are" };
    let commit = commit.get(..12).unwrap_or(commit);
    let message = format!("{} {are} modified, but the plan builds commit {commit} without that", list(files));
    Diagnostic::new(&INFO, place, message)
        .help("commit and push, or build the files as they lie there, as a preview, by `coderc build image`")
}
