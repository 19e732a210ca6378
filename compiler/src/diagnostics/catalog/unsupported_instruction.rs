//! An instruction that kaniko cannot run.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "unsupported-instruction", severity: Severity::Error, page: include_str!("unsupported-instruction.md") };

/// `place` is the mount.
pub fn ssh(place: Place) -> Diagnostic {
    let message = "kaniko has no SSH agent to mount: it drops `--mount=type=ssh`, and the command runs without one";
    Diagnostic::new(&INFO, place, message).help("give the build a key as a secret: `RUN --mount=type=secret,id=…`, and `secrets` of the image")
}

/// A bind mount from a stage or an image. `place` is its `from`.
pub fn bind_from(place: Place, from: &str) -> Diagnostic {
    let message = format!("kaniko cannot mount from another stage or image: it drops the mount from `{from}`");
    Diagnostic::new(&INFO, place, message).help(format!("copy what is needed before: `COPY --from={from} …`"))
}

/// A heredoc with an interpreter of its own. `place` is its mark, `mark` the mark as written.
pub fn script(place: Place, interpreter: &str, mark: &str) -> Diagnostic {
    let program = interpreter.strip_prefix("/usr/bin/env ").unwrap_or(interpreter);
    let message = format!("kaniko hands this script to `sh`, whatever its first line says: it would not run in `{interpreter}`");
    let text = format!("{program} {mark}");
    Diagnostic::new(&INFO, place, message)
        .help(format!("write `RUN {text}`"))
        .replace(format!("write `{text}`"), false, place, text)
}

/// `ADD` of a git repository. `place` is its URL.
pub fn repository(place: Place, url: &str) -> Diagnostic {
    let message = format!("kaniko cannot `ADD` a git repository: `{url}`");
    Diagnostic::new(&INFO, place, message).help("clone it by `RUN git clone …`, or add an archive of it")
}
