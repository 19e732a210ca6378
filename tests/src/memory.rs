//! Repositories in memory, as the compiler's host: packages are checked without a process, a clone or a file.
//!
//! Knows one commit of a repository, named after what it holds: an import gets that, whatever stands after `at`.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use compiler::db::{Database, ImportProblem, scope};
use compiler::diagnostics::{Diagnostic, Report, catalog};
use compiler::dockerfile::{Context, Entry, Mode};
use compiler::model::Origin;
use compiler::policy::{TestOutcome, run_test};
use compiler::workspace::{
    FileContent, FolderContent, Host, ImportRequest, LoadedFile, LoadedPackage, RepositoryId, Session, file_kind,
};

use crate::literate::Package;
use crate::random::Random;
use crate::sandbox::Files;

/// The root's repository and those it imports from.
pub struct Memory<'a> {
    package: &'a Package,
    /// Lists files in an order that it decides; `None` is by name.
    shuffle: Option<u64>,
}

const URL: &str = "https://github.com/acme/page";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

impl Memory<'_> {
    pub fn new(package: &Package) -> Memory<'_> {
        Memory { package, shuffle: None }
    }

    /// One that lists files in another order.
    pub fn shuffled(package: &Package, seed: u64) -> Memory<'_> {
        Memory { package, shuffle: Some(seed) }
    }

    /// A session on the root package, of which nothing is checked yet.
    pub fn open(&self, db: Database) -> Session {
        Session::with_database(db, self.root())
    }

    /// The root package, as a session takes it.
    pub fn root(&self) -> LoadedPackage {
        self.load(&RepositoryId::Root, URL, COMMIT, "")
    }

    /// A session on the root package, and what its check reports.
    pub fn check(&self) -> (Session, Vec<Report>) {
        let mut session = self.open(Database::default());
        let diagnostics = session.check(self);
        let reports = session.reports(&diagnostics);
        (session, reports)
    }

    /// What the root package's `test` blocks report when they fail.
    pub fn test(&self) -> Vec<Report> {
        let (mut session, _) = self.check();
        loop {
            let tests = &scope(&session.db, session.root()).tests;
            let outcomes = tests.iter().map(|test| run_test(&session.db, *test));
            let failed = outcomes.flat_map(|outcome| match outcome {
                TestOutcome::Passed => Vec::new(),
                TestOutcome::Failed(diagnostics) | TestOutcome::Errors(diagnostics) => diagnostics,
            });
            let failed: Vec<Diagnostic> = failed.collect();
            if !session.supply(self) {
                return session.reports(&failed);
            }
        }
    }

    fn load(&self, repository: &RepositoryId, url: &str, commit: &str, folder: &str) -> LoadedPackage {
        let inside = if folder.is_empty() { ".coder/".to_string() } else { format!("{folder}/.coder/") };
        let members = self.files(repository).iter().filter(|(path, _)| path.starts_with(&inside) && file_kind(path).is_some());
        let members = members.map(|(path, text)| LoadedFile { path: path.clone(), text: Ok(Arc::from(text.as_str())) });
        let files = self.listed(members.collect());
        let origin = Origin { url: url.into(), commit: commit.into(), branch: Some("main".into()), folder: folder.into() };
        LoadedPackage { repository: repository.clone(), origin, files }
    }

    fn listed<T>(&self, mut list: Vec<T>) -> Vec<T> {
        if let Some(seed) = self.shuffle {
            Random::new(seed).shuffle(&mut list);
        }
        list
    }

    fn files(&self, repository: &RepositoryId) -> &Files {
        static NONE: Files = Files::new();
        match repository {
            RepositoryId::Root => &self.package.files,
            RepositoryId::Import { url, .. } => {
                let other = self.package.others.get(url.trim_start_matches("https://"));
                other.map_or(&NONE, |other| &other.files)
            }
        }
    }

    fn import(&self, request: &ImportRequest) -> Result<LoadedPackage, ImportProblem> {
        let problem = || {
            let message = format!("there is no `{}`", request.url);
            ImportProblem::new(Diagnostic::without_place(&catalog::import_not_found::INFO, message))
        };
        let (repository, url, commit, folder) = if request.url.starts_with('.') {
            let folder = format!("{}/{}", request.folder, request.url.trim_start_matches("./"));
            let (url, commit) = match &request.from {
                RepositoryId::Root => (URL.to_string(), COMMIT.to_string()),
                RepositoryId::Import { url, commit } => (url.to_string(), commit.to_string()),
            };
            (request.from.clone(), url, commit, folder.trim_matches('/').to_string())
        } else {
            let (url, folder) = request.url.trim_start_matches("https://").split_once("//").unwrap_or((&request.url, ""));
            let url = url.trim_start_matches("https://");
            let url = if url.matches('/').count() == 1 { format!("github.com/{url}") } else { url.to_string() };
            let full = format!("https://{url}");
            let commit = id(&self.package.others.get(&url).ok_or_else(problem)?.files);
            let repository = RepositoryId::Import { url: full.as_str().into(), commit: commit.as_str().into() };
            (repository, full, commit, folder.to_string())
        };
        let loaded = self.load(&repository, &url, &commit, &folder);
        if loaded.files.is_empty() { Err(problem()) } else { Ok(loaded) }
    }
}

impl Host for Memory<'_> {
    fn imports(&self, requests: &[ImportRequest]) -> Vec<Result<LoadedPackage, ImportProblem>> {
        requests.iter().map(|request| self.import(request)).collect()
    }

    fn file(&self, repository: &RepositoryId, path: &str) -> FileContent {
        let files = self.files(repository);
        match files.get(path) {
            Some(text) => FileContent::Text(Arc::from(text.as_str())),
            None if files.keys().any(|file| file.starts_with(&format!("{path}/"))) => {
                FileContent::Unreadable("it is a folder".into())
            }
            None => FileContent::Missing,
        }
    }

    fn folder(&self, repository: &RepositoryId, path: &str) -> FolderContent {
        let inside = if path.is_empty() { String::new() } else { format!("{path}/") };
        let files = self.files(repository);
        let entries = files.iter().filter_map(|(file, text)| {
            let mut oid = [0; 20];
            oid.copy_from_slice(&id(text).as_bytes()[..20]);
            Some(Entry { path: file.strip_prefix(&inside)?.into(), mode: Mode::File, oid })
        });
        let entries: Vec<Entry> = self.listed(entries.collect());
        if entries.is_empty() && !path.is_empty() {
            return if files.contains_key(path) {
                FolderContent::Unreadable("it is a file".into())
            } else {
                FolderContent::Missing
            };
        }
        FolderContent::Listing(Context::new(entries))
    }
}

/// 40 hexadecimal digits that differ where the content does.
fn id(content: &impl Hash) -> String {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    format!("{:016x}{:024x}", hasher.finish(), 0)
}
