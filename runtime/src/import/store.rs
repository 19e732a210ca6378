//! The cache of fetched commits, which processes share and which may be removed at any time.
//!
//! Each commit of a repository lies in a folder of its own, complete and never changed: a commit is fetched, read as a whole
//! and hashed in a staging folder, flushed to disk, and only then renamed to its place. So there is no lock to take, two
//! processes at worst do the same work, and a kill at any moment leaves staging that the next fetch removes.
//!
//! ```text
//! git-1/commits/<repository>-<hash>/<commit>/proof      what was proven when it was put there
//!                                            objects-…/ git's objects, read without a working tree
//! git-1/staging/<process>-<number>/                     being fetched
//! git-1/staging/lock                                    held shared by who fetches, alone by who tidies
//! ```

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use git2::{Odb, Oid, Repository};
use sha2::{Digest, Sha256};

use super::content::{Content, Unfit, content, hex};
use super::{ImportProblem, RepositoryUrl};
use crate::context::{self, Listing, TooLarge};

/// The cache. Making one touches nothing.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
}

/// A commit in the cache.
pub struct Snapshot {
    pub commit: Oid,
    pub tree: Oid,
    /// `sha256:…`
    pub content: String,
    repository: Mutex<Repository>,
}

/// A folder for one fetch, removed when it is dropped.
pub(super) struct Staging {
    pub path: PathBuf,
    /// Held shared as long as anything is staged.
    _lock: File,
}

/// Why something of a commit could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// An object of the cache is missing, or is not what its id says.
    Damaged(String),
    /// It is larger than anybody can mean.
    TooLarge(String),
}

impl Store {
    pub fn new(cache: &Path) -> Store {
        Store { root: cache.join("git-1") }
    }

    /// `$CODERC_CACHE`, else `coderc` in `$XDG_CACHE_HOME` or `~/.cache`; `None` where no home is known.
    pub fn default_folder() -> Option<PathBuf> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(folder) = variable("CODERC_CACHE") {
            return std::path::absolute(folder).ok();
        }
        let base = variable("XDG_CACHE_HOME").filter(|folder| folder.is_absolute());
        let base = base.or_else(|| variable("LOCALAPPDATA")).or_else(|| Some(variable("HOME")?.join(".cache")));
        Some(base?.join("coderc"))
    }

    /// The commit, if it is there. One that is not whole is removed, so that it is fetched again.
    pub fn snapshot(&self, url: &RepositoryUrl, commit: Oid) -> Option<Snapshot> {
        let folder = self.folder(url, commit);
        let proof = fs::read_to_string(folder.join("proof")).ok()?;
        let snapshot =
            read_proof(&proof, url, commit).and_then(|proof| open(&folder.join(proof.objects), commit, proof.content).ok());
        if snapshot.is_none() {
            self.evict(url, commit);
        }
        snapshot
    }

    /// Removes a commit that turned out to be damaged.
    pub fn evict(&self, url: &RepositoryUrl, commit: Oid) {
        // Renamed first, so that nobody reads half of it.
        if let Ok(staging) = self.stage() {
            let _ = fs::rename(self.folder(url, commit), staging.path.join("damaged"));
        }
    }

    /// A new folder to fetch into. What killed processes left is removed if nobody is fetching.
    pub(super) fn stage(&self) -> Result<Staging, ImportProblem> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let staging = self.root.join("staging");
        let attempt = || -> io::Result<Staging> {
            make_private(&self.root)?;
            fs::create_dir_all(&staging)?;
            let lock = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(staging.join("lock"))?;
            if lock.try_lock().is_ok() {
                tidy(&staging);
                lock.unlock()?;
            }
            // Where a file system has no locks, nobody ever tidies either.
            let _ = lock.lock_shared();
            loop {
                let number = NUMBER.fetch_add(1, Ordering::Relaxed);
                let path = staging.join(format!("{}-{number}", std::process::id()));
                match fs::create_dir(&path) {
                    Ok(()) => return Ok(Staging { path, _lock: lock }),
                    // Left by a process of our number.
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(error),
                }
            }
        };
        attempt().map_err(|error| cache_problem(&staging, &error))
    }

    /// Proves that a fetched commit is whole and fit, and puts it into its place.
    pub(super) fn keep(&self, staging: &Staging, url: &RepositoryUrl, commit: Oid) -> Result<Snapshot, ImportProblem> {
        let fetched = staging.path.join("fetched");
        let content = Repository::open(&fetched).map_err(Unfit::from).and_then(|repository| content(&repository, commit));
        let content = content.map_err(|unfit| match unfit {
            Unfit::Refused(detail) => ImportProblem::Tree { url: url.clone(), commit: commit.to_string(), detail },
            Unfit::Damaged(detail) => {
                ImportProblem::Network { url: url.clone(), detail: format!("the remote did not send all of {commit}: {detail}") }
            }
        })?;
        let folder = self.folder(url, commit);
        // Again where somebody else found the commit damaged, and removed it, while it was put there.
        for _ in 0..5 {
            self.place(staging, url, commit, &content).map_err(|error| cache_problem(&folder, &error))?;
            // Whoever put it there: what lies there now is what is read.
            if let Some(snapshot) = self.snapshot(url, commit) {
                return Ok(snapshot);
            }
        }
        Err(cache_problem(&folder, &io::Error::other("what was just put there cannot be read")))
    }

    fn place(&self, staging: &Staging, url: &RepositoryUrl, commit: Oid, content: &Content) -> io::Result<()> {
        let (folder, ready) = (self.folder(url, commit), staging.path.join(commit.to_string()));
        fs::create_dir(&ready)?;
        // Never a name that was there before: libgit2 knows open packs by their paths.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let objects = format!("objects-{}-{}", std::process::id(), since.as_nanos());
        link_all(&staging.path.join("fetched").join("objects"), &ready.join(&objects))?;
        let proof = ready.join("proof");
        fs::write(&proof, write_proof(url, commit, &objects, content))?;
        flush(&proof)?;
        flush(&ready)?;
        let parent = folder.parent().unwrap_or(&self.root);
        fs::create_dir_all(parent)?;
        if folder.exists() && !folder.join("proof").exists() {
            self.evict(url, commit);
        }
        match fs::rename(&ready, &folder) {
            Ok(()) => flush(parent),
            // Another process was faster.
            Err(_) if folder.join("proof").exists() => fs::remove_dir_all(&ready),
            Err(error) => fs::remove_dir_all(&ready).and(Err(error)),
        }
    }

    fn folder(&self, url: &RepositoryUrl, commit: Oid) -> PathBuf {
        let identity = url.identity();
        // For people; the hash is what tells repositories apart.
        let name = identity.rsplit("://").next().unwrap_or(identity);
        let name: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
        let name: String = name.trim_matches('-').chars().take(80).collect();
        let hash = hex(&Sha256::digest(identity)[..8]);
        self.root.join("commits").join(format!("{name}-{hash}")).join(commit.to_string())
    }
}

