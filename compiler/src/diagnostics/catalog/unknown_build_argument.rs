//! A build argument that the Dockerfile does not declare.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-build-argument", severity: Severity::Warning, page: include_str!("unknown-build-argument.md") };

/// `place` is the argument's value in the image's `args`. Gives the nearest declared name, too.
pub fn new<'a>(place: Place, name: &str, declared: &[&'a str]) -> (Option<&'a str>, Diagnostic) {
    let message = format!("no `ARG` of the Dockerfile declares `{name}`, so it has no effect");
    let diagnostic = Diagnostic::new(&INFO, place, message);
    let near = nearest::nearest(name, declared.iter().copied());
    let diagnostic = match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None if declared.is_empty() => diagnostic.help(format!("add `ARG {name}` to the Dockerfile, or remove the argument")),
        None => diagnostic.help(format!("its arguments are {}", nearest::list(declared))),
    };
    (near, diagnostic)
}
