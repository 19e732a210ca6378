//! What the server needs of the world: packages by the files in them, their locks, and copies of files that are in none.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::workspace::{Host, LoadedPackage};

/// The one door to the world. Its functions read the disk and nothing farther, for edits may have to wait for them; what the
/// [`Host`] of a package does may take as long as a network does, and no edit waits for it.
pub trait World: Send + Sync + 'static {
    /// The folder of the package that a file or folder lies in: the nearest that holds a `.coder/`, or above one in the path.
    /// `None` outside of any, and for [`World::copy`]'s files.
    fn folder_of(&self, path: &Path) -> Option<PathBuf>;

    /// The package in a folder; `None` where there is none. `Err` says why there is one that cannot be read.
    fn open(&self, folder: &Path) -> Result<Option<Opened>, String>;

    /// Changes whenever the lock of the package in `folder` does.
    fn lock_stamp(&self, folder: &Path) -> u64;

    /// Where a file of another repository can be read by an editor: a copy, which nobody may write. `repository` is named as
    /// reports name it, `https://host/path@commit`, or `prelude`; `path` is relative to it.
    fn copy(&self, repository: &str, path: &str, text: &str) -> Result<PathBuf, String>;
}

/// A package of the working tree.
pub struct Opened {
    /// The top of its repository's working tree, or the package's own folder outside of any: absolute and without links.
    pub top: PathBuf,
    pub package: LoadedPackage,
    pub host: Arc<dyn Host>,
    pub lock_file: PathBuf,
    pub lock_problem: Option<LockProblem>,
}

/// Why a lock cannot be read. The package's imports are not asked for while it cannot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockProblem {
    pub message: String,
    pub help: String,
    /// From 0.
    pub line: u32,
}
