//! An image that the cluster cannot pull.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "environment-image", severity: Severity::Error, page: include_str!("environment-image.md") };

/// `detail` is what the node was told.
pub fn new(environment: &str, container: &str, image: &str, detail: &str) -> Diagnostic {
    let message = format!("the image `{image}` of the container `{container}` of `{environment}` cannot be pulled");
    let diagnostic = Diagnostic::without_place(&INFO, message).help(format!("the node says: {detail}"));
    let lower = detail.to_lowercase();
    if ["unauthorized", "denied", "forbidden", "authentication"].iter().any(|sign| lower.contains(sign)) {
        return diagnostic.help("name a Secret that may pull it: `credentials = \"NAME\"` in the container");
    }
    if lower.contains("http response to https") {
        return diagnostic.help("the nodes speak https to this registry, and it has only http: configure it on the nodes");
    }
    diagnostic.help("the nodes must reach the registry by the name that stands in the image, and find the image there")
}
