//! A YAML tag that means nothing here.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "yaml-type-tag", severity: Severity::Error, page: include_str!("yaml-type-tag.md") };

/// `tag` as written: `!Ref`.
pub fn new(place: Place, tag: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("the tag `{tag}` means nothing in a template")).help("remove it")
}
