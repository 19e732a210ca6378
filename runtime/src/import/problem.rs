//! Why an import could not be had: everything a message needs, and the diagnostic made of it.
//!
//! The words stand in the compiler's catalog; nothing is decided or printed here.

use compiler::diagnostics::Diagnostic;
use compiler::diagnostics::catalog::{
    ambiguous_ref, changed_content, import_auth, import_cache, import_commit, import_network, import_not_found, import_ref,
    import_tree, import_url, lock_missing, lock_offline, moved_tag,
};
use compiler::text::Place;

use super::{At, RepositoryUrl, UrlProblem};

/// One import that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportProblem {
    /// The text names nothing that can be imported.
    Url(UrlProblem),
    /// The remote says that there is no such repository, or shows it to nobody without credentials.
    NotFound {
        url: RepositoryUrl,
        detail: String,
    },
    /// The remote wants credentials that git's helpers, the agent and the environment did not have.
    Auth {
        url: RepositoryUrl,
        detail: String,
    },
    /// The remote could not be reached, or broke off.
    Network {
        url: RepositoryUrl,
        detail: String,
    },
    /// No such branch, tag or abbreviated commit. The lists are what the remote has, sorted.
    NoSuchRef {
        url: RepositoryUrl,
        at: At,
        branches: Vec<String>,
        tags: Vec<String>,
    },
    /// Both a branch and a tag; the commits of each in hexadecimal.
    AmbiguousRef {
        url: RepositoryUrl,
        name: String,
        branch: String,
        tag: String,
    },
    /// An abbreviation that more than one commit begins with.
    AmbiguousCommit {
        url: RepositoryUrl,
        prefix: String,
    },
    /// The remote has no such commit; `locked` says that the lock asked for it.
    NoSuchCommit {
        url: RepositoryUrl,
        commit: String,
        locked: bool,
    },
    /// The commit's tree holds what no checkout may make, or is too large to list.
    Tree {
        url: RepositoryUrl,
        commit: String,
        detail: String,
    },
    MovedTag {
        url: RepositoryUrl,
        tag: String,
        locked: String,
        now: String,
    },
    /// The commit is the locked one, its content is not.
    ChangedContent {
        url: RepositoryUrl,
        commit: String,
        locked: String,
        now: String,
    },
    /// `--locked`, and the lock has no entry.
    LockMissing {
        url: RepositoryUrl,
        at: At,
    },
    /// `--offline`, and the lock has no entry, or the cache not its commit.
    Offline {
        url: RepositoryUrl,
        at: At,
        commit: Option<String>,
    },
    /// The cache could not be read or written.
    Cache {
        path: String,
        detail: String,
    },
}

impl ImportProblem {
    /// The diagnostic, at the place of the import's text if it has one. `at` is the place of the name after `at`, without its
    /// quotes, and `clause` that of the whole clause from the word `at`: with them the diagnostic offers edits.
    pub fn diagnostic(&self, place: Option<Place>, at: Option<Place>, clause: Option<Place>) -> Diagnostic {
        use ImportProblem as P;
        match self {
            P::Url(problem) => import_url::new(place, &problem.message, problem.help.as_deref(), problem.mended.as_deref()),
            P::NotFound { url, detail } => import_not_found::new(place, url.as_str(), detail),
            P::Auth { url, detail } => import_auth::new(place, url.as_str(), detail),
            P::Network { url, detail } => import_network::new(place, url.as_str(), detail),
            P::NoSuchRef { url, at: wanted, branches, tags } => {
                let known: Vec<&str> = match wanted {
                    At::Branch(_) => branches.iter().map(String::as_str).collect(),
                    At::Tag(_) => tags.iter().map(String::as_str).collect(),
                    _ => branches.iter().chain(tags).map(String::as_str).collect(),
                };
                import_ref::new(at.or(place), at.is_some(), url.as_str(), &wanted.described(), wanted.name(), &known)
            }
            P::AmbiguousRef { url, name, branch, tag } => {
                ambiguous_ref::new(clause.or(place), clause.is_some(), url.as_str(), name, branch, tag)
            }
            P::AmbiguousCommit { url, prefix } => import_commit::ambiguous(at.or(place), url.as_str(), prefix),
            P::NoSuchCommit { url, commit, locked } => import_commit::missing(at.or(place), url.as_str(), commit, *locked),
            P::Tree { url, commit, detail } => import_tree::new(place, url.as_str(), commit, detail),
            P::MovedTag { url, tag, locked, now } => moved_tag::new(at.or(place), url.as_str(), tag, locked, now),
            P::ChangedContent { url, commit, locked, now } => changed_content::new(place, url.as_str(), commit, locked, now),
            P::LockMissing { url, at } => lock_missing::new(place, url.as_str(), &at.described()),
            P::Offline { url, at, commit } => lock_offline::new(place, url.as_str(), &at.described(), commit.as_deref()),
            P::Cache { path, detail } => import_cache::new(place, path, detail),
        }
    }

    /// One sentence, as the diagnostic says it.
    pub fn message(&self) -> String {
        self.diagnostic(None, None, None).message
    }

    /// How to mend it, one sentence each.
    pub fn help(&self) -> Vec<String> {
        self.diagnostic(None, None, None).help
    }
}
