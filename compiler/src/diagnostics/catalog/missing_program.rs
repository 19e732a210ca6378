//! A program, or a folder, that work on one machine needs and that is not to be had.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "missing-program", severity: Severity::Error, page: include_str!("missing-program.md") };

pub fn new(program: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{program}` is not installed"))
        .help("install it; on Debian and Ubuntu: `apt-get install podman buildah runc slirp4netns uidmap`")
        .help("or apply to a cluster, which needs neither: `coderc apply --on kubernetes`")
}

/// `detail` is what the system said.
pub fn unusable(program: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{program}` cannot be run")).help(format!("the system says: {detail}"))
}

/// The folder of locks and of builds under way.
pub fn folder(folder: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the folder `{folder}` cannot be used"))
        .help(format!("the system says: {detail}"))
        .help("name another in `XDG_RUNTIME_DIR`")
}
