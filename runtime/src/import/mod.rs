//! Packages of other repositories: what an import names, at which commit, and what that commit holds.
//!
//! Synchronous throughout; repositories are fetched side by side on threads. Nothing is written but the cache and the lock,
//! nothing that a repository holds is ever run, and its submodules are left alone. What the files mean is the compiler's
//! business, and printing progress the caller's.

pub(crate) mod certificates;
pub(crate) mod configuration;
mod content;
mod event;
mod fetch;
mod git;
mod history;
mod lock;
mod lock_syntax;
mod outdated;
mod problem;
mod resolve;
mod root;
mod store;
#[cfg(test)]
pub(crate) mod testing;
mod url;

pub use event::{Event, Progress, silent};
pub use fetch::{Finished, Options, Resolved, Session, Update};
pub use history::{History, Published};
pub use lock::{Lock, LockPlace, LockProblem, LockedImage, LockedImport};
pub use outdated::Outdated;
pub use problem::ImportProblem;
pub use resolve::{At, LEAST_DIGITS, Refs, Want, full_commit, resolve};
pub use root::{Root, RootProblem, RootRepository};
pub use store::{Snapshot, Store, Unreadable};
pub use url::{ImportTarget, RepositoryUrl, UrlProblem, join_folder, parse_from, parse_import};

/// Reads repositories whoever owns them. libgit2 checks owners because git runs what a repository's configuration names
/// (hooks, monitors, pagers); libgit2 runs none of it, and in a container the owner is often another than the user.
pub(crate) fn trust_every_owner() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    // SAFETY: sets one process-wide flag of libgit2, once, and nothing else in this process changes it.
    ONCE.call_once(|| drop(unsafe { git2::opts::set_verify_owner_validation(false) }));
}
