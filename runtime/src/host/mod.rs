//! The real [`Host`]: packages from the working tree, from commits, and from other repositories.

mod editor;
pub mod package_files;
mod problems;
mod work_tree;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::db::ImportProblem;
use compiler::dockerfile::Context;
use compiler::hir::{AtKind, SmolStr};
use compiler::model::Origin;
use compiler::plan::action::Package;
use compiler::workspace::{FileContent, FolderContent, Host, ImportRequest, LoadedFile, LoadedPackage, RepositoryId};
use git2::{Oid, Repository};
use rustc_hash::FxHashMap;
use std::sync::Mutex;

pub use editor::EditorWorld;
pub use work_tree::modified;

use crate::context::{self, Listing};
use crate::import::{At, ImportTarget, RepositoryUrl, Resolved, Root, Session, join_folder, parse_import};

/// What stands for the root's repository when its files and contexts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RootFiles {
    /// The working tree as it lies: for checking and editing.
    WorkTree,
    /// The commit checked out: for plans.
    Head,
}

/// Why a plan cannot read what lies in the working tree.
const UNCOMMITTED: &str = "it is in the working tree and in no commit, which is what a plan builds: commit it";

pub struct RealHost {
    root: RootPlace,
    files: RootFiles,
    session: Arc<Session>,
    /// The commit that stands for the root's repository, where that is another's.
    remote: Option<(Session, Resolved)>,
    /// The imports answered so far, by the URL and commit that the compiler names them by.
    resolved: Mutex<FxHashMap<(SmolStr, SmolStr), Resolved>>,
}

/// Where the root package lies.
#[derive(Clone, Debug)]
pub struct RootPlace {
    /// The top of the working tree, or the package's own folder outside of any repository.
    pub top: PathBuf,
    /// The package's folder below it, with `/`.
    pub folder: String,
    pub head: Option<Oid>,
    pub origin: Origin,
}

impl RootPlace {
    pub fn of(root: &Root) -> RootPlace {
        let Some(repository) = &root.repository else {
            let origin = Origin { url: "".into(), commit: "".into(), branch: None, folder: "".into() };
            return RootPlace { top: root.folder.clone(), folder: String::new(), head: None, origin };
        };
        let url = repository.origin.as_deref().map(plain_url).unwrap_or_default();
        RootPlace {
            top: repository.work_tree.clone(),
            folder: repository.folder.clone(),
            head: repository.head,
            origin: Origin {
                url: url.into(),
                commit: repository.head.map(|head| head.to_string()).unwrap_or_default().into(),
                branch: repository.branch.as_deref().map(SmolStr::new),
                folder: repository.folder.as_str().into(),
            },
        }
    }
}

impl RootPlace {
    /// The package as plans and clusters know it.
    pub fn package(&self) -> Package {
        let Origin { url, commit, folder, .. } = self.origin.clone();
        Package { url, commit, path: folder }
    }

    fn remote(resolved: &Resolved, folder: &str) -> RootPlace {
        let origin = Origin {
            url: resolved.url.as_str().into(),
            commit: resolved.commit.to_string().into(),
            branch: None,
            folder: folder.into(),
        };
        RootPlace { top: PathBuf::new(), folder: folder.to_owned(), head: Some(resolved.commit), origin }
    }
}

/// A remote's URL as an import would write it, or as it stands where it is none.
fn plain_url(url: &str) -> String {
    RepositoryUrl::parse(url).map_or_else(|_| url.to_owned(), |url| url.as_str().to_owned())
}

impl RealHost {
    pub fn new(root: RootPlace, files: RootFiles, session: Arc<Session>) -> RealHost {
        RealHost { root, files, session, remote: None, resolved: Mutex::new(FxHashMap::default()) }
    }

    /// A package of another repository in the root's place, and its files.
    pub fn remote(
        resolved: Resolved,
        folder: &str,
        outer: Session,
        session: Arc<Session>,
    ) -> Result<(RealHost, LoadedPackage), ImportProblem> {
        let at = resolved.at.clone();
        let reader = RealHost::new(RootPlace::remote(&resolved, folder), RootFiles::Head, Arc::new(outer));
        let package = reader.package_of(&resolved, folder, &at)?;
        let place = RootPlace { origin: package.origin.clone(), ..reader.root };
        // The reader was the only holder of its session.
        let outer =
            Arc::into_inner(reader.session).ok_or_else(|| problems::no_package(resolved.url.as_str(), "", folder, &[]))?;
        let host = RealHost { remote: Some((outer, resolved)), ..RealHost::new(place, RootFiles::Head, session) };
        Ok((host, LoadedPackage { repository: RepositoryId::Root, ..package }))
    }

