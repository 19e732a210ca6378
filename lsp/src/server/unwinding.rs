//! Runs queries that may be cancelled by an edit, or that may hit a defect, and says which.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    Done(T),
    /// An edit made it pointless.
    Cancelled,
    /// A defect, with what it said.
    Panicked(String),
}

/// salsa cancels by unwinding. What `run` reads is a snapshot of its own, which is dropped whatever happens.
pub fn caught<T>(run: impl FnOnce() -> T) -> Outcome<T> {
    let payload = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(done) => return Outcome::Done(done),
        Err(payload) => payload,
    };
    match payload.downcast::<salsa::Cancelled>() {
        Ok(_) => Outcome::Cancelled,
        Err(payload) => {
            let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
            Outcome::Panicked(text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default())
        }
    }
}
