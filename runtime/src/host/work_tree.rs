//! Files and folders of the working tree as they lie.

use std::fs;
use std::path::Path;

use compiler::dockerfile::{Context, Entry, Mode};
use compiler::workspace::{FileContent, FolderContent};
use git2::{ObjectType, Oid};

use super::package_files;

const MOST_BYTES: u64 = 16 << 20;
const MOST_FILES: usize = 1_000_000;

/// A file by its path from the top. A link is followed inside the repository.
pub fn file(top: &Path, path: &str) -> FileContent {
    let file = top.join(path);
    let Ok(metadata) = fs::metadata(&file) else { return FileContent::Missing };
    if metadata.is_dir() {
        return FileContent::Unreadable("it is a folder".to_owned());
    }
    if !inside(top, &file) {
        return FileContent::Unreadable("it is a link that leaves the repository".to_owned());
    }
    if !metadata.is_file() {
        return FileContent::Unreadable("it is no plain file".to_owned());
    }
    if metadata.len() > MOST_BYTES {
        return FileContent::Unreadable("it is larger than 16 MiB".to_owned());
    }
    match fs::read(&file).map_err(|error| error.to_string()).and_then(package_files::text) {
        Ok(text) => FileContent::Text(text),
        Err(why) => FileContent::Unreadable(why),
    }
}

/// Every file below a folder that git tracks or would: without what `.gitignore` leaves out, unless it is tracked.
pub fn folder(top: &Path, path: &str) -> FolderContent {
    let folder = top.join(path);
    let Ok(metadata) = fs::metadata(&folder) else { return FolderContent::Missing };
    if !metadata.is_dir() {
        return FolderContent::Unreadable("it is a file, not a folder".to_owned());
    }
    if !inside(top, &folder) {
        return FolderContent::Unreadable("it is a link that leaves the repository".to_owned());
    }
    if let Some(pipe) = folder.ancestors().take_while(|above| above.starts_with(top)).find(|above| holds_no_ignore_file(above)) {
        let path = pipe.strip_prefix(top).unwrap_or(pipe).join(".gitignore");
        return FolderContent::Unreadable(format!("`{}` is no file", path.display()));
    }
    let mut entries = Vec::new();
    let mut walk = ignore::WalkBuilder::new(&folder);
    // What git does not know (`.ignore`) leaves nothing out.
    walk.hidden(false).ignore(false).follow_links(false).require_git(true).parents(true);
    walk.filter_entry(|entry| !holds_no_ignore_file(entry.path()));
    for found in walk.build().flatten() {
        let Ok(relative) = found.path().strip_prefix(&folder) else { continue };
        let Some(relative) = relative.to_str().filter(|relative| !relative.is_empty()) else { continue };
        if relative.split('/').any(|part| part == ".git") || found.file_type().is_none_or(|kind| kind.is_dir()) {
            continue;
        }
        entries.extend(listed(found.path(), relative));
        if entries.len() > MOST_FILES {
            return FolderContent::Unreadable("it holds more than a million files".to_owned());
        }
    }
    entries.extend(tracked(top, path));
    FolderContent::Listing(Context::new(entries))
}

/// Files below a folder that differ between the commit checked out and the working tree, packages left out.
pub fn modified(top: &Path, folder: &str) -> Vec<String> {
    // Git would open it.
    if top.join(folder).ancestors().take_while(|above| above.starts_with(top)).any(holds_no_ignore_file) {
        return Vec::new();
    }
    let Some(repository) = super::open(top) else { return Vec::new() };
    let mut options = git2::StatusOptions::new();
    options.include_untracked(true).recurse_untracked_dirs(true).exclude_submodules(true);
    if !folder.is_empty() {
        options.pathspec(folder).disable_pathspec_match(true);
    }
    let Ok(statuses) = repository.statuses(Some(&mut options)) else { return Vec::new() };
    let path = |entry: git2::StatusEntry<'_>| entry.path().map(str::to_owned).ok();
    let mut paths: Vec<String> = statuses.iter().filter(|entry| !entry.status().is_ignored()).filter_map(path).collect();
    paths.retain(|path| !path.split('/').any(|part| part == ".coder"));
    paths.sort();
    paths
}

/// Files that git tracks below a folder though `.gitignore` names them.
fn tracked(top: &Path, path: &str) -> Vec<Entry> {
    let Some(index) = super::open(top).and_then(|repository| repository.index().ok()) else { return Vec::new() };
    let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
    index
        .iter()
        .filter_map(|entry| {
            let full = String::from_utf8(entry.path).ok()?;
            let relative = full.strip_prefix(&prefix)?;
            listed(&top.join(&full), relative)
        })
        .collect()
}

/// Whether a folder's `.gitignore` is a pipe or a device, which must not be opened.
fn holds_no_ignore_file(folder: &Path) -> bool {
    fs::metadata(folder.join(".gitignore")).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn listed(file: &Path, relative: &str) -> Option<Entry> {
    let metadata = fs::symlink_metadata(file).ok()?;
    let (mode, oid) = if metadata.is_symlink() {
        let target = fs::read_link(file).ok()?;
        (Mode::Symlink, Oid::hash_object(ObjectType::Blob, target.as_os_str().as_encoded_bytes()).ok()?)
    } else if metadata.is_file() {
        (if is_executable(&metadata) { Mode::Executable } else { Mode::File }, Oid::hash_file(ObjectType::Blob, file).ok()?)
    } else {
        return None;
    };
    let oid = <[u8; 20]>::try_from(oid.as_bytes()).ok()?;
    Some(Entry { path: relative.into(), mode, oid })
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

fn inside(top: &Path, file: &Path) -> bool {
    match (top.canonicalize(), file.canonicalize()) {
        (Ok(top), Ok(file)) => file.starts_with(top),
        _ => false,
    }
}
