//! The root repository: its commits, and its working tree as it lies.
//!
//! A working tree holds the tracked files that are there, with what was changed in them, and the untracked ones that no
//! `.gitignore` excludes: what `git add --all` would commit. Nothing is added, and git's index is not written.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use git2::{Oid, Repository, Status, StatusOptions, StatusShow};

use super::hash::Hasher;
use super::{Listing, Mode, TooLarge, clean, commit, entry, mode_of};
use crate::import::{RootRepository, configuration, trust_every_owner};

/// An open root repository.
pub struct WorkTree {
    pub(super) path: PathBuf,
    repository: Mutex<Repository>,
}

impl WorkTree {
    pub fn open(of: &RootRepository) -> Result<WorkTree, git2::Error> {
        trust_every_owner();
        let repository = Repository::open(&of.work_tree)?;
        // What is ignored and how lines end may be said where only git looks.
        repository.set_config(&configuration::within(&repository)?)?;
        Ok(WorkTree { path: of.work_tree.clone(), repository: Mutex::new(repository) })
    }

    /// All files of a commit below a folder, relative to the repository's root.
    pub fn list_commit(&self, commit: Oid, folder: &str) -> Result<Result<Listing, TooLarge>, git2::Error> {
        match clean(folder) {
            Some(folder) => commit::list(&self.repository(), commit, &folder),
            None => Ok(Ok(Listing::Missing)),
        }
    }

    /// A plain file of a commit.
    pub fn read_commit(&self, commit: Oid, path: &str) -> Result<Result<Option<Vec<u8>>, TooLarge>, git2::Error> {
        match clean(path) {
            Some(path) => commit::read(&self.repository(), commit, &path),
            None => Ok(Ok(None)),
        }
    }

    /// All files of the working tree below a folder, relative to the repository's root, sorted by path.
    pub fn list(&self, folder: &str) -> Result<Listing, git2::Error> {
        let Some(folder) = clean(folder) else { return Ok(Listing::Missing) };
        match self.is_folder(&folder) {
            None => return Ok(Listing::Missing),
            Some(false) => return Ok(Listing::NotAFolder),
            Some(true) => {}
        }
        let repository = self.repository();
        let differing: BTreeMap<Vec<u8>, Status> = status(&repository, &folder, StatusShow::Workdir)?;
        let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut files = Vec::new();
        let mut tracked: BTreeMap<Vec<u8>, Mode> = BTreeMap::new();
        let index = repository.index()?;
        let start = if inside.is_empty() { 0 } else { index.find_prefix(inside.as_str()).unwrap_or(index.len()) };
        let entries =
            (start..index.len()).map_while(|at| index.get(at)).take_while(|item| item.path.starts_with(inside.as_bytes()));
        for item in entries {
            let Some(mode) = mode_of(item.mode) else { continue };
            // The two bits of the stage: sides of a merge that is not resolved.
            let conflicted = item.flags & 0x3000 != 0;
            if conflicted || differing.contains_key(&item.path) {
                tracked.insert(item.path, mode);
            } else {
                files.push(entry(&item.path[inside.len()..], mode, item.id));
            }
        }
        let hasher = Hasher::new(&repository);
        let untracked =
            differing.into_keys().filter(|path| !tracked.contains_key(path)).map(|path| (path, None)).collect::<Vec<_>>();
        for (path, mode) in tracked.into_iter().map(|(path, mode)| (path, Some(mode))).chain(untracked) {
            // A folder stands for a repository in it, which is not looked into.
            if !path.ends_with(b"/")
                && let Some((mode, id)) = hasher.hash(&self.path, &native(&path), mode)?
            {
                files.push(entry(&path[inside.len()..], mode, id));
            }
        }
        files.sort();
        Ok(Listing::Files(files))
    }

    pub(super) fn repository(&self) -> MutexGuard<'_, Repository> {
        // A reader that panicked has changed nothing.
        self.repository.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a folder is there, and is one without going through a link; `None` where nothing is.
    fn is_folder(&self, folder: &str) -> Option<bool> {
        let mut path = self.path.clone();
        for part in folder.split('/').filter(|part| !part.is_empty()) {
            path.push(part);
            if !std::fs::symlink_metadata(&path).ok()?.is_dir() {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// Paths below a folder that differ, untracked ones included. Submodules are not looked into.
pub(super) fn status(repository: &Repository, folder: &str, show: StatusShow) -> Result<BTreeMap<Vec<u8>, Status>, git2::Error> {
    let mut options = StatusOptions::new();
    options.show(show).include_untracked(true).recurse_untracked_dirs(true).include_ignored(false).exclude_submodules(true);
    options.renames_head_to_index(false).renames_index_to_workdir(false).update_index(false);
    if !folder.is_empty() {
        options.disable_pathspec_match(true).pathspec(folder);
    }
    let statuses = repository.statuses(Some(&mut options))?;
    Ok(statuses.iter().map(|item| (item.path_bytes().to_owned(), item.status())).collect())
}

#[cfg(unix)]
fn native(path: &[u8]) -> PathBuf {
    let path: &OsStr = std::os::unix::ffi::OsStrExt::from_bytes(path);
    Path::new(path).to_owned()
}

#[cfg(not(unix))]
fn native(path: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(path).into_owned())
}

#[cfg(test)]
#[path = "work_tree_tests.rs"]
mod tests;
