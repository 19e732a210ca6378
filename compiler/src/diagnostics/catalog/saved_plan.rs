//! A saved plan that cannot be carried out as it is.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "saved-plan", severity: Severity::Error, page: include_str!("saved-plan.md") };

/// `why` completes `PATH …`: `is no plan: …`.
pub fn unreadable(path: &str, why: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{path}` {why}"))
        .help(format!("make it again: `coderc plan -o {path}`"))
}

/// `moved` says what is different now, a line each.
pub fn stale(path: &str, moved: &[String]) -> Diagnostic {
    let diagnostic = Diagnostic::without_place(&INFO, format!("`{path}` is no longer what would be done now"));
    let diagnostic = moved.iter().fold(diagnostic, |diagnostic, line| diagnostic.help(format!("moved since: {line}")));
    diagnostic.help(format!("look at what would be done now and save it again: `coderc plan -o {path}`"))
}
