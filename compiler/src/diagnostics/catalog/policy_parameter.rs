//! A policy that is not about one image or one environment.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "policy-parameter", severity: Severity::Error, page: include_str!("policy-parameter.md") };

pub fn new(place: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, "a policy takes one parameter, an `environment` or an `image`")
        .help("write `policy NAME(env: environment) { … }`")
}
