//! Work that the user stopped.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "cancelled", severity: Severity::Error, page: include_str!("cancelled.md") };

pub fn new() -> Diagnostic {
    Diagnostic::without_place(&INFO, "it was stopped before it was done")
        .help("run `coderc apply` again: it finishes what is left, and builds nothing twice")
}
