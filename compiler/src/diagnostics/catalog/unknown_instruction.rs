//! A line of a Dockerfile that begins with no instruction.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-instruction", severity: Severity::Error, page: include_str!("unknown-instruction.md") };

/// `name` is the word as typed, `known` are the instructions; `place` is that word.
pub fn new(place: Place, name: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("a Dockerfile has no instruction `{name}`"));
    match nearest::nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, near),
        None => diagnostic.help("a command belongs behind `RUN`; a line that continues another needs a `\\` at the end of that one"),
    }
}
