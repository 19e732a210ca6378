//! Text between declarations that is none.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "not-a-declaration", severity: Severity::Error, page: include_str!("not-a-declaration.md") };

/// `first` is the first word of it.
pub fn new(place: Place, first: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("`{first}` starts no declaration"));
    if matches!(first, "container" | "volume" | "init" | "port" | "mount") {
        return diagnostic.help(format!("`{first}` stands in the body of an `environment`"));
    }
    diagnostic.help(
        "a declaration starts with `import`, `let`, `type`, `fn`, `image`, `environment`, `project`, `policy`, `enforce` or `test`",
    )
}
