//! A flag that kaniko silently drops.

use crate::diagnostics::{Diagnostic, Info, Severity, nearest};
use crate::text::Place;

pub const INFO: Info = Info { name: "ignored-flag", severity: Severity::Warning, page: include_str!("ignored-flag.md") };

/// `effect` says what follows of it, `help` how to do without. `place` is the flag.
pub fn new(place: Place, instruction: &str, flag: &str, effect: &str, help: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("kaniko drops `--{flag}` of `{instruction}`: {effect}")).help(help)
}

/// A mount in memory. `place` is the mount.
pub fn tmpfs(place: Place) -> Diagnostic {
    let help = "remove it, and what the command leaves there in the same `RUN`";
    new(place, "RUN", "mount=type=tmpfs", "what is written there stays in the image", help)
}

/// `FROM --platform`, when the image is not built for that platform.
pub fn platform(place: Place, platform: &str, platforms: &[&str]) -> Diagnostic {
    let message = format!("kaniko drops `--platform={platform}`: the base is that of the platform built for, {}", nearest::list(platforms));
    Diagnostic::new(&INFO, place, message).help("say which platforms the image is built for by its `platforms`")
}
