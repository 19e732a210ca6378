//! Repositories and remotes for tests, made by the `git` program in a temporary folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use git2::Oid;

use super::{At, Event, ImportProblem, Lock, Options, Progress, RepositoryUrl, Resolved, Session, Store};

/// A temporary folder with repositories in it.
pub(crate) struct Sandbox {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Sandbox {
    pub fn new() -> Sandbox {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        Sandbox { _folder: folder, path }
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.path.join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// An empty repository on the branch `main`.
    pub fn repository(&self, name: &str) -> PathBuf {
        let folder = self.folder(name);
        git(&folder, &["init", "-q", "-b", "main"]);
        folder
    }

    /// Writes one file and commits everything.
    pub fn commit(&self, repository: &Path, file: &str, text: &str) -> Oid {
        let path = repository.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        git(repository, &["add", "-A"]);
        git(repository, &["commit", "-q", "--allow-empty", "-m", file]);
        head(repository)
    }
}

pub(crate) fn head(repository: &Path) -> Oid {
    Oid::from_str(git(repository, &["rev-parse", "HEAD"]).trim()).unwrap()
}

/// Runs git without the machine's configuration and gives its output.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let done = Command::new("git")
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.invalid", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// A session on a cache of the sandbox that counts what it did.
pub(crate) struct Run {
    pub session: Session,
    asked: Arc<AtomicUsize>,
}

impl Sandbox {
    pub fn store(&self) -> Store {
        Store::new(&self.path.join("cache"))
    }

    pub fn run(&self, options: Options, lock: &Lock) -> Run {
        let asked = Arc::new(AtomicUsize::new(0));
        let asks = asked.clone();
        let progress: Progress = Arc::new(move |event| {
            if matches!(event, Event::Asked { .. }) {
                asks.fetch_add(1, Ordering::Relaxed);
            }
        });
        Run { session: Session::new(options, self.store(), lock.clone(), progress), asked }
    }

    /// The address of a repository of the sandbox.
    pub fn url(&self, name: &str) -> RepositoryUrl {
        RepositoryUrl::parse(&format!("file://{}", self.path.join(name).display())).unwrap()
    }
}

impl Run {
    /// One import.
    pub fn one(&self, url: &RepositoryUrl, at: &str) -> Result<Resolved, ImportProblem> {
        self.session.fetch_all(&[(url.clone(), At::parse(at))]).remove(0)
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    pub fn lock(&self) -> Lock {
        self.session.finish(true).lock
    }
}
