//! A type that nothing declares.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-type", severity: Severity::Error, page: include_str!("unknown-type.md") };

pub fn new(place: Place, name: &str, near: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("there is no type `{name}`"));
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, near),
        None => diagnostic.help("basic types are `bool`, `int`, `float`, `string`, `bytes`, `cpu`, `duration`; declare others with `type`"),
    }
}

/// `name<…>` of what takes no argument.
pub fn without_arguments(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("there is no type `{name}<…>`")).help("only `list<T>` and `map<T>` take a type")
}

/// `list` or `map` alone.
pub fn without_argument(place: Place, name: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{name}` needs the type of what it holds")).help(format!("write `{name}<string>`, say"))
}

pub fn not_a_type(place: Place, name: &str, declared: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("`{name}` is not a type")).label(declared, "declared here")
}
