//! A volume that would have to be made anew.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "volume-replaced", severity: Severity::Error, page: include_str!("volume-replaced.md") };

/// `detail` is what the server says.
pub fn new(claim: &str, namespace: &str, detail: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("the volume `{claim}` of the namespace `{namespace}` cannot become what the sources say"))
        .help(format!("the cluster says: {detail}"))
        .help("write back what it was, or declare a volume of another name and copy what is needed")
        .help("or have it made anew, with the loss of all that it holds: `coderc apply --prune-volumes`")
}
