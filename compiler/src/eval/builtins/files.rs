//! Texts of the repository's own files.

use smol_str::SmolStr;

use super::Arguments;
use crate::db::TextState;
use crate::diagnostics::catalog;
use crate::eval::{Data, Interpreter, Value};

/// A file that is not known yet is an error value, silently: the driver supplies it, and all is evaluated again.
pub fn file(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(written) = arguments.text(0) else { return arguments.nothing() };
    let at = arguments.places[0];
    let Some(path) = normalized(written) else {
        return run.fail(catalog::file_missing::outside(at, written));
    };
    let db = run.db;
    match db.facts().text(db, arguments.package, path).state(db) {
        TextState::Unknown => arguments.nothing(),
        TextState::Missing => run.fail(catalog::file_missing::new(at, written)),
        TextState::Unreadable(why) => run.fail(catalog::file_missing::unreadable(at, written, why)),
        TextState::Text(file) => {
            let text = file.text(db);
            if !run.may_write(text.len(), arguments.place) {
                return arguments.nothing();
            }
            arguments.made(Data::String(SmolStr::from(&**text)))
        }
    }
}

/// A path from the repository's root without `.` and `..`; `None` where it leaves the repository.
fn normalized(path: &str) -> Option<SmolStr> {
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    (!parts.is_empty()).then(|| SmolStr::from(parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_in_the_repository() {
        assert_eq!(normalized("./dev/../a.txt").as_deref(), Some("a.txt"));
        assert_eq!(normalized("../a.txt"), None);
        assert_eq!(normalized("/etc/passwd"), None);
        assert_eq!(normalized("a/../.."), None);
    }
}
