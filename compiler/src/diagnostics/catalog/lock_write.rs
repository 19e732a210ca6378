//! A `coder.lock` that has to change and cannot be written.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "lock-write", severity: Severity::Error, page: include_str!("lock-write.md") };

/// `detail` is what the system said.
pub fn new(file: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{file}` has to change and cannot be written: {detail}"))
        .help("make the folder writable, or run with `--locked` where the lock is complete")
}
