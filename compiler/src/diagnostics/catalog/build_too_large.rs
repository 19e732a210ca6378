//! A Dockerfile that is too large for a cluster.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "build-too-large", severity: Severity::Error, page: include_str!("build-too-large.md") };

pub fn new(bytes: usize, limit: usize) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the Dockerfile and its ignore file have {bytes} bytes, and a ConfigMap holds {limit}"))
        .help("put large texts into files of the context, and `COPY` them")
}
