//! An image or environment that breaks a policy in force.

use crate::diagnostics::{Diagnostic, Info, Severity};
use crate::text::Place;

pub const INFO: Info = Info { name: "policy", severity: Severity::Error, page: include_str!("policy.md") };

/// `message` is what the policy says, `rule` its `require`.
pub fn new(place: Place, policy: &str, message: &str, rule: Place) -> Diagnostic {
    Diagnostic::new(&INFO, place, message).label(rule, format!("the policy `{policy}` requires this"))
}
