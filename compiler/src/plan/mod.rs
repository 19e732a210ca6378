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

/// Flags of the builder that change what it makes, as kaniko spells them: `--…` on its command line, `FF_…` in its environment.
/// They are part of every build ID, so a change here shows in plans as rebuilds. Flags that only change how fast it works stand
/// with the Job.
///
/// The feature flags are those that make it do what a Dockerfile says where it keeps an older way of its own: `COPY` writes as root
/// whatever `USER` says, also the folders that it has to make, `USER user:group` counts for `RUN`, and an archive that `ADD`
/// unpacks leaves the folder around it as it is. Without them an image would depend on which builder made it.
pub const DECIDING_FLAGS: &[&str] = &[
    "--snapshot-mode=redo",
    "FF_KANIKO_CHOWN_ON_IMPLICIT_DIRS=true",
    "FF_KANIKO_COPY_AS_ROOT=true",
    "FF_KANIKO_COPY_CHMOD_ON_IMPLICIT_DIRS=true",
    "FF_KANIKO_RUN_HONOR_GROUP=true",
    "FF_KANIKO_UNTAR_SKIP_ROOT=true",
];

fn deciding_flags() -> Vec<smol_str::SmolStr> {
    DECIDING_FLAGS.iter().map(|flag| smol_str::SmolStr::new_static(flag)).collect()
}

#[cfg(test)]
mod tests;
