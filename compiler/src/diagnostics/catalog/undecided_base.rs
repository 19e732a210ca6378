//! A `FROM` whose image depends on a variable without a value.

use smol_str::SmolStr;

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "undecided-base", severity: Severity::Error, page: include_str!("undecided-base.md") };

/// `base` is the base as written, `variables` those that have no value; `is_undeclared` when no `ARG` before the first `FROM`
/// names any of them. `place` is the base.
pub fn new(place: Place, base: &str, variables: &[SmolStr], is_undeclared: bool) -> Diagnostic {
    let names: Vec<String> = variables.iter().map(|name| format!("${name}")).collect();
    let verb = if names.len() == 1 { "has" } else { "have" };
    let diagnostic = Diagnostic::new(&INFO, place, format!("`{base}` names no image: {} {verb} no value", nearest::list(&names)));
    let name = variables.first().map_or("NAME", |name| name.as_str());
    let diagnostic = match is_undeclared {
        true => diagnostic.help(format!("declare it before the first `FROM`, with a default: `ARG {name}=…`")),
        false => diagnostic.help(format!("give it a default, `ARG {name}=…`, or set it in the image's `args`")),
    };
    match variables.iter().any(|name| name.starts_with("TARGET") || name.starts_with("BUILD")) {
        true => diagnostic.help("kaniko sets the platform's variables inside of stages only"),
        false => diagnostic,
    }
}
