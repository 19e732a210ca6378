//! `let`, `for` or `if` among the fields and blocks of a body.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info =
    Info { name: "misplaced-statement", severity: Severity::Error, page: include_str!("misplaced-statement.md") };

/// `place` is the keyword, `word` its text.
pub fn new(place: Place, word: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("`{word}` cannot start a line of a body"));
    diagnostic.help(match word {
        "let" => "write the constant outside of the declaration",
        "for" => "a block is repeated by what follows its name: `container name for x in xs { … }`",
        _ => "a block is left out by what follows its name, `container name if condition { … }`, a value by `if c { a } else { b }`",
    })
}
