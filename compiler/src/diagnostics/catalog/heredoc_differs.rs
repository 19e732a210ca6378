//! A heredoc that kaniko treats otherwise than Docker.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "heredoc-differs", severity: Severity::Warning, page: include_str!("heredoc-differs.md") };

/// `RUN` with nothing but a mark that is not plain. `place` is the mark, `mark` the mark as written.
pub fn not_run(place: Place, mark: &str, shell: &str) -> Diagnostic {
    let program = shell.rsplit('/').next().unwrap_or(shell);
    let text = format!("{program} {mark}");
    let message = format!("kaniko does not run this script: it runs one only behind a plain mark, and `{mark}` is not");
    Diagnostic::new(&INFO, place, message)
        .help(format!("write `RUN {text}`"))
        .replace(format!("write `{text}`"), false, place, text)
}

/// A script, under a `SHELL` that is not `sh`.
pub fn shell(place: Place, mark: &str, shell: &str) -> Diagnostic {
    let program = shell.rsplit('/').next().unwrap_or(shell);
    let message = format!("kaniko hands this script to `sh`, not to `{shell}` as `SHELL` says");
    Diagnostic::new(&INFO, place, message).help(format!("name the shell: `RUN {program} {mark}`"))
}

/// A variable in a file that `COPY` or `ADD` writes. `place` is the mark.
pub fn unexpanded(place: Place, variable: &str, name: &str) -> Diagnostic {
    let message = format!("kaniko writes `{variable}` as it stands into the file, Docker writes its value");
    Diagnostic::new(&INFO, place, message)
        .help(format!("write `<<'{name}'` to have it as it stands everywhere, or write the file by `RUN cat > file <<{name}`"))
}
