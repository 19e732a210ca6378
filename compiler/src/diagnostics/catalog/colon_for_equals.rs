//! A field whose value starts with `:`.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "colon-for-equals", severity: Severity::Error, page: include_str!("colon-for-equals.md") };

/// `place` is the `:`, `name` the field before it.
pub fn new(place: Place, name: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("the value of `{name}` starts with `=`, not with `:`"));
    diagnostic.help(format!("write `{name} = …`")).replace("write `=`", true, place, " =")
}
