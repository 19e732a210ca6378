//! Two environments that would share an object in the cluster.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "object-name-taken", severity: Severity::Error, page: include_str!("object-name-taken.md") };

/// `addresses` are the environment reported and the one that has the name already, declared at `first`.
pub fn new(place: Place, kind: &str, name: &str, (address, owner): (&str, &str), first: Place) -> Diagnostic {
    let message = match address == owner {
        true => format!("two objects of `{address}` would be the {kind} `{name}`"),
        false => format!("`{address}` and `{owner}` would both be the {kind} `{name}` in the cluster"),
    };
    Diagnostic::new(&INFO, place, message)
        .label(first, "the other stands here".to_owned())
        .help("rename one of them, or give one another `namespace`")
}
