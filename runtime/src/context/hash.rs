//! The id that git would give a file of the working tree.
//!
//! Ends of lines are normalised where the repository's attributes or configuration say so, for that is what a commit of the
//! file would hold. A filter that is a program (git LFS, say) is never run: such a file, once changed, is hashed as it lies.

use std::fs;
use std::io;
use std::path::Path;

use git2::{AttrCheckFlags, ObjectType, Odb, Oid, Repository};

use super::Mode;

/// Hashes files of one working tree.
pub(super) struct Hasher<'a> {
    repository: &'a Repository,
    /// Whether the configuration alone changes ends of lines.
    converts: bool,
    /// Executable bits mean something.
    modes: bool,
}

impl<'a> Hasher<'a> {
    pub fn new(repository: &'a Repository) -> Hasher<'a> {
        let configuration = repository.config();
        let text = |name: &str| configuration.as_ref().ok().and_then(|configuration| configuration.get_string(name).ok());
        let converts = text("core.autocrlf").is_some_and(|value| !git2::Config::parse_bool(value.as_str()).is_ok_and(|on| !on));
        let modes = configuration.as_ref().ok().and_then(|configuration| configuration.get_bool("core.filemode").ok());
        Hasher { repository, converts, modes: modes.unwrap_or(true) }
    }

    /// The mode and id of a file or link; `None` where neither is. `path` is relative to the working tree, `tracked` the mode
    /// in the index.
    pub fn hash(&self, work_tree: &Path, path: &Path, tracked: Option<Mode>) -> Result<Option<(Mode, Oid)>, git2::Error> {
        let full = work_tree.join(path);
        let Ok(information) = fs::symlink_metadata(&full) else { return Ok(None) };
        if information.is_symlink() {
            return Ok(Some((Mode::Symlink, link(&full)?)));
        }
        if !information.is_file() {
            return Ok(None);
        }
        let mode = match tracked {
            Some(tracked @ (Mode::File | Mode::Executable)) if !self.modes => tracked,
            _ => mode(&information),
        };
        let id = match self.converts || self.has_attributes(path) {
            true => self.converted(&full)?,
            false => Oid::hash_file(ObjectType::Blob, &full)?,
        };
        Ok(Some((mode, id)))
    }

    fn has_attributes(&self, path: &Path) -> bool {
        let set = |name: &str| {
            let value = self.repository.get_attr(path, name, AttrCheckFlags::FILE_THEN_INDEX);
            !matches!(git2::AttrValue::from_string(value.ok().flatten()), git2::AttrValue::Unspecified | git2::AttrValue::False)
        };
        ["text", "crlf", "eol", "ident"].iter().any(|name| set(name))
    }

    /// Through git's own conversion, into a database in memory that is thrown away.
    fn converted(&self, path: &Path) -> Result<Oid, git2::Error> {
        let repository = Repository::open(self.repository.path())?;
        repository.set_config(&self.repository.config()?)?;
        let database = Odb::new()?;
        let _memory = database.add_new_mempack_backend(1)?;
        repository.set_odb(&database)?;
        repository.blob_path(path)
    }
}

/// The id of a file outside of any repository.
pub(super) fn hash_plain(path: &Path) -> Result<Option<(Mode, Oid)>, git2::Error> {
    match fs::symlink_metadata(path) {
        Ok(information) if information.is_symlink() => Ok(Some((Mode::Symlink, link(path)?))),
        Ok(information) if information.is_file() => Ok(Some((mode(&information), Oid::hash_file(ObjectType::Blob, path)?))),
        _ => Ok(None),
    }
}

/// A link's blob holds where it points to.
fn link(path: &Path) -> Result<Oid, git2::Error> {
    let failed = |error: io::Error| git2::Error::from_str(&format!("{}: {error}", path.display()));
    let target = fs::read_link(path).map_err(failed)?;
    Oid::hash_object(ObjectType::Blob, target.as_os_str().as_encoded_bytes())
}

#[cfg(unix)]
fn mode(information: &fs::Metadata) -> Mode {
    match std::os::unix::fs::PermissionsExt::mode(&information.permissions()) & 0o100 {
        0 => Mode::File,
        _ => Mode::Executable,
    }
}

#[cfg(not(unix))]
fn mode(_: &fs::Metadata) -> Mode {
    Mode::File
}
