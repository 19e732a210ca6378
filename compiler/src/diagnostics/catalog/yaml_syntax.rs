//! Text that is not YAML.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-syntax", severity: Severity::Error, page: include_str!("yaml-syntax.md") };

pub fn new(place: Place, message: String, help: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, message);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
