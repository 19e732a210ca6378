//! The package that a command is about: the nearest `.coder/`, and the repository around it.
//!
//! Its sources are not read here, and no remote is asked.

use std::fmt;
use std::path::{Path, PathBuf};

use git2::{ErrorCode, Oid, Repository};

/// The root package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The folder that holds `.coder/`, absolute and without links.
    pub folder: PathBuf,
    /// The repository around it; `None` for a folder that is in none.
    pub repository: Option<RootRepository>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootRepository {
    /// The top of the working tree, absolute and without links.
    pub work_tree: PathBuf,
    /// The package's folder relative to it, with `/`; empty for the root.
    pub folder: String,
    /// The commit checked out; `None` before the first one.
    pub head: Option<Oid>,
    /// The branch checked out; `None` when HEAD is detached.
    pub branch: Option<String>,
    /// The URL of the remote `origin` as written, not rewritten by `insteadOf`. A password or token in it is left out: CI
    /// systems put theirs there, and this text reaches plans.
    pub origin: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootProblem {
    /// No `.coder/` at or above this folder.
    NoPackage(PathBuf),
    /// The folder that was named cannot be entered.
    Folder { folder: PathBuf, detail: String },
    /// There is a repository, but it cannot be read.
    Repository { folder: PathBuf, detail: String },
}

impl Root {
    /// The package at or above `folder`.
    pub fn find(folder: &Path) -> Result<Root, RootProblem> {
        let start = folder
            .canonicalize()
            .map_err(|error| RootProblem::Folder { folder: folder.to_owned(), detail: error.to_string() })?;
        let Some(folder) = start.ancestors().find(|folder| folder.join(".coder").is_dir()) else {
            return Err(RootProblem::NoPackage(start));
        };
        Ok(Root { folder: folder.to_owned(), repository: RootRepository::around(folder)? })
    }

    /// `.coder/coder.lock`.
    pub fn lock_file(&self) -> PathBuf {
        self.folder.join(".coder").join("coder.lock")
    }
}

impl RootRepository {
    /// The repository around a folder, which is absolute and without links: also one whose `.git` is a file, as of a worktree
    /// or a submodule.
    pub fn around(folder: &Path) -> Result<Option<RootRepository>, RootProblem> {
        super::trust_every_owner();
        let problem =
            |error: git2::Error| RootProblem::Repository { folder: folder.to_owned(), detail: error.message().to_owned() };
        let repository = match Repository::discover(folder) {
            Ok(repository) => repository,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => return Err(problem(error)),
        };
        // A bare repository has no files; a folder inside `.git` is in no working tree.
        let Some(work_tree) = repository.workdir().and_then(|folder| folder.canonicalize().ok()) else { return Ok(None) };
        let Ok(relative) = folder.strip_prefix(&work_tree) else { return Ok(None) };
        let relative: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        let (head, branch) = head(&repository).map_err(problem)?;
        let origin = origin(&repository);
        Ok(Some(RootRepository { work_tree, folder: relative.join("/"), head, branch, origin }))
    }
}

fn head(repository: &Repository) -> Result<(Option<Oid>, Option<String>), git2::Error> {
    let head = repository.find_reference("HEAD")?;
    let branch = head.symbolic_target()?.and_then(|target| target.strip_prefix("refs/heads/")).map(str::to_owned);
    match repository.head() {
        Ok(reference) => Ok((Some(reference.peel_to_commit()?.id()), branch)),
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => Ok((None, branch)),
        Err(error) => Err(error),
    }
}

/// Read from the configuration, for a `Remote`'s URL is the rewritten one.
fn origin(repository: &Repository) -> Option<String> {
    let configuration = repository.config().ok()?.snapshot().ok()?;
    let url = configuration.get_string("remote.origin.url").ok()?;
    Some(without_password(url.trim()))
}

/// An address without what must stay secret: everything before `@` over http, the password over ssh.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((user, host)) if scheme.eq_ignore_ascii_case("ssh") => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}@{host}{path}")
        }
        Some((_, host)) => format!("{scheme}://{host}{path}"),
        None => url.to_owned(),
    }
}

impl RootProblem {
    pub fn help(&self) -> &'static str {
        match self {
            RootProblem::NoPackage(_) => "start a package with `coderc new`, or name its folder with `-C`",
            RootProblem::Folder { .. } => "name an existing folder with `-C`",
            RootProblem::Repository { .. } => "look at it with `git status`",
        }
    }
}

impl fmt::Display for RootProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RootProblem::NoPackage(folder) => write!(f, "there is no `.coder/` in `{}` or above it", folder.display()),
            RootProblem::Folder { folder, detail } => write!(f, "`{}` cannot be entered: {detail}", folder.display()),
            RootProblem::Repository { folder, detail } => {
                write!(f, "the repository around `{}` cannot be read: {detail}", folder.display())
            }
        }
    }
}

impl std::error::Error for RootProblem {}

#[cfg(test)]
#[path = "root_tests.rs"]
mod tests;
