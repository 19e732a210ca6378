//! The files of a folder that is in no repository.
//!
//! `.gitignore` files count as they would in one, so that the listing stays the same when it becomes one.

use std::path::Path;

use super::hash::hash_plain;
use super::{Listing, clean, entry};

/// All files below a folder of `root` (empty: all of it), sorted by path.
pub fn list_plain(root: &Path, folder: &str) -> Result<Listing, git2::Error> {
    let Some(folder) = clean(folder) else { return Ok(Listing::Missing) };
    let top = root.join(&folder);
    match std::fs::symlink_metadata(&top) {
        Err(_) => return Ok(Listing::Missing),
        Ok(information) if !information.is_dir() => return Ok(Listing::NotAFolder),
        Ok(_) => {}
    }
    let mut walk = ignore::WalkBuilder::new(root);
    walk.hidden(false).ignore(false).parents(false).git_global(false).git_exclude(false).require_git(false).follow_links(false);
    // Only the way to the folder and what is below it; files above may still say what is ignored.
    let below = top.clone();
    walk.filter_entry(move |item| {
        item.file_name() != ".git" && (item.path().starts_with(&below) || below.starts_with(item.path()))
    });
    let mut files = Vec::new();
    for item in walk.build() {
        let item = item.map_err(|error| git2::Error::from_str(&error.to_string()))?;
        let Ok(path) = item.path().strip_prefix(&top) else { continue };
        if let Some((mode, id)) = hash_plain(item.path())? {
            files.push(entry(&slashes(path), mode, id));
        }
    }
    files.sort();
    Ok(Listing::Files(files))
}

/// A path's bytes with `/`, as git writes it.
fn slashes(path: &Path) -> Vec<u8> {
    path.iter().map(|part| part.as_encoded_bytes()).collect::<Vec<_>>().join(&b'/')
}
