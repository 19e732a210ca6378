//! A frontend that kaniko does not load.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "ignored-frontend", severity: Severity::Warning, page: include_str!("ignored-frontend.md") };

/// `place` is the image that `# syntax` names.
pub fn new(place: Place, frontend: &str) -> Diagnostic {
    let message = format!("kaniko does not load `{frontend}`: it reads every file as a Dockerfile");
    Diagnostic::new(&INFO, place, message).help("remove the line if the file is a plain Dockerfile, or have the image built elsewhere")
}
