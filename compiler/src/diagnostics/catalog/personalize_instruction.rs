//! An instruction that cannot stand in `personalize`.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "personalize-instruction", severity: Severity::Error, page: include_str!("personalize-instruction.md") };

/// An entry that holds no instruction. `place` is the entry.
pub fn empty(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "this entry of `personalize` holds no instruction").help("write one, `RUN …` say, or remove the entry")
}

/// `FROM`. `place` is the word.
pub fn from(place: Place) -> Diagnostic {
    let message = "`FROM` cannot stand in `personalize`: its lines are added to the image of the container";
    Diagnostic::new(&INFO, place, message).help("choose the image by the container's `image`")
}

/// `--from` with the number of a stage. `place` is the flag.
pub fn stage(place: Place, number: &str) -> Diagnostic {
    let message = format!("there is no stage {number} here: `personalize` stands on the finished image");
    Diagnostic::new(&INFO, place, message).help("copy from an image: `COPY --from=image …`")
}

/// A path of the context. `place` is the path.
pub fn context(place: Place, instruction: &str, path: &str) -> Diagnostic {
    let message = format!("`{instruction}` of `{path}`: `personalize` has no files to copy, the image's context is not there");
    Diagnostic::new(&INFO, place, message)
        .help("list the file in the project's `assets` and take it from `/tmp/coder`, or copy from an image by `--from`")
}

/// A line that is continued, with nothing after it. `place` is the instruction.
pub fn continued(place: Place) -> Diagnostic {
    let message = "this entry of `personalize` ends in a continuation, but nothing follows";
    Diagnostic::new(&INFO, place, message).help("remove the `\\` at its end: each entry is an instruction of its own")
}
