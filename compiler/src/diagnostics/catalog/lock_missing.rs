//! Something that the lock has no entry for, where `--locked` forbids to add one.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "lock-missing", severity: Severity::Error, page: include_str!("lock-missing.md") };

/// `at` reads in a sentence: `the default branch`, ``tag `v1` ``.
pub fn new(place: impl Into<Option<Place>>, what: &str, at: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("`{what}` at {at} is not in `coder.lock`, and `--locked` forbids to add it"));
    diagnostic.place = place.into();
    diagnostic.help("run the command without `--locked` and commit `.coder/coder.lock`")
}

/// An image whose digest the lock does not have.
pub fn image(place: Place, reference: &str) -> Diagnostic {
    let message = format!("the digest of `{reference}` is not in `coder.lock`, and `--locked` forbids to add it");
    Diagnostic::new(&INFO, place, message).help("run `coderc plan` without `--locked` and commit `.coder/coder.lock`")
}
