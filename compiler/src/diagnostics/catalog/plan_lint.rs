//! A plan that the second check refuses: a defect of ours.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "plan-lint", severity: Severity::Error, page: include_str!("plan-lint.md") };

/// `what` says what is wrong with the action at `address`.
pub fn new(address: &str, what: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the plan is not sound: `{address}`: {what}"))
        .help("this is a defect of coderc, not of your sources; please report it with the sources that show it")
}
