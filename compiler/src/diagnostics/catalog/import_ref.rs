//! A branch, a tag or an abbreviated commit that the remote does not have.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "import-ref", severity: Severity::Error, page: include_str!("import-ref.md") };

/// `what` reads in a sentence (``branch `mian` ``, `the default branch`), `name` is the name alone, `known` the names that could
/// stand there. With `named`, `place` is the name without its quotes, so that it can be respelt.
pub fn new(
    place: impl Into<Option<Place>>,
    named: bool,
    url: &str,
    what: &str,
    name: Option<&str>,
    known: &[&str],
) -> Diagnostic {
    let place = place.into();
    let Some(name) = name else {
        let mut diagnostic = Diagnostic::without_place(&INFO, format!("`{url}` has no default branch: nothing is pushed to it yet"));
        diagnostic.place = place;
        return diagnostic.help("push a commit to it, or say which branch: `at \"main\"`");
    };
    let what = if what.starts_with('`') { format!("branch, tag or commit {what}") } else { what.to_owned() };
    let mut diagnostic = Diagnostic::without_place(&INFO, format!("`{url}` has no {what}"));
    diagnostic.place = place;
    match (nearest::nearest(name, known.iter().copied()), place) {
        (Some(near), Some(place)) if named => diagnostic
            .help(format!("did you mean `{near}`?"))
            .replace(format!("write `{near}`"), true, place, near),
        (Some(near), _) => diagnostic.help(format!("did you mean `{near}`?")),
        (None, _) if known.is_empty() => diagnostic.help(format!("`git ls-remote {url}` shows what it has")),
        (None, _) => diagnostic.help(format!("it has {}", nearest::list(known))),
    }
}
