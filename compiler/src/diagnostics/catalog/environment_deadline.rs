//! An environment that did not become available in time.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "environment-deadline", severity: Severity::Error, page: include_str!("environment-deadline.md") };

/// `seen` is what was seen last.
pub fn new(environment: &str, seconds: u64, seen: &str) -> Diagnostic {
    let diagnostic =
        Diagnostic::without_place(&INFO, format!("`{environment}` did not become available within {seconds} s"));
    let diagnostic = if seen.is_empty() { diagnostic } else { diagnostic.help(format!("seen last: {seen}")) };
    diagnostic.help("what was applied stays: `coderc status` shows whether it still comes up, `coderc apply` waits again")
}
