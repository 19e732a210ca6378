//! The files of a commit written to disk as an image should get them: 0644 and 0755, one time, and nothing of git.
//!
//! What a build leaves out is said by its caller. Submodules are not fetched, nor files that git LFS stores elsewhere: both are
//! refused, since an image without them would be wrong without a word.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use git2::{ObjectType, Oid, Repository};

use super::commit::find;
use super::{Mode, mode_of, path_text};

/// Why a commit's files could not be written.
#[derive(Debug)]
pub enum Unexportable {
    /// The commit has no such folder or file.
    Missing(String),
    /// A submodule, by its path in the folder.
    Submodule(String),
    /// A file that git LFS stores elsewhere.
    Lfs(String),
    /// A path that this machine cannot make.
    Path(String),
    Io(String, io::Error),
    Git(git2::Error),
}

/// What a text that git LFS left in the place of a file begins with.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// Writes the folder or the file at `path` (empty: all of the commit) into the folder or to the file `target`. Files that
/// `keep` says no to, by their path in the folder, are left out.
pub fn export(
    repository: &Repository,
    commit: Oid,
    path: &str,
    target: &Path,
    keep: &dyn Fn(&str) -> bool,
) -> Result<(), Unexportable> {
    let missing = || Unexportable::Missing(path.to_owned());
    let (kind, mode, id) = find(repository, commit, path)?.ok_or_else(missing)?;
    match (kind, mode) {
        (ObjectType::Tree, _) => {
            make_folder(target)?;
            folder(repository, id, &mut Vec::new(), target, keep, 0)
        }
        (_, Some(mode)) => write(repository, id, mode, path, target),
        _ => Err(missing()),
    }
}

/// Deeper folders than a path can have.
const MOST_DEPTH: usize = 256;

fn folder(
    repository: &Repository,
    tree: Oid,
    path: &mut Vec<u8>,
    target: &Path,
    keep: &dyn Fn(&str) -> bool,
    depth: usize,
) -> Result<(), Unexportable> {
    for item in &repository.find_tree(tree)? {
        let before = path.len();
        if before > 0 {
            path.push(b'/');
        }
        path.extend_from_slice(item.name_bytes());
        let text = path_text(path);
        match mode_of(item.filemode() as u32) {
            None if depth < MOST_DEPTH => folder(repository, item.id(), path, target, keep, depth + 1)?,
            None => return Err(Unexportable::Path(text)),
            Some(mode) if keep(&text) => {
                let file = target.join(inside(path).ok_or_else(|| Unexportable::Path(text.clone()))?);
                if let Some(parent) = file.parent() {
                    make_folder(parent)?;
                }
                write(repository, item.id(), mode, &text, &file)?;
            }
            Some(_) => {}
        }
        path.truncate(before);
    }
    Ok(())
}

fn write(repository: &Repository, id: Oid, mode: Mode, path: &str, file: &Path) -> Result<(), Unexportable> {
    let failed = |error| Unexportable::Io(file.display().to_string(), error);
    if mode == Mode::Submodule {
        return Err(Unexportable::Submodule(path.to_owned()));
    }
    let database = repository.odb()?;
    let blob = database.read(id)?;
    if mode == Mode::Symlink {
        return link(blob.data(), file).map_err(failed);
    }
    if blob.len() < 1024 && blob.data().starts_with(LFS) {
        return Err(Unexportable::Lfs(path.to_owned()));
    }
    fs::write(file, blob.data()).map_err(failed)?;
    finish(file, if mode == Mode::Executable { 0o755 } else { 0o644 }).map_err(failed)
}

/// A folder of this and all above it that are missing.
fn make_folder(folder: &Path) -> Result<(), Unexportable> {
    let failed = |error| Unexportable::Io(folder.display().to_string(), error);
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        make_folder(parent)?;
    }
    fs::create_dir(folder).map_err(failed)?;
    finish(folder, 0o755).map_err(failed)
}

