//! A name that nothing declares.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-name", severity: Severity::Error, page: include_str!("unknown-name.md") };

/// `kind` is the namespace's word (`name`, `image`), `elsewhere` the word of another that has it, `of` the package it was
/// looked for in, unless it is this one.
pub fn new(place: Place, kind: &str, name: &str, known: &[&str], elsewhere: Option<&str>, of: Option<&str>) -> Diagnostic {
    let of = of.map(|url| format!(" in {url}")).unwrap_or_default();
    let what = if kind == "name" { format!("nothing is named `{name}`{of}") } else { format!("there is no {kind} `{name}`{of}") };
    let diagnostic = Diagnostic::new(&INFO, place, what);
    if let Some(near) = nearest::nearest(name, known.iter().copied()) {
        return diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, near);
    }
    match elsewhere {
        Some("name") => diagnostic.help(format!("there is a `{name}` that is no {kind}: write it without `{kind}.`")),
        Some(word) => diagnostic.help(format!("there is an {word} of that name: `{word}.{name}`").replace("an policy", "a policy")),
        None if known.is_empty() => diagnostic.help(format!("declare it, or import the package that does{}", if kind == "name" { "" } else { "; there is none of the kind" })),
        None => diagnostic.help(format!("known are {}", nearest::list(known))),
    }
}
