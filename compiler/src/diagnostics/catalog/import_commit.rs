//! A commit that the remote does not have, or that its first digits do not single out.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "import-commit", severity: Severity::Error, page: include_str!("import-commit.md") };

/// `locked` says that the lock asked for it.
pub fn missing(place: impl Into<Option<Place>>, url: &str, commit: &str, locked: bool) -> Diagnostic {
    let message = match locked {
        true => format!("`{url}` no longer has the locked commit {commit}"),
        false => format!("`{url}` has no commit {commit}"),
    };
    let mut diagnostic = Diagnostic::without_place(&INFO, message);
    diagnostic.place = place.into();
    match locked {
        true => diagnostic
            .help("its history was rewritten; look at what changed, then take what it has now with `coderc update`"),
        false => diagnostic.help("a commit must be reachable from a branch or a tag of the remote: push it, or write another"),
    }
}

pub fn ambiguous(place: impl Into<Option<Place>>, url: &str, prefix: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("more than one commit of `{url}` begins with {prefix}"));
    diagnostic.place = place.into();
    diagnostic.help("write more of its digits")
}