    pub fn place(&self) -> &RootPlace {
        &self.root
    }

    /// The root package's own files, from the working tree.
    pub fn root_package(&self) -> LoadedPackage {
        let files = package_files::of_work_tree(&self.root.top, &self.root.folder);
        LoadedPackage { repository: RepositoryId::Root, origin: self.root.origin.clone(), files }
    }

    /// A package of an import's commit.
    fn package_of(&self, resolved: &Resolved, folder: &str, at: &At) -> Result<LoadedPackage, ImportProblem> {
        let (url, commit) = (SmolStr::new(resolved.url.as_str()), SmolStr::new(resolved.commit.to_string()));
        self.resolved.lock().expect("no panic while held").insert((url.clone(), commit.clone()), resolved.clone());
        let coder = if folder.is_empty() { ".coder".to_owned() } else { format!("{folder}/.coder") };
        let listing = self.session.list(resolved, &coder).map_err(|problem| problems::of(&problem))?;
        let Listing::Files(entries) = listing else {
            let others = self.session.packages(resolved).unwrap_or_default();
            return Err(problems::no_package(resolved.url.as_str(), &commit, folder, &others));
        };
        let mut files = Vec::new();
        for entry in entries.iter().filter(|entry| package_files::is_member(&entry.path)) {
            let path = format!("{coder}/{}", entry.path);
            let text = match self.session.read_file(resolved, &path).map_err(|problem| problems::of(&problem))? {
                Some(bytes) => package_files::text(bytes),
                None => Err("it is a link".to_owned()),
            };
            files.push(LoadedFile { path, text });
        }
        let branch = match at {
            At::Default => None,
            At::Any(name) | At::Branch(name) | At::Tag(name) | At::Commit(name) => Some(SmolStr::new(name)),
        };
        let origin = Origin { url: url.clone(), commit: commit.clone(), branch, folder: folder.into() };
        Ok(LoadedPackage { repository: RepositoryId::Import { url, commit }, origin, files })
    }

    /// A package of the same repository as the importing one.
    fn neighbour(&self, request: &ImportRequest, path: &str) -> Result<LoadedPackage, ImportProblem> {
        let Some(folder) = join_folder(&request.folder, path) else {
            return Err(problems::outside(path));
        };
        match &request.from {
            RepositoryId::Root => {
                let top = &self.root.top;
                if !top.join(&folder).join(".coder").is_dir() {
                    return Err(problems::no_package(&folder, "", "", &[]));
                }
                let origin = Origin { folder: folder.as_str().into(), ..self.root.origin.clone() };
                Ok(LoadedPackage { repository: RepositoryId::Root, origin, files: package_files::of_work_tree(top, &folder) })
            }
            RepositoryId::Import { url, commit } => {
                let known = self.resolved.lock().expect("no panic while held").get(&(url.clone(), commit.clone())).cloned();
                let Some(resolved) = known else { return Err(problems::no_package(url, commit, &folder, &[])) };
                let at = resolved.at.clone();
                self.package_of(&resolved, &folder, &at)
            }
        }
    }

    fn resolved(&self, url: &SmolStr, commit: &SmolStr) -> Option<Resolved> {
        self.resolved.lock().expect("no panic while held").get(&(url.clone(), commit.clone())).cloned()
    }
}

/// A request after its URL was read.
enum Read {
    Path(String),
    Repository(RepositoryUrl, String, At),
    Problem(ImportProblem),
}

impl Host for RealHost {
    fn imports(&self, requests: &[ImportRequest]) -> Vec<Result<LoadedPackage, ImportProblem>> {
        let read: Vec<Read> = requests
            .iter()
            .map(|request| match parse_import(&request.url) {
                Ok(ImportTarget::Path(_)) if !request.at.is_empty() => Read::Problem(problems::path_with_ref(&request.url)),
                Ok(ImportTarget::Path(path)) => Read::Path(path),
                Ok(ImportTarget::Repository { url, folder }) => {
                    let clause = (request.kind != AtKind::Any || !request.at.is_empty()).then_some((request.kind, &*request.at));
                    Read::Repository(url, folder, At::of(clause))
                }
                Err(problem) => Read::Problem(problems::of(&crate::import::ImportProblem::Url(problem))),
            })
            .collect();
        let wanted: Vec<(RepositoryUrl, At)> = read
            .iter()
            .filter_map(|read| match read {
                Read::Repository(url, _, at) => Some((url.clone(), at.clone())),
                _ => None,
            })
            .collect();
        let mut answers = self.session.fetch_all(&wanted).into_iter();
        requests
            .iter()
            .zip(read)
            .map(|(request, read)| match read {
                Read::Problem(problem) => Err(problem),
                Read::Path(path) => self.neighbour(request, &path),
                Read::Repository(url, folder, at) => match answers.next() {
                    Some(Ok(resolved)) if self.is_root(&url, resolved.commit, &folder) => Ok(self.root_package()),
                    Some(Ok(resolved)) => self.package_of(&resolved, &folder, &at),
                    Some(Err(problem)) => Err(problems::of(&problem)),
                    None => Err(problems::no_package(url.as_str(), "", &folder, &[])),
                },
            })
            .collect()
    }

