//! A block that its surroundings do not have.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-block", severity: Severity::Error, page: include_str!("unknown-block.md") };

/// `owner` names what it stands in, `known` the words of its blocks.
pub fn new(place: Place, word: &str, owner: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("{owner} has no block `{word}`"));
    match nearest::nearest(word, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, near),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("its blocks are {}", nearest::list(known))),
    }
}
