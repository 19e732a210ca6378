//! A stage that a Dockerfile does not have.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "unknown-stage", severity: Severity::Error, page: include_str!("unknown-stage.md") };

/// The image's `target`. `place` is its value.
pub fn target(place: Place, target: &str, stages: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(&INFO, place, format!("the Dockerfile has no stage `{target}`"));
    match nearest::nearest(target, stages.iter().copied()) {
        Some(near) => {
            let text = format!("\"{near}\"");
            diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{text}`"), true, place, text)
        }
        None if stages.is_empty() => diagnostic.help("name a stage by `FROM … AS name`, or leave `target` out for the last one"),
        None => diagnostic.help(format!("its stages are {}", nearest::list(stages))),
    }
}

/// `--from` with the name of no stage, when it is nearly that of one; `None` for what is more likely an image.
pub fn from(place: Place, name: &str, stages: &[&str]) -> Option<Diagnostic> {
    let near = nearest::nearest(name, stages.iter().copied())?;
    let diagnostic = Diagnostic::new(&INFO, place, format!("there is no stage `{name}`"));
    let diagnostic = diagnostic.help(format!("did you mean `{near}`? An image of this name is written `docker.io/library/{name}`"));
    Some(diagnostic.replace(format!("write `{near}`"), true, place, near))
}

/// `--from` with the number of no stage.
pub fn number(place: Place, number: usize, count: usize) -> Diagnostic {
    let message = format!("there is no stage {number}: this file has {count}, counted from 0");
    Diagnostic::new(&INFO, place, message).help("give the stage a name by `FROM … AS name`, and copy from that")
}

/// `--from` with a stage that is not built yet, or that the instruction itself belongs to.
pub fn later(place: Place, name: &str, is_own: bool) -> Diagnostic {
    let what = if is_own { "is the one this instruction stands in" } else { "comes later in the file" };
    Diagnostic::new(&INFO, place, format!("stage `{name}` {what}")).help("a stage can copy from earlier ones")
}

/// `--from` with a variable.
pub fn variable(place: Place, name: &str) -> Diagnostic {
    let message = format!("`--from` takes the name of a stage or an image, and no variables: `{name}`");
    Diagnostic::new(&INFO, place, message).help("name the stage by `FROM $VARIABLE AS name`, and copy from `name`")
}
