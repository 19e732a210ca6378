//! What happens while repositories are fetched, for whoever shows it. Nothing is printed here.

use std::sync::Arc;

use git2::Oid;

use super::RepositoryUrl;

/// One step of one repository. Repositories are visited side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A remote is being asked.
    Asking { url: &'a RepositoryUrl },
    /// It has shown its refs.
    Asked { url: &'a RepositoryUrl },
    /// Objects arrive; `total` is 0 until it is known, `bytes` where it is not.
    Receiving { url: &'a RepositoryUrl, received: usize, total: usize, bytes: usize },
    /// libgit2 could not do it, and the `git` program is asked.
    Retrying { url: &'a RepositoryUrl, reason: &'a str },
    /// The visit ended without what was wanted; a problem says why.
    GaveUp { url: &'a RepositoryUrl },
    /// A commit was checked and put into the cache.
    Kept { url: &'a RepositoryUrl, commit: Oid },
}

/// Called from several threads.
pub type Progress = Arc<dyn Fn(Event<'_>) + Send + Sync>;

/// Shows nothing.
pub fn silent() -> Progress {
    Arc::new(|_| {})
}
