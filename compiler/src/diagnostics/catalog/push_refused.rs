//! An image or a tag that a registry does not take.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "push-refused", severity: Severity::Error, page: include_str!("push-refused.md") };

/// No text holds a secret: `detail` is what was said by who refused.
pub fn new(reference: &str, detail: &str) -> Diagnostic {
    let diagnostic = Diagnostic::without_place(&INFO, format!("the registry does not take `{reference}`"))
        .help(format!("it says: {detail}"));
    if detail.to_lowercase().contains("immutab") {
        return diagnostic.help("its tags cannot be moved: let tags of branches move, or give the image none");
    }
    diagnostic.help("the next `apply` builds only what is not there")
}
