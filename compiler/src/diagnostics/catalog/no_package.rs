//! A repository, or a folder of one, without a `.coder/`.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "no-package", severity: Severity::Error, page: include_str!("no-package.md") };

/// `what` is the repository's address or the path; `folder` is empty for the root. `others` are folders of it that hold a
/// package.
pub fn new(place: impl Into<Option<Place>>, what: &str, folder: &str, others: &[&str]) -> Diagnostic {
    let message = match folder {
        "" => format!("`{what}` has no `.coder/` folder, so it is no package"),
        folder => format!("`{folder}` of `{what}` has no `.coder/` folder, so it is no package"),
    };
    let mut diagnostic = Diagnostic::without_place(&INFO, message);
    diagnostic.place = place.into();
    match others {
        [] => diagnostic.help("run `coderc new` there to start a package, or leave out the import"),
        others => {
            let listed: Vec<String> = others.iter().take(8).map(|other| format!("`//{other}`")).collect();
            diagnostic.help(format!("it has packages at {}: write the folder after the repository", listed.join(", ")))
        }
    }
}
