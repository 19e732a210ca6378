//! A pattern of an ignore file that Docker refuses.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "dockerignore-pattern", severity: Severity::Error, page: include_str!("dockerignore-pattern.md") };

/// `place` is the line.
pub fn new(place: Place, pattern: &str) -> Diagnostic {
    let why = match pattern.trim() {
        pattern if pattern.ends_with('\\') => "nothing follows the `\\` at its end",
        pattern if pattern.contains('[') => "a `[` has no `]`, or nothing in between",
        _ => "it names nothing after `!`",
    };
    Diagnostic::new(&INFO, place, format!("`{pattern}` is no pattern: {why}")).help("a `\\` before it makes a character plain")
}
