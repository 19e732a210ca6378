//! Something that `--offline` needs, and neither the lock nor the cache has.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "lock-offline", severity: Severity::Error, page: include_str!("lock-offline.md") };

/// `at` reads in a sentence: `the default branch`, ``tag `v1` ``. `commit` is the locked one, when only the cache lacks it.
pub fn new(place: impl Into<Option<Place>>, what: &str, at: &str, commit: Option<&str>) -> Diagnostic {
    let message = match commit {
        None => format!("`{what}` at {at} is not in `coder.lock`, and `--offline` forbids to ask for it"),
        Some(commit) => format!("`{what}` at {at} (commit {commit}) is not in the cache, and `--offline` forbids to fetch it"),
    };
    let mut diagnostic = Diagnostic::without_place(&INFO, message);
    diagnostic.place = place.into();
    diagnostic.help("run `coderc check` once without `--offline`: it writes the lock and fills the cache")
}
