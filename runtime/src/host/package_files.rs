//! The files of a package: everything below its `.coder/` that is `.coder` or YAML.

use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use compiler::workspace::{LoadedFile, file_kind};
use rayon::prelude::*;

/// Larger files are refused.
const MOST_BYTES: u64 = 16 << 20;
/// Deeper folders are not looked into.
const MOST_DEPTH: usize = 64;

/// Whether a file's name makes it a member.
pub fn is_member(path: &str) -> bool {
    file_kind(path).is_some()
}

/// Bytes as text.
pub fn text(bytes: Vec<u8>) -> Result<Arc<str>, String> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Arc::from(text)),
        Err(error) => Err(format!("it is no UTF-8 text (byte {})", error.utf8_error().valid_up_to())),
    }
}

/// The files of the package in `folder` of a working tree. Links to folders are not followed, so a loop of links is harmless;
/// links to files are, inside the repository.
pub fn of_work_tree(top: &Path, folder: &str) -> Vec<LoadedFile> {
    let coder = if folder.is_empty() { ".coder".to_owned() } else { format!("{folder}/.coder") };
    let mut paths = Vec::new();
    let mut unlisted = Vec::new();
    collect(&top.join(&coder), &coder, 0, &mut paths, &mut unlisted);
    let load = |(path, kind): (String, fs::FileType)| LoadedFile {
        text: if kind.is_file() || kind.is_symlink() {
            read(top, &path, kind.is_symlink())
        } else {
            Err("it is no file".to_owned())
        },
        path,
    };
    let mut files: Vec<LoadedFile> = paths.into_par_iter().map(load).collect();
    files.append(&mut unlisted);
    files
}

/// The paths of the members below a folder, and the folders that cannot be listed, with why: who drops them in silence would
/// plan a package without what they hold.
fn collect(folder: &Path, shown: &str, depth: usize, paths: &mut Vec<(String, fs::FileType)>, unlisted: &mut Vec<LoadedFile>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => return unlisted.push(LoadedFile { path: shown.to_owned(), text: Err(error.to_string()) }),
    };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        let Some(name) = entry.file_name().to_str().map(str::to_owned) else { continue };
        let path = format!("{shown}/{name}");
        if kind.is_dir() {
            if depth < MOST_DEPTH {
                collect(&entry.path(), &path, depth + 1, paths, unlisted);
            }
        } else if is_member(&name) {
            paths.push((path, kind));
        }
    }
}

fn read(top: &Path, path: &str, is_link: bool) -> Result<Arc<str>, String> {
    let path = top.join(path);
    if is_link {
        let target = path.canonicalize().map_err(|_| "it is a link to nothing".to_owned())?;
        let top = top.canonicalize().map_err(|error| error.to_string())?;
        if !target.starts_with(top) {
            return Err("it is a link that leaves the repository".to_owned());
        }
        if !target.is_file() {
            return Err("it is a link to no file".to_owned());
        }
    }
    let mut file = fs::File::open(&path).map_err(|error| error.to_string())?;
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    if length > MOST_BYTES {
        return Err("it is larger than 16 MiB".to_owned());
    }
    let mut bytes = Vec::with_capacity(length as usize + 1);
    file.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    text(bytes)
}
