//! A target of the command line that names nothing in the plan.

use crate::diagnostics::nearest::{list, nearest};
use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "unknown-target", severity: Severity::Error, page: include_str!("unknown-target.md") };

/// `known` are the addresses of images and environments.
pub fn new(pattern: &str, known: &[String]) -> Diagnostic {
    let diagnostic = Diagnostic::without_place(&INFO, format!("nothing in this package is called `{pattern}`"));
    match nearest(pattern, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic.help("the package declares neither an image nor an instance of an environment"),
        None => diagnostic.help(format!("there are {}", list(known))),
    }
}

/// Nothing that is applied is called so. `known` are the addresses of what is.
pub fn not_applied(pattern: &str, known: &[String]) -> Diagnostic {
    let diagnostic = Diagnostic::without_place(&INFO, format!("nothing that is applied is called `{pattern}`"));
    match nearest(pattern, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if known.is_empty() => diagnostic.help("no environment is applied there; `-n` and `--context` say where to look"),
        None => diagnostic.help(format!("there are {}", list(known))),
    }
}
