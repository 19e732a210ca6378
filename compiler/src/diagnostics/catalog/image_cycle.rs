//! Images that are built on each other in a circle.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "image-cycle", severity: Severity::Error, page: include_str!("image-cycle.md") };

/// The images of the circle in order, each with the place of its `repository`; each is built on the next, the last on the first.
pub fn new(cycle: &[(&str, Place)]) -> Diagnostic {
    let Some(((first, place), rest)) = cycle.split_first() else {
        return Diagnostic::without_place(&INFO, "images are built on each other in a circle");
    };
    if rest.is_empty() {
        return Diagnostic::new(&INFO, *place, format!("the Dockerfile of `{first}` is `FROM` the repository that it is pushed to"))
            .help("name another base, or an older image of it by digest or by a tag that no branch moves");
    }
    let path: Vec<String> = cycle.iter().chain(&cycle[..1]).map(|(address, _)| format!("`{address}`")).collect();
    let diagnostic = Diagnostic::new(&INFO, *place, format!("images are built on each other in a circle: {}", path.join(" on ")));
    let diagnostic = diagnostic.help("let one of the Dockerfiles be `FROM` an image that is not among them");
    rest.iter().fold(diagnostic, |diagnostic, (address, place)| diagnostic.label(*place, format!("`{address}` is pushed here")))
}
