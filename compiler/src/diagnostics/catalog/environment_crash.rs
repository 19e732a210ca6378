//! A container that ends again and again.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "environment-crash", severity: Severity::Error, page: include_str!("environment-crash.md") };

/// `memory` is the limit that it passed, where it was killed for that.
pub fn new(environment: &str, container: &str, exit_code: i32, memory: Option<&str>) -> Diagnostic {
    let of = format!("the container `{container}` of `{environment}`");
    match memory {
        Some(limit) => Diagnostic::without_place(&INFO, format!("{of} is killed again and again, for it needs more than {limit}"))
            .help("give it more: `memory = …` in the container"),
        None => Diagnostic::without_place(&INFO, format!("{of} ends again and again, with exit code {exit_code}"))
            .help("the end of its log stands below, where it wrote any")
            .help(format!("`coderc logs environment.{environment} {container}` shows more; an image whose command ends by itself needs another: `command = [\"sleep\", \"infinity\"]`")),
    }
}
