//! An environment that somebody else is changing.

use crate::diagnostics::{Diagnostic, Info, Severity};

pub const INFO: Info = Info { name: "lease-held", severity: Severity::Error, page: include_str!("lease-held.md") };

/// `holder` has held its lease for all the time that was waited.
pub fn new(environment: &str, holder: &str, seconds: u64) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{environment}` is still being changed by {holder}, after {seconds} s of waiting"))
        .help("try again when that is done; a run that was killed gives way by itself within a minute")
}

/// It was held, and is `holder`'s now.
pub fn lost(environment: &str, holder: &str) -> Diagnostic {
    Diagnostic::without_place(&INFO, format!("`{environment}` was taken over by {holder} in the middle of the run"))
        .help("this run was silent for too long: its machine slept, or did not reach the cluster")
        .help("run it again: it finishes what is left")
}
