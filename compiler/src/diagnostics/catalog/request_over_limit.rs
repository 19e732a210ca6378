//! A container that requests more than its limit.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "request-over-limit", severity: Severity::Error, page: include_str!("request-over-limit.md") };

pub fn new(place: Place, what: &str, request: &str, limit: &str) -> Diagnostic {
    Diagnostic::new(&INFO, place, format!("the request of {what}, {request}, is more than the limit, {limit}"))
        .help("request at most the limit")
}
