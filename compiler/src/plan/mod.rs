//! From checked images and environments to a DAG of actions: what `apply` would do, and why.
//!
//! Pure: what the world holds comes in by [`Facts`], and nothing is fetched, rendered for Kubernetes or applied here.
//! [`lower`] makes the plan, [`lint`] checks it a second time by independent code, [`show`] writes it.

pub mod action;
mod facts;
pub mod id;
mod lint;
mod lower;
mod order;
mod reasons;
pub mod record;
pub mod reference;
mod select;
pub mod show;

pub use action::{Action, Build, Plan};
pub use facts::{Built, Facts, PinnedBase, Predecessor};
pub use lint::lint;
pub use lower::{Request, WantedBase, WantedOfRegistry, lower, wanted_bases, wanted_of_registry};
pub use record::PreviousBuild;
pub use select::{covers, owner, select};

/// Flags of the builder that change what it makes, as kaniko spells them: part of every build ID, so a change here shows in
/// plans as rebuilds. Flags that only change how fast it works stand with the Job.
pub const DECIDING_FLAGS: &[&str] = &["--snapshot-mode=redo"];

fn deciding_flags() -> Vec<smol_str::SmolStr> {
    DECIDING_FLAGS.iter().map(|flag| smol_str::SmolStr::new_static(flag)).collect()
}

#[cfg(test)]
mod tests;
