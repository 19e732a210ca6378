//! A backslash with something after it that is no escape.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-escape", severity: Severity::Error, page: include_str!("unknown-escape.md") };

/// `escape` is as typed, with the backslash.
pub fn new(place: Place, escape: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("`{escape}` is no escape"));
    if escape.starts_with("\\u") {
        return diagnostic.help("a character by its number is written `\\u{1F600}`, with one to six hexadecimal digits");
    }
    let diagnostic = diagnostic.help("escapes are `\\n`, `\\t`, `\\\"`, `\\\\`, `\\u{…}` and `\\(expression)`");
    match escape {
        "\\r" => diagnostic.replace("write `\\u{D}`", true, place, "\\u{D}"),
        _ => diagnostic.replace("write a backslash", false, place, format!("\\{escape}")),
    }
}
