//! A Dockerfile without a stage to build, or an instruction before the first.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "missing-from", severity: Severity::Error, page: include_str!("missing-from.md") };

/// A file that holds no instruction at all, or only arguments. `place` is its start.
pub fn new(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "this Dockerfile has no `FROM`, so there is nothing to build").help("begin it with `FROM image`")
}

/// `instruction` stands before the first `FROM`; `place` is its name.
pub fn before(place: Place, instruction: &str) -> Diagnostic {
    let message = format!("`{instruction}` stands before the first `FROM`, where only `ARG` can");
    Diagnostic::new(&INFO, place, message).help("begin the file with `FROM image`, or move the instruction below it")
}
