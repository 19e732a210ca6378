//! The files of a commit, read from the object database without a working tree.
//!
//! The database checks every object against its id when it is read.

use git2::{ObjectType, Oid, Repository, Tree};

use super::{Entry, Mode, entry, mode_of};

/// What a commit holds in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listing {
    /// All files below it, sorted by the bytes of their paths.
    Files(Vec<Entry>),
    /// There is no such folder.
    Missing,
    /// It is a file or a link.
    NotAFolder,
}

/// More than anybody can mean: a text of many megabytes, or a tree that holds one folder many times over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

const MOST_FILES: usize = 1_000_000;
const MOST_BYTES: usize = 16 << 20;
const MOST_DEPTH: usize = 256;

/// All files below a folder (empty: all of the commit).
pub fn list(repository: &Repository, commit: Oid, folder: &str) -> Result<Result<Listing, TooLarge>, git2::Error> {
    let found = match find(repository, commit, folder)? {
        None => return Ok(Ok(Listing::Missing)),
        Some((ObjectType::Tree, _, tree)) => tree,
        Some(_) => return Ok(Ok(Listing::NotAFolder)),
    };
    let mut files = Vec::new();
    if !below(repository, &repository.find_tree(found)?, &mut Vec::new(), 0, &mut files)? {
        return Ok(Err(TooLarge));
    }
    files.sort();
    Ok(Ok(Listing::Files(files.into_iter().map(|(path, mode, id)| entry(&path, mode, id)).collect())))
}

/// The text of a plain file; `None` where there is none, or a folder, a link or a submodule is.
pub fn read(repository: &Repository, commit: Oid, path: &str) -> Result<Result<Option<Vec<u8>>, TooLarge>, git2::Error> {
    let Some((ObjectType::Blob, Some(Mode::File | Mode::Executable), blob)) = find(repository, commit, path)? else {
        return Ok(Ok(None));
    };
    let database = repository.odb()?;
    match database.read_header(blob)?.0 > MOST_BYTES {
        true => Ok(Err(TooLarge)),
        false => Ok(Ok(Some(database.read(blob)?.data().to_owned()))),
    }
}

/// The id of a folder's tree, as git names it; `None` where there is no folder.
pub fn tree(repository: &Repository, commit: Oid, folder: &str) -> Result<Option<Oid>, git2::Error> {
    Ok(find(repository, commit, folder)?.filter(|(kind, ..)| *kind == ObjectType::Tree).map(|(_, _, tree)| tree))
}

/// What stands at a path: the object's kind, the mode of a file, and the object. Links on the way are not followed.
pub(super) fn find(
    repository: &Repository,
    commit: Oid,
    path: &str,
) -> Result<Option<(ObjectType, Option<Mode>, Oid)>, git2::Error> {
    let mut found = (ObjectType::Tree, None, repository.find_commit(commit)?.tree_id());
    for name in path.split('/').filter(|name| !name.is_empty() && *name != ".") {
        if found.0 != ObjectType::Tree {
            return Ok(None);
        }
        let tree = repository.find_tree(found.2)?;
        let Some(item) = tree.get_name(name) else { return Ok(None) };
        let mode = mode_of(item.filemode() as u32);
        found = (item.kind().unwrap_or(ObjectType::Commit), mode, item.id());
    }
    Ok(Some(found))
}

/// Adds all files below a tree; false once there are too many.
fn below(
    repository: &Repository,
    tree: &Tree<'_>,
    path: &mut Vec<u8>,
    depth: usize,
    files: &mut Vec<(Vec<u8>, Mode, Oid)>,
) -> Result<bool, git2::Error> {
    for item in tree {
        let before = path.len();
        if before > 0 {
            path.push(b'/');
        }
        path.extend_from_slice(item.name_bytes());
        match mode_of(item.filemode() as u32) {
            Some(mode) => files.push((path.clone(), mode, item.id())),
            None => {
                let inner = repository.find_tree(item.id())?;
                if depth >= MOST_DEPTH || !below(repository, &inner, path, depth + 1, files)? {
                    return Ok(false);
                }
            }
        }
        path.truncate(before);
        if files.len() > MOST_FILES {
            return Ok(false);
        }
    }
    Ok(true)
}