impl Snapshot {
    /// The bytes of a plain file; `None` where none is, or a folder, a link or a submodule.
    pub fn read_file(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        context::read(&self.repository(), self.commit, path)?
            .map_err(|TooLarge| Unreadable::TooLarge(format!("`{path}` is too large to be read")))
    }

    /// All files below a folder (empty: all of the commit).
    pub fn list(&self, folder: &str) -> Result<Listing, Unreadable> {
        context::list(&self.repository(), self.commit, folder)?
            .map_err(|TooLarge| Unreadable::TooLarge(format!("`{folder}/` holds more files than can be listed")))
    }

    /// The id of a folder's tree.
    pub fn tree(&self, folder: &str) -> Result<Option<Oid>, Unreadable> {
        Ok(context::tree(&self.repository(), self.commit, folder)?)
    }

    /// Writes a folder or a file of the commit to disk, see [`context::export`].
    pub fn export(&self, path: &str, target: &Path, keep: &dyn Fn(&str) -> bool) -> Result<(), context::Unexportable> {
        context::export(&self.repository(), self.commit, path, target, keep)
    }

    fn repository(&self) -> std::sync::MutexGuard<'_, Repository> {
        // A reader that panicked has changed nothing.
        self.repository.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("commit", &self.commit).field("content", &self.content).finish_non_exhaustive()
    }
}

impl From<git2::Error> for Unreadable {
    fn from(error: git2::Error) -> Unreadable {
        Unreadable::Damaged(error.message().to_owned())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Objects only: no configuration, no owner and no hook of the folder is looked at.
fn open(objects: &Path, commit: Oid, content: Content) -> Result<Snapshot, git2::Error> {
    let Some(objects) = objects.to_str() else { return Err(git2::Error::from_str("the cache's path is no text")) };
    let database = Odb::new()?;
    database.add_disk_alternate(objects)?;
    let repository = Repository::from_odb(database)?;
    if repository.find_commit(commit)?.tree_id() != content.tree {
        return Err(git2::Error::from_str("the proof is of another tree"));
    }
    repository.find_tree(content.tree)?;
    Ok(Snapshot { commit, tree: content.tree, content: content.hash, repository: Mutex::new(repository) })
}

/// What stands beside the objects.
struct Proof {
    /// The name of their folder.
    objects: String,
    content: Content,
}

fn write_proof(url: &RepositoryUrl, commit: Oid, objects: &str, content: &Content) -> String {
    let Content { tree, hash } = content;
    let facts = format!("url {}\ncommit {commit}\nobjects {objects}\ntree {tree}\ncontent {hash}\n", url.identity());
    let check = hex(&Sha256::digest(&facts));
    format!("{facts}check {check}\n")
}

fn read_proof(proof: &str, url: &RepositoryUrl, commit: Oid) -> Option<Proof> {
    // A proof that was damaged must not pass for another content.
    let (facts, check) = proof.strip_suffix('\n')?.rsplit_once("check ")?;
    if hex(&Sha256::digest(facts)) != check {
        return None;
    }
    let field = |name: &str| facts.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    if field("url")? != url.identity() || field("commit")? != commit.to_string() {
        return None;
    }
    let objects = field("objects").filter(|name| name.starts_with("objects-") && !name.contains(['/', '\\']))?.to_owned();
    let content = Content { tree: Oid::from_str(field("tree")?).ok()?, hash: field("content")?.to_owned() };
    Some(Proof { objects, content })
}

/// Links files (one fetch may bring several commits), or copies them where links are not possible, and flushes them.
fn link_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            link_all(&source, &target)?;
        } else {
            match fs::hard_link(&source, &target) {
                // A copy over what is there might be one of a file over itself, which empties it.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
                Err(_) => drop(fs::copy(&source, &target)?),
                Ok(()) => {}
            }
            flush(&target)?;
        }
    }
    flush(to)
}

/// To disk, so that a rename that survives a power cut finds what it renamed.
fn flush(path: &Path) -> io::Result<()> {
    match File::open(path).and_then(|file| file.sync_all()) {
        // Windows opens no folders, and flushes no file that is open for reading.
        Err(error) if cfg!(windows) && error.kind() == ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

/// Private repositories lie here too.
fn make_private(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn tidy(staging: &Path) {
    for entry in fs::read_dir(staging).into_iter().flatten().flatten() {
        if entry.file_name() != "lock" {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn cache_problem(path: &Path, error: &io::Error) -> ImportProblem {
    ImportProblem::Cache { path: path.display().to_string(), detail: error.to_string() }
}
