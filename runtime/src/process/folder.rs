//! Where this user's running programs keep what only lasts as long as they run: locks, and folders to work in.
//!
//! A lock is the system's own: it is free once its holder ended, however it ended. A folder to work in is held by one, so what
//! killed processes left is told from what is in use, and removed.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::execute::{Failure, Level, Stop};

/// `$XDG_RUNTIME_DIR/coderc`, else a folder of this user alone among the temporary ones.
///
/// # Errors
/// When it cannot be made.
pub fn runtime_folder() -> io::Result<PathBuf> {
    let given = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|folder| folder.is_dir());
    let folder = match given {
        Some(folder) => folder.join("coderc"),
        None => std::env::temp_dir().join(format!("coderc-{}", user())),
    };
    match make_private(&folder) {
        Ok(()) => Ok(folder),
        Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", folder.display()))),
    }
}

/// Held until it is dropped.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// For a program's standard input: the lock then is held until the program ended too, even if its starter is killed.
    pub fn share(&self) -> Stdio {
        self.0.try_clone().map_or_else(|_| Stdio::null(), Stdio::from)
    }

    /// Takes the lock of this name, waiting for whoever holds it; `waiting` is called once if so.
    ///
    /// # Errors
    /// When the user stops it, or the file cannot be made.
    pub async fn take(folder: &Path, name: &str, stop: &Stop, waiting: impl FnOnce()) -> Result<Lock, Failure> {
        let file = open(&folder.join(format!("{}.lock", file_name(name)))).map_err(|error| unusable(folder, &error))?;
        let mut waiting = Some(waiting);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
                Err(fs::TryLockError::WouldBlock) => {}
                Err(fs::TryLockError::Error(error)) => return Err(unusable(folder, &error)),
            }
            if let Some(waiting) = waiting.take() {
                waiting();
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(100)) => {}
                () = stop.reached(Level::Cancel) => return Err(Failure::cancelled()),
            }
        }
    }
}

/// A folder that is removed when this is dropped, or by the next one that is made after a kill.
#[derive(Debug)]
pub struct Scratch {
    pub path: PathBuf,
    _lock: File,
}

impl Scratch {
    /// # Errors
    /// When it cannot be made.
    pub fn new(folder: &Path) -> io::Result<Scratch> {
        let all = folder.join("work");
        make_private(&all)?;
        remove_abandoned(&all);
        let path = tempfile::Builder::new().prefix("build-").tempdir_in(&all)?.keep();
        let lock = open(&path.join("lock"))?;
        lock.lock_shared()?;
        Ok(Scratch { path, _lock: lock })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn remove_abandoned(all: &Path) {
    for item in fs::read_dir(all).into_iter().flatten().flatten() {
        // One that was made this moment has no lock yet.
        if let Ok(lock) = OpenOptions::new().read(true).write(true).open(item.path().join("lock"))
            && lock.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(item.path());
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => owned(folder),
        other => other,
    }
}

/// A folder among the temporary ones may be somebody else's, made to be found.
#[cfg(unix)]
fn owned(folder: &Path) -> io::Result<()> {
    let information = fs::symlink_metadata(folder)?;
    match information.is_dir() && std::os::unix::fs::MetadataExt::uid(&information) == user() {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to somebody else")),
    }
}

#[cfg(not(unix))]
fn owned(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn user() -> u32 {
    // The owner of a process's own folder is its user.
    fs::metadata("/proc/self").map_or(0, |information| std::os::unix::fs::MetadataExt::uid(&information))
}

#[cfg(not(unix))]
fn user() -> u32 {
    0
}

/// Any text as a file's name; different texts stay different.
fn file_name(name: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    name.chars()
        .map(|character| if plain(character) { character.to_string() } else { format!("+{:x}+", character as u32) })
        .collect()
}

fn unusable(folder: &Path, error: &io::Error) -> Failure {
    Failure::new(compiler::diagnostics::catalog::missing_program::folder(&folder.display().to_string(), &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execute::stop;

    #[test]
    fn a_lock_is_free_once_its_holder_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (stopper, stop) = stop();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let first = runtime.block_on(Lock::take(folder.path(), "a/b", &stop, || panic!("nobody holds it"))).unwrap();
        let mut told = false;
        let second = runtime.block_on(Lock::take(folder.path(), "a/b", &stop, || {
            told = true;
            drop(first);
        }));
        assert!(second.is_ok() && told);
        let third = runtime.block_on(Lock::take(folder.path(), "a/b", &stop, || {
            stopper.further();
        }));
        assert!(third.unwrap_err().cancelled);
    }

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_in_use_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let used = Scratch::new(folder.path()).unwrap();
        let left = folder.path().join("work/build-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("lock"), "").unwrap();
        let other = Scratch::new(folder.path()).unwrap();
        assert!(used.path.exists() && other.path.exists() && !left.exists());
        let path = used.path.clone();
        drop(used);
        assert!(!path.exists());
    }
}
