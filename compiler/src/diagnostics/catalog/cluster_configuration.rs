//! No configuration that leads to a cluster.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info =
    Info { name: "cluster-configuration", severity: Severity::Error, page: include_str!("cluster-configuration.md") };

/// `file` and `context` are what the user named; `detail` is what the reader of the configuration said.
pub fn new(file: Option<&str>, context: Option<&str>, detail: &str) -> Diagnostic {
    let file = file.map_or_else(|| "the configuration of clusters".to_owned(), |file| format!("`{file}`"));
    let context = context.map(|context| format!(" with the context `{context}`")).unwrap_or_default();
    Diagnostic::without_place(&INFO, format!("{file}{context} leads to no cluster"))
        .help(format!("it says: {detail}"))
        .help("name a file with `--kubeconfig` or `KUBECONFIG`, and one of its contexts with `--context`")
}
