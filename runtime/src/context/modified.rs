//! Which files of a folder lie otherwise than in the commit checked out: what a plan made from the commit does not see.

use git2::{Status, StatusShow};

use super::work_tree::status;
use super::{WorkTree, clean, path_text};

/// A file that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Modified {
    /// Relative to the repository's root.
    pub path: String,
    pub change: Change,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Changed,
    Deleted,
    /// The commit does not hold it, and nothing ignores it.
    Untracked,
}

impl WorkTree {
    /// The files below a folder that differ between `HEAD` and the working tree, sorted by path. Files of a package's
    /// `.coder/` are left out: they are in no context.
    pub fn modified(&self, folder: &str) -> Result<Vec<Modified>, git2::Error> {
        let Some(folder) = clean(folder) else { return Ok(Vec::new()) };
        let differing = status(&self.repository(), &folder, StatusShow::IndexAndWorkdir)?;
        let modified = differing.into_iter().filter_map(|(path, status)| {
            let path = path_text(&path);
            let change = change(status)?;
            let in_package = path.split('/').any(|part| part == ".coder");
            (!in_package && !path.ends_with('/')).then_some(Modified { path, change })
        });
        Ok(modified.collect())
    }
}

fn change(status: Status) -> Option<Change> {
    if status.intersects(Status::WT_DELETED) || status == Status::INDEX_DELETED {
        Some(Change::Deleted)
    } else if status.intersects(Status::INDEX_DELETED) || status.intersects(Status::CONFLICTED) {
        // Taken out of the index, and still or again there.
        Some(Change::Changed)
    } else if status.intersects(Status::WT_NEW | Status::INDEX_NEW) {
        Some(Change::Untracked)
    } else if status.intersects(
        Status::WT_MODIFIED | Status::WT_TYPECHANGE | Status::WT_RENAMED | Status::INDEX_MODIFIED | Status::INDEX_TYPECHANGE,
    ) {
        Some(Change::Changed)
    } else {
        None
    }
}
