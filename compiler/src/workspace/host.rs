//! What a driver supplies: the one door to the world.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::db::ImportProblem;
use crate::dockerfile::Context;
use crate::hir::AtKind;
use crate::model::Origin;

/// Reads repositories for the compiler. Everything that can fail is a value that says so.
pub trait Host: Send + Sync {
    /// The packages that imports name, in the order asked; fetched side by side.
    fn imports(&self, requests: &[ImportRequest]) -> Vec<Result<LoadedPackage, ImportProblem>>;

    /// A file of a repository, by its path from the root.
    fn file(&self, repository: &RepositoryId, path: &str) -> FileContent;

    /// Every file below a folder of a repository, by paths relative to the folder.
    fn folder(&self, repository: &RepositoryId, path: &str) -> FolderContent;
}

/// Which repository, at which commit.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RepositoryId {
    /// The one under check: its working tree, or what a plan takes its place by.
    Root,
    Import {
        url: SmolStr,
        commit: SmolStr,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRequest {
    /// The importing package's repository and folder, for `./path`.
    pub from: RepositoryId,
    pub folder: SmolStr,
    /// As typed.
    pub url: SmolStr,
    pub kind: AtKind,
    pub at: SmolStr,
}

/// A package as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedPackage {
    pub repository: RepositoryId,
    pub origin: Origin,
    /// In any order.
    pub files: Vec<LoadedFile>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedFile {
    /// From the repository's root: `.coder/images/a.coder`. Also of a folder that cannot be listed.
    pub path: String,
    /// `Err` says why it is no text.
    pub text: Result<Arc<str>, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    Missing,
    /// A folder, a link that leaves the repository, or bytes that are no UTF-8.
    Unreadable(String),
    Text(Arc<str>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FolderContent {
    Missing,
    Unreadable(String),
    Listing(Context),
}