/// The mode and the time of everything: what a layer's cache is found by must not differ between two machines.
fn finish(path: &Path, mode: u32) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    #[cfg(not(unix))]
    let _ = mode;
    fs::File::open(path)?.set_modified(SystemTime::UNIX_EPOCH)
}

/// The times of all folders below `folder` and its own, after the last file was written.
///
/// # Errors
/// Of the file system.
pub fn settle(folder: &Path) -> io::Result<()> {
    for item in fs::read_dir(folder)? {
        let item = item?;
        if item.file_type()?.is_dir() {
            settle(&item.path())?;
        }
    }
    finish(folder, 0o755)
}

/// A path that stays below the folder it is joined to.
fn inside(path: &[u8]) -> Option<PathBuf> {
    let path = native(path)?;
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && !path.as_os_str().is_empty()).then_some(path)
}

#[cfg(unix)]
fn native(path: &[u8]) -> Option<PathBuf> {
    let path: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(path);
    Some(path.into())
}

#[cfg(not(unix))]
fn native(path: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(path).ok().map(PathBuf::from)
}

#[cfg(unix)]
fn link(to: &[u8], file: &Path) -> io::Result<()> {
    let to: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(to);
    std::os::unix::fs::symlink(to, file)
}

#[cfg(not(unix))]
fn link(to: &[u8], file: &Path) -> io::Result<()> {
    fs::write(file, to)
}

impl From<git2::Error> for Unexportable {
    fn from(error: git2::Error) -> Unexportable {
        Unexportable::Git(error)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;
    use crate::import::testing::{Sandbox, git};

    fn all(_: &str) -> bool {
        true
    }

    #[test]
    fn files_are_written_alike_everywhere() {
        let sandbox = Sandbox::new();
        let path = sandbox.repository("x");
        fs::create_dir_all(path.join("dev/bin")).unwrap();
        fs::write(path.join("dev/bin/run"), "#!/bin/sh").unwrap();
        fs::set_permissions(path.join("dev/bin/run"), fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(path.join("dev/left-out"), "").unwrap();
        std::os::unix::fs::symlink("bin/run", path.join("dev/link")).unwrap();
        let commit = sandbox.commit(&path, "dev/plain", "text");
        let repository = Repository::open(&path).unwrap();
        let outside = tempfile::tempdir().unwrap();
        let target = outside.path().join("out");
        export(&repository, commit, "dev", &target, &|path| path != "left-out").unwrap();
        settle(&target).unwrap();
        let of = |name: &str| fs::metadata(target.join(name)).unwrap();
        assert_eq!(of("plain").mode() & 0o7777, 0o644);
        assert_eq!(of("bin/run").mode() & 0o7777, 0o755);
        assert_eq!([of("plain").mtime(), of("bin").mtime(), of("").mtime()], [0, 0, 0]);
        assert_eq!(fs::read_link(target.join("link")).unwrap(), Path::new("bin/run"));
        assert!(!target.join("left-out").exists());
        let file = outside.path().join("file");
        export(&repository, commit, "dev/plain", &file, &all).unwrap();
        assert_eq!(fs::read_to_string(file).unwrap(), "text");
        assert!(matches!(export(&repository, commit, "none", &target, &all), Err(Unexportable::Missing(_))));
    }

    #[test]
    fn what_is_not_in_the_commit_is_refused() {
        let sandbox = Sandbox::new();
        let path = sandbox.repository("x");
        let commit = sandbox.commit(&path, "dev/big", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n");
        let repository = Repository::open(&path).unwrap();
        let outside = tempfile::tempdir().unwrap();
        let target = outside.path().join("out");
        assert!(matches!(export(&repository, commit, "dev", &target, &all), Err(Unexportable::Lfs(file)) if file == "big"));
        git(&path, &["update-index", "--add", "--cacheinfo", &format!("160000,{commit},dev/sub")]);
        git(&path, &["commit", "--quiet", "--message", "sub"]);
        let head = repository.head().unwrap().target().unwrap();
        let kept = |path: &str| path != "big";
        assert!(matches!(export(&repository, head, "dev", &target, &kept), Err(Unexportable::Submodule(file)) if file == "sub"));
    }
}
