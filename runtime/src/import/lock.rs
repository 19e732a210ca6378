//! `coder.lock`: every import and image that the root package depends on, pinned.
//!
//! TOML without a timestamp, in order, one fact a line, so that git merges it line by line; written only when it says
//! something else than before, beside and renamed. An entry pins a whole repository, whichever of its folders is imported:
//! two packages of one repository at one `at` never come from two commits. What is to be locked is decided elsewhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::Duration;

use git2::Oid;

use super::lock_syntax::{self, Unlocked};
use super::{At, RepositoryUrl};

/// The format that this program reads and writes.
pub const VERSION: i64 = 1;

/// A lock's entries. The keys are what is compared: a repository whatever its spelling, and what stands after `at`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    imports: BTreeMap<(RepositoryUrl, At), LockedImport>,
    images: BTreeMap<String, LockedImage>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedImport {
    pub url: RepositoryUrl,
    pub at: At,
    pub commit: Oid,
    /// `sha256:…` over the commit's tree, see [`super::content`].
    pub content: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedImage {
    /// As the sources write it: `debian:12`.
    pub reference: String,
    /// `sha256:…`
    pub digest: String,
    /// The `user` of the image's configuration; empty for root.
    pub user: String,
}

/// Why a lock could not be read: what to say, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockProblem {
    pub message: String,
    pub help: String,
    /// Bytes of the file, and the line and column (from 1, in characters) of its start; `None` when the file itself could not
    /// be read.
    pub place: Option<LockPlace>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockPlace {
    pub range: std::ops::Range<usize>,
    pub line: u32,
    pub column: u32,
}

impl Lock {
    /// Reads a lock; one that is not there is empty.
    pub fn read(path: &Path) -> Result<Lock, LockProblem> {
        match read_text(path) {
            Ok(text) => Lock::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Lock::default()),
            Err(error) => Err(LockProblem {
                message: format!("`{}` cannot be read: {error}", path.display()),
                help: "restore it from the repository's history, or remove it and run `coderc check` to lock anew".to_owned(),
                place: None,
            }),
        }
    }

    /// Reads a lock's text. A byte order mark and CRLF are read past; a key that this version does not know is refused, for
    /// it would be lost at the next write.
    pub fn parse(text: &str) -> Result<Lock, LockProblem> {
        let Unlocked { imports, images } = lock_syntax::read(text)?;
        let mut lock = Lock::default();
        for (entry, place) in imports {
            let what = format!("`{}` at `{}`", entry.url, entry.at);
            if lock
                .import(&entry.url, &entry.at)
                .is_some_and(|other| (other.commit, &other.content) != (entry.commit, &entry.content))
            {
                return Err(twice(text, &what, place));
            }
            lock.set_import(entry);
        }
        for (entry, place) in images {
            if lock.images.get(&entry.reference).is_some_and(|other| *other != entry) {
                return Err(twice(text, &format!("`{}`", entry.reference), place));
            }
            lock.set_image(entry);
        }
        Ok(lock)
    }

    /// The text of the lock, with `\n` at the ends of lines.
    pub fn to_text(&self) -> String {
        let mut text = format!("# What this package's plans depend on. Written by coderc; commit it.\nversion = {VERSION}\n");
        let mut imports: Vec<&LockedImport> = self.imports.values().collect();
        imports.sort_by_key(|entry| (entry.url.as_str(), entry.at.to_string()));
        for LockedImport { url, at, commit, content } in imports {
            let (url, at) = (quoted(url.as_str()), quoted(&at.to_string()));
            // Writing to a string cannot fail.
            let _ = write!(text, "\n[[import]]\nurl = {url}\nat = {at}\ncommit = \"{commit}\"\ncontent = {}\n", quoted(content));
        }
        for LockedImage { reference, digest, user } in self.images.values() {
            let (reference, digest, user) = (quoted(reference), quoted(digest), quoted(user));
            let _ = write!(text, "\n[[image]]\nreference = {reference}\ndigest = {digest}\nuser = {user}\n");
        }
        text
    }

    /// Writes the lock if the file says something else, beside it and renamed, in the ends of lines that it had. A file that
    /// only looks different (comments, order) is left alone. Says whether it wrote.
    pub fn write(&self, path: &Path) -> io::Result<bool> {
        let before = match read_text(path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        match &before {
            Some(text) if Lock::parse(text).is_ok_and(|lock| lock.says_the_same(self)) => return Ok(false),
            None if self.is_empty() => return Ok(false),
            _ => {}
        }
        let windows = before.is_some_and(|text| text.contains("\r\n"));
        let text = if windows { self.to_text().replace('\n', "\r\n") } else { self.to_text() };
        replace(path, text.as_bytes())?;
        Ok(true)
    }

    pub fn is_empty(&self) -> bool {
        self.imports.is_empty() && self.images.is_empty()
    }

    pub fn import(&self, url: &RepositoryUrl, at: &At) -> Option<&LockedImport> {
        self.imports.get(&(url.clone(), at.clone()))
    }

    pub fn imports(&self) -> impl Iterator<Item = &LockedImport> {
        self.imports.values()
    }

    /// Adds or replaces an entry.
    pub fn set_import(&mut self, entry: LockedImport) {
        self.imports.insert((entry.url.clone(), entry.at.clone()), entry);
    }

    /// Keeps only the imports that `used` names, each spelt as the first of its spellings in order, whatever was imported
    /// first.
    pub fn keep_imports(&mut self, used: &[(RepositoryUrl, At)]) {
        let mut spellings: BTreeMap<(RepositoryUrl, At), RepositoryUrl> = BTreeMap::new();
        for (url, at) in used {
            let spelling = spellings.entry((url.clone(), at.clone())).or_insert_with(|| url.clone());
            if url.as_str() < spelling.as_str() {
                *spelling = url.clone();
            }
        }
        let before = std::mem::take(&mut self.imports);
        for (key, entry) in before {
            if let Some(url) = spellings.remove(&key) {
                self.set_import(LockedImport { url, ..entry });
            }
        }
    }

    pub fn image(&self, reference: &str) -> Option<&LockedImage> {
        self.images.get(reference)
    }

    pub fn images(&self) -> impl Iterator<Item = &LockedImage> {
        self.images.values()
    }

    /// Adds or replaces an entry.
    pub fn set_image(&mut self, entry: LockedImage) {
        self.images.insert(entry.reference.clone(), entry);
    }

    /// Keeps only the images whose reference is used.
    pub fn keep_images(&mut self, used: impl Fn(&str) -> bool) {
        self.images.retain(|reference, _| used(reference));
    }

    /// Equal, spelling of addresses included.
    fn says_the_same(&self, other: &Lock) -> bool {
        let spelt = |lock: &Lock| lock.imports.values().map(|entry| entry.url.as_str().to_owned()).collect::<Vec<_>>();
        self == other && spelt(self) == spelt(other)
    }
}

fn twice(text: &str, what: &str, range: std::ops::Range<usize>) -> LockProblem {
    let help = "keep the entry that is meant and remove the other, as after a merge";
    LockProblem::at(text, range, format!("{what} is locked twice, differently"), help)
}

impl LockProblem {
    pub(super) fn at(text: &str, range: std::ops::Range<usize>, message: impl Into<String>, help: &str) -> LockProblem {
        let index = compiler::text::LineIndex::new(text);
        let start = u32::try_from(range.start).unwrap_or(u32::MAX);
        let position = index.line_column(text, start.into());
        let place = LockPlace { range, line: position.line, column: position.column };
        LockProblem { message: message.into(), help: help.to_owned(), place: Some(place) }
    }
}

/// A lock is text of a bounded size in a plain file: a link could show another file's lines in a message.
fn read_text(path: &Path) -> io::Result<String> {
    const MOST_BYTES: u64 = 16 << 20;
    let information = fs::symlink_metadata(path)?;
    if !information.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is larger than 16 MiB"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is no UTF-8 text"))
}

/// Removes what killed processes left beside a lock, which somebody would commit. What is young may be another process's.
fn remove_left(path: &Path) {
    const OLD: Duration = Duration::from_secs(3600);
    let Some(folder) = path.parent() else { return };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("coder.lock.")?.strip_suffix(".new"));
        let left = number.is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()));
        let age = entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
        if left && age.is_some_and(|age| age > OLD) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("lock.{}.new", std::process::id()));
    let written = (|| {
        // An old one of this name can only be left by a killed process that had our number.
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    match &written {
        Ok(()) => remove_left(path),
        Err(_) => drop(fs::remove_file(&beside)),
    }
    written
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            character if character.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(character));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
#[path = "lock_tests.rs"]
mod tests;
