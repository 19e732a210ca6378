//! A path in a container that does not start with `/`.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "relative-path", severity: Severity::Error, page: include_str!("relative-path.md") };

pub fn new(place: Place, field: &str, path: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("the {field} `{path}` does not start with `/`"))
        .help(format!("write it from the container's root: `/{}`", path.trim_start_matches("./")))
}