    fn file(&self, repository: &RepositoryId, path: &str) -> FileContent {
        let bytes = match (repository, &self.remote) {
            (RepositoryId::Root, Some((session, resolved))) => match session.read_file(resolved, path) {
                Ok(bytes) => bytes,
                Err(problem) => return FileContent::Unreadable(problem.message()),
            },
            (RepositoryId::Root, None) if self.files == RootFiles::WorkTree => return work_tree::file(&self.root.top, path),
            (RepositoryId::Root, None) => match self.head() {
                Some((repository, head)) => match context::read(&repository, head, path) {
                    Ok(Ok(None)) if self.root.top.join(path).is_file() => return FileContent::Unreadable(UNCOMMITTED.to_owned()),
                    Ok(Ok(bytes)) => bytes,
                    Ok(Err(_)) => return FileContent::Unreadable("it is larger than 16 MiB".to_owned()),
                    Err(error) => return FileContent::Unreadable(error.message().to_owned()),
                },
                None => return work_tree::file(&self.root.top, path),
            },
            (RepositoryId::Import { url, commit }, _) => {
                let Some(resolved) = self.resolved(url, commit) else { return FileContent::Missing };
                match self.session.read_file(&resolved, path) {
                    Ok(bytes) => bytes,
                    Err(problem) => return FileContent::Unreadable(problem.message()),
                }
            }
        };
        match bytes.map(package_files::text) {
            None => FileContent::Missing,
            Some(Ok(text)) => FileContent::Text(text),
            Some(Err(why)) => FileContent::Unreadable(why),
        }
    }

    fn folder(&self, repository: &RepositoryId, path: &str) -> FolderContent {
        let listing = match (repository, &self.remote) {
            (RepositoryId::Root, Some((session, resolved))) => match session.list(resolved, path) {
                Ok(listing) => listing,
                Err(problem) => return FolderContent::Unreadable(problem.message()),
            },
            (RepositoryId::Root, None) if self.files == RootFiles::WorkTree => return work_tree::folder(&self.root.top, path),
            (RepositoryId::Root, None) => match self.head() {
                Some((repository, head)) => match context::list(&repository, head, path) {
                    Ok(Ok(Listing::Missing)) if self.root.top.join(path).is_dir() => {
                        return FolderContent::Unreadable(UNCOMMITTED.to_owned());
                    }
                    Ok(Ok(listing)) => listing,
                    Ok(Err(_)) => return FolderContent::Unreadable("it holds more than a million files".to_owned()),
                    Err(error) => return FolderContent::Unreadable(error.message().to_owned()),
                },
                None => return work_tree::folder(&self.root.top, path),
            },
            (RepositoryId::Import { url, commit }, _) => {
                let Some(resolved) = self.resolved(url, commit) else { return FolderContent::Missing };
                match self.session.list(&resolved, path) {
                    Ok(listing) => listing,
                    Err(problem) => return FolderContent::Unreadable(problem.message()),
                }
            }
        };
        match listing {
            Listing::Missing => FolderContent::Missing,
            Listing::NotAFolder => FolderContent::Unreadable("it is a file or a link, not a folder".to_owned()),
            Listing::Files(entries) => FolderContent::Listing(Context::new(entries)),
        }
    }
}

impl RealHost {
    /// Whether an import names the very commit and folder under check.
    fn is_root(&self, url: &RepositoryUrl, commit: Oid, folder: &str) -> bool {
        let own = RepositoryUrl::parse(&self.root.origin.url);
        self.root.head == Some(commit) && folder == self.root.folder && own.is_ok_and(|own| own == *url)
    }

    fn head(&self) -> Option<(Repository, Oid)> {
        Some((open(&self.root.top)?, self.root.head?))
    }
}

/// The repository whose working tree this is.
fn open(top: &Path) -> Option<Repository> {
    Repository::open(top).ok()
}
