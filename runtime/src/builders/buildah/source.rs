//! The files of a build: of the repository that `coderc` runs in, of the cache of imports, or fetched into it.
//!
//! A commit names what it holds, so it does not matter where it is found; on one machine it need not be pushed.

use std::fs;
use std::path::{Path, PathBuf};

use compiler::diagnostics::Diagnostic;
use compiler::diagnostics::catalog::context_unreadable;
use compiler::dockerfile::Ignore;
use compiler::plan::action::{ASSETS, Build};
use git2::{Oid, Repository};

use crate::context::{self, Unexportable};
use crate::execute::Failure;
use crate::import::{At, Lock, Options, RepositoryUrl, Session, Store, silent, trust_every_owner};

/// Where commits are found.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The top of the working tree that `coderc` runs in, if it runs in one.
    pub work_tree: Option<PathBuf>,
    pub cache: Store,
}

impl Sources {
    /// Writes the context of a build to a new folder: its files, then the project's assets.
    pub fn write(&self, build: &Build, folder: &Path) -> Result<(), Failure> {
        fs::create_dir(folder).map_err(|error| write_failed(folder, &error))?;
        let context = &build.context;
        let ignore = Ignore::parse(&build.ignore);
        if !context.commit.is_empty() {
            self.export(&context.url, &context.commit, &context.path, folder, &|path| !ignore.excludes(path))?;
        }
        if let Some(assets) = &build.assets {
            for path in &assets.paths {
                let target = folder.join(ASSETS).join(path.as_str());
                if let Some(parent) = target.parent() {
                    fs::create_dir_all(parent).map_err(|error| write_failed(parent, &error))?;
                }
                self.export(&assets.url, &assets.commit, path, &target, &|_| true)?;
            }
        }
        Ok(())
    }

    /// Whether all commits of a build can be had; fetches what is in neither place.
    pub fn reach(&self, build: &Build) -> Result<(), Failure> {
        let assets = build.assets.as_ref().map(|assets| (&assets.url, &assets.commit));
        let context = Some((&build.context.url, &build.context.commit));
        for (url, commit) in [context, assets].into_iter().flatten().filter(|(_, commit)| !commit.is_empty()) {
            let id = oid(url, commit)?;
            if self.here(id).is_none() {
                self.snapshot(url, commit, id)?;
            }
        }
        Ok(())
    }

    /// Whether `older` comes before `newer`, or is it, in the history of the repository here; `None` where that is not known.
    pub fn precedes(&self, older: &str, newer: &str) -> Option<bool> {
        let (older, newer) = (Oid::from_str(older).ok()?, Oid::from_str(newer).ok()?);
        let repository = self.here(older)?;
        repository.find_commit(newer).ok()?;
        Some(older == newer || repository.graph_descendant_of(newer, older).ok()?)
    }

    fn export(&self, url: &str, commit: &str, path: &str, target: &Path, keep: &dyn Fn(&str) -> bool) -> Result<(), Failure> {
        let id = oid(url, commit)?;
        let exported = match self.here(id) {
            Some(repository) => context::export(&repository, id, path, target, keep),
            None => self.snapshot(url, commit, id)?.export(path, target, keep),
        };
        exported.map_err(|problem| {
            Failure::new(match problem {
                Unexportable::Missing(path) => context_unreadable::path(url, commit, &path),
                Unexportable::Submodule(path) => context_unreadable::submodule(url, &path),
                Unexportable::Lfs(path) => context_unreadable::lfs(url, &path),
                Unexportable::Path(path) => context_unreadable::write(&path, "this machine has no such names"),
                Unexportable::Io(path, error) => context_unreadable::write(&path, &error.to_string()),
                Unexportable::Git(error) => context_unreadable::commit(url, commit, error.message()),
            })
        })
    }

    /// The repository that `coderc` runs in, if it holds the commit.
    fn here(&self, commit: Oid) -> Option<Repository> {
        trust_every_owner();
        let repository = Repository::open(self.work_tree.as_ref()?).ok()?;
        let found = repository.find_commit(commit).is_ok();
        found.then_some(repository)
    }

    fn snapshot(&self, url: &str, commit: &str, id: Oid) -> Result<crate::import::Snapshot, Failure> {
        let unreadable = |detail: &str| Failure::new(context_unreadable::commit(url, commit, detail));
        let parsed = RepositoryUrl::parse(url).map_err(|problem| unreadable(&problem.message))?;
        if let Some(snapshot) = self.cache.snapshot(&parsed, id) {
            return Ok(snapshot);
        }
        let session = Session::new(Options::default(), self.cache.clone(), Lock::default(), silent());
        if let Some(Err(problem)) = session.fetch_all(&[(parsed.clone(), At::Commit(commit.to_owned()))]).pop() {
            let diagnostic: Diagnostic = problem.diagnostic(None, None, None);
            return Err(Failure::new(diagnostic));
        }
        self.cache.snapshot(&parsed, id).ok_or_else(|| unreadable("it is not in the cache it was fetched into"))
    }
}

fn oid(url: &str, commit: &str) -> Result<Oid, Failure> {
    Oid::from_str(commit).map_err(|error| Failure::new(context_unreadable::commit(url, commit, error.message())))
}

fn write_failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(context_unreadable::write(&path.display().to_string(), &error.to_string()))
}
