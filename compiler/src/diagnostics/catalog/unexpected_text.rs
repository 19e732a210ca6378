//! Something stands where the grammar has no place for it.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unexpected-text", severity: Severity::Error, page: include_str!("unexpected-text.md") };

/// `found` is the text at `place`; `expected` are at most three things that could stand there, as a sentence calls them.
pub fn new(place: Place, found: &str, expected: &[&str]) -> Diagnostic {
    let found = shortened(found);
    let message = match expected {
        [] => format!("`{found}` cannot stand here"),
        _ => format!("expected {}, found `{found}`", either(expected)),
    };
    Diagnostic::new(&INFO, place, message)
}

/// Something is missing after `last`, with which its line ends: the text at `place`, or what a sentence calls it.
pub fn at_the_end(place: Place, last: &str, expected: &[&str]) -> Diagnostic {
    let last = if last == "a text" { "the text".to_string() } else { format!("`{}`", shortened(last)) };
    let message = match expected {
        [] => format!("something is missing after {last}"),
        _ => format!("expected {} after {last}", either(expected)),
    };
    Diagnostic::new(&INFO, place, message)
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(30) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_string(),
    }
}

fn either(expected: &[&str]) -> String {
    match expected.split_last() {
        Some((last, [])) => last.to_string(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
