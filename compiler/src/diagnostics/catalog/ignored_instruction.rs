//! An instruction that kaniko silently drops.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "ignored-instruction", severity: Severity::Warning, page: include_str!("ignored-instruction.md") };

/// `place` is the whole instruction, `name` what follows it.
pub fn maintainer(place: Place, name: &str) -> Diagnostic {
    let label = format!("LABEL org.opencontainers.image.authors={}", serde_json::Value::from(name.trim_matches('"')));
    let message = "kaniko drops `MAINTAINER`: the image will not name one";
    Diagnostic::new(&INFO, place, message).help(format!("write `{label}`")).replace("write a label", true, place, label)
}

/// A destination in kaniko's own folder. `place` is the destination.
pub fn builder_folder(place: Place, instruction: &str, path: &str) -> Diagnostic {
    let message = format!("kaniko keeps its own files in `/kaniko`: it drops what `{instruction}` puts into `{path}`");
    Diagnostic::new(&INFO, place, message).help("copy to another folder")
}

/// A destination in a folder that an earlier instruction made a volume. `place` is the destination.
pub fn volume(place: Place, instruction: &str, path: &str, volume: &str) -> Diagnostic {
    let message = format!("`{volume}` is a volume from here on: kaniko drops what `{instruction}` puts into `{path}`");
    Diagnostic::new(&INFO, place, message).help("move the `VOLUME` below it")
}
