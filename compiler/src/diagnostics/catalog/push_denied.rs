//! An image that may not be pushed.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "push-denied", severity: Severity::Error, page: include_str!("push-denied.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(reference: &str, credentials: Option<&str>, detail: &str) -> Diagnostic {
    let diagnostic = Diagnostic::without_place(&INFO, format!("the registry does not let `{reference}` be pushed"))
        .help(format!("it says: {detail}"));
    match credentials {
        Some(secret) => diagnostic.help(format!("the Secret `{secret}` is what pushes: it needs the right to write there")),
        None => diagnostic.help("name a Secret that may write there: `credentials = \"…\"` of the image"),
    }
}
