//! A repository that wants credentials which were not at hand.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "import-auth", severity: Severity::Error, page: include_str!("import-auth.md") };

/// `detail` is what the remote or git said.
pub fn new(place: impl Into<Option<Place>>, url: &str, detail: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("`{url}` wants credentials, or does not exist"));
    diagnostic.place = place.into();
    if !detail.is_empty() {
        diagnostic = diagnostic.help(format!("git says: {detail}"));
    }
    if url.starts_with("https://") {
        return diagnostic.help("set up a credential helper (`git config credential.helper`), so that `git ls-remote` works without a question");
    }
    diagnostic.help("load a key into the ssh agent (`ssh-add`), so that `git ls-remote` works without a question")
}
