//! The language server's door to the world: packages of the working tree with their locks, and copies of imported files.
//!
//! It never writes a lock: an import that has no entry is resolved for as long as the server runs, and pinned by the next command.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp::{LockProblem, Opened, World};

use super::{RealHost, RootFiles, RootPlace};
use crate::import::{Lock, Options, Root, RootRepository, Session, Store, silent};

pub struct EditorWorld {
    cache: PathBuf,
    options: Options,
}

impl EditorWorld {
    /// `cache` is that of imports; copies for editors lie in it, below `sources`.
    pub fn new(cache: PathBuf, options: Options) -> EditorWorld {
        // Absolute and without links, as the paths are that it is compared with.
        let cache = fs::create_dir_all(&cache).and_then(|()| cache.canonicalize()).unwrap_or(cache);
        EditorWorld { cache, options }
    }

    fn copies(&self) -> PathBuf {
        self.cache.join("sources")
    }
}

impl World for EditorWorld {
    fn folder_of(&self, path: &Path) -> Option<PathBuf> {
        if path.starts_with(self.copies()) {
            return None;
        }
        path.ancestors().find_map(|ancestor| match ancestor.file_name() {
            Some(name) if name == ".coder" => ancestor.parent().map(Path::to_owned),
            _ => ancestor.join(".coder").is_dir().then(|| ancestor.to_owned()),
        })
    }

    fn open(&self, folder: &Path) -> Result<Option<Opened>, String> {
        if !folder.join(".coder").is_dir() {
            return Ok(None);
        }
        let repository = RootRepository::around(folder).map_err(|problem| problem.to_string())?;
        let root = Root { folder: folder.to_owned(), repository };
        let lock_file = root.lock_file();
        let (lock, lock_problem) = match Lock::read(&lock_file) {
            Ok(lock) => (lock, None),
            Err(problem) => {
                let line = problem.place.as_ref().map_or(0, |place| place.line.saturating_sub(1));
                (Lock::default(), Some(LockProblem { message: problem.message, help: problem.help, line }))
            }
        };
        let place = RootPlace::of(&root);
        let imports = Session::new(self.options.clone(), Store::new(&self.cache), lock, silent());
        let host = RealHost::new(place.clone(), RootFiles::WorkTree, Arc::new(imports));
        let package = host.root_package();
        Ok(Some(Opened { top: place.top, package, host: Arc::new(host), lock_file, lock_problem }))
    }

    fn lock_stamp(&self, folder: &Path) -> u64 {
        let mut hasher = DefaultHasher::new();
        fs::read(folder.join(".coder").join("coder.lock")).ok().hash(&mut hasher);
        hasher.finish()
    }

    fn copy(&self, repository: &str, path: &str, text: &str) -> Result<PathBuf, String> {
        let named = repository.split_once("://").map_or(repository, |(_, rest)| rest);
        let mut file = self.copies();
        file.extend(format!("{named}/{path}").split('/').filter_map(folder_name));
        if fs::read(&file).is_ok_and(|bytes| bytes == text.as_bytes()) {
            return Ok(file);
        }
        write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(file)
    }
}

/// A part of an address as a folder's name, which leads nowhere else.
fn folder_name(part: &str) -> Option<String> {
    match part {
        "" | "." => None,
        ".." => Some("__".to_owned()),
        part => Some(part.replace([':', '\\', '\0'], "_")),
    }
}

/// Writes a file whole, for reading only.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    let mut permissions = file.as_file().metadata()?.permissions();
    permissions.set_readonly(true);
    file.as_file().set_permissions(permissions)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn world(cache: &Path) -> EditorWorld {
        EditorWorld::new(cache.to_owned(), Options::default())
    }

    #[test]
    fn copies_stay_below_their_folder_and_are_read_only() {
        let cache = tempfile::tempdir().unwrap();
        let world = world(cache.path());
        let copy = world.copy("https://git.acme.dev:8443/a/b@0123", "../../.coder/a.coder", "let a = 1\n").unwrap();
        assert!(copy.ends_with("sources/git.acme.dev_8443/a/b@0123/__/__/.coder/a.coder"), "{}", copy.display());
        assert!(fs::metadata(&copy).unwrap().permissions().readonly());
        let again = world.copy("https://git.acme.dev:8443/a/b@0123", "../../.coder/a.coder", "let a = 2\n").unwrap();
        assert_eq!((fs::read_to_string(&again).unwrap().as_str(), &again), ("let a = 2\n", &copy));
        assert_eq!(world.folder_of(&copy), None, "a copy is in no package");
    }

    #[test]
    fn a_package_is_known_before_its_folder_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let world = world(&folder.path().join("cache"));
        let package = folder.path().join("repository");
        assert_eq!(world.folder_of(&package.join(".coder/images/a.coder")), Some(package.clone()));
        assert_eq!(world.folder_of(&package.join("dev/Dockerfile")), None);
        fs::create_dir_all(package.join(".coder")).unwrap();
        assert_eq!(world.folder_of(&package.join("dev/Dockerfile")), Some(package.clone()));
        assert!(world.open(&package).unwrap().is_some());
        let before = world.lock_stamp(&package);
        fs::write(package.join(".coder/coder.lock"), "[[import]]\nurl = 1\n").unwrap();
        assert_ne!(world.lock_stamp(&package), before);
        assert!(world.open(&package).unwrap().unwrap().lock_problem.is_some());
    }
}
