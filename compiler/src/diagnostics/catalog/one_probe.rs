//! A health check with no probe, or several.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "one-probe", severity: Severity::Error, page: include_str!("one-probe.md") };

pub fn new(place: Place, count: usize) -> Diagnostic {
    let found = if count == 0 { "none".to_owned() } else { format!("{count}") };
    Diagnostic::new(&INFO, place, format!("`health` has exactly one of `command`, `http` and `tcp`, and here is {found}").replace("here is 2", "here are 2").replace("here is 3", "here are 3"))
}
