//! A package under check with everything it imports: loaded through a [`Host`], checked, changed and checked again.
//!
//! The one way in for the command line, the language server and tests.

mod check;
mod format;
mod host;
mod question;
mod report;

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use salsa::{Durability, Setter};
use smol_str::SmolStr;

pub use check::{check_file, check_item, check_whole};
pub use format::{Layouts, format};
pub use host::{FileContent, FolderContent, Host, ImportRequest, LoadedFile, LoadedPackage, RepositoryId};
pub use question::{Answer, Asked, Question, ask};
pub use report::{Reporter, shown_path};

use crate::db::{
    ContextState, Database, Db, FileKind, FileOrigin, ImportState, Package, SourceFile, TextFact, TextState, Wanted, Workspace,
    scope,
};
use crate::diagnostics::{Diagnostic, Report, Sources, catalog};

/// How deep imports of imports go, at most.
const IMPORT_DEPTH: usize = 64;
/// How many files are checked before all are.
const FIRST_FILES: usize = 16;

/// A clone is a snapshot for another thread to read. Whatever changes a session cancels the queries of its clones, and then
/// waits until all of them are dropped: change one session only, and no clone.
#[derive(Clone)]
pub struct Session {
    pub db: Database,
    workspace: Workspace,
    /// Packages by repository and folder.
    packages: FxHashMap<(RepositoryId, SmolStr), Package>,
    repositories: Vec<RepositoryId>,
    /// Files that are no text, with why.
    unreadable: Vec<(SourceFile, String)>,
    /// Nothing was checked yet.
    is_new: bool,
}

impl Session {
    pub fn new(root: LoadedPackage) -> Session {
        Session::with_database(Database::default(), root)
    }

    pub fn with_database(db: Database, root: LoadedPackage) -> Session {
        let placeholder = Package::new(&db, Vec::new(), root.origin.clone(), FileOrigin::Root);
        let workspace = Workspace::new(&db, placeholder);
        let mut session = Session {
            db,
            workspace,
            packages: FxHashMap::default(),
            repositories: Vec::new(),
            unreadable: Vec::new(),
            is_new: true,
        };
        let package = session.add(root);
        session.workspace.set_root(&mut session.db).to(package);
        session
    }

    pub fn workspace(&self) -> Workspace {
        self.workspace
    }

    pub fn root(&self) -> Package {
        self.workspace.root(&self.db)
    }

    fn add(&mut self, loaded: LoadedPackage) -> Package {
        let key = (loaded.repository.clone(), loaded.origin.folder.clone());
        if let Some(package) = self.packages.get(&key) {
            return *package;
        }
        let origin = self.file_origin(&loaded.repository);
        let mut files = loaded.files;
        files.sort_by(|left, right| left.path.cmp(&right.path));
        let mut sources = Vec::with_capacity(files.len());
        for file in files {
            let kind = match file_kind(&file.path) {
                Some(kind) => kind,
                // A folder that could not be listed.
                None if file.text.is_err() => FileKind::Coder,
                None => continue,
            };
            let (text, problem) = match file.text {
                Ok(text) => (text, None),
                Err(why) => (Arc::from(""), Some(why)),
            };
            // Lowered by a first edit, a durability would have everything that stands on the file computed anew, for salsa takes
            // an equal value that is less durable for a new one.
            let durability = if origin == FileOrigin::Root { Durability::LOW } else { Durability::HIGH };
            let source =
                SourceFile::builder(Arc::from(file.path.as_str()), kind, text, origin).durability(durability).new(&self.db);
            self.unreadable.extend(problem.map(|why| (source, why)));
            sources.push(source);
        }
        let package = Package::builder(sources, loaded.origin, origin).durability(Durability::MEDIUM).new(&self.db);
        self.packages.insert(key, package);
        package
    }

    fn file_origin(&mut self, repository: &RepositoryId) -> FileOrigin {
        let RepositoryId::Import { url, commit } = repository else { return FileOrigin::Root };
        let known = self.repositories.iter().position(|known| known == repository);
        let index = known.unwrap_or_else(|| {
            self.repositories.push(repository.clone());
            let short: String = commit.chars().take(12).collect();
            self.db.facts().repositories.lock().expect("no panic while held").push(format!("{url}@{short}"));
            self.repositories.len() - 1
        });
        FileOrigin::Import(index as u32)
    }

    /// The repository that a package lies in.
    pub fn repository(&self, package: Package) -> RepositoryId {
        match package.file_origin(&self.db) {
            FileOrigin::Import(index) => self.repositories[index as usize].clone(),
            _ => RepositoryId::Root,
        }
    }

    /// The package that was read from there.
    pub fn package_of(&self, origin: &crate::model::Origin) -> Option<Package> {
        self.packages.values().copied().find(|package| package.origin(&self.db) == origin)
    }

    /// The listing of a folder of the root's repository.
    pub fn listing(&self, host: &dyn Host, path: &str) -> Option<crate::dockerfile::Context> {
        match host.folder(&RepositoryId::Root, path) {
            FolderContent::Listing(context) => Some(context),
            _ => None,
        }
    }

    /// Loads imports of imports until all are there, as far as the sources are well formed.
    pub fn load_imports(&mut self, host: &dyn Host) {
        let mut asked: Vec<Package> = Vec::new();
        for _ in 0..IMPORT_DEPTH {
            let packages: Vec<Package> = std::iter::once(self.root()).chain(self.packages.values().copied()).collect();
            for package in packages {
                if !asked.contains(&package) {
                    asked.push(package);
                    check::ask_for_imports(&self.db, package);
                }
            }
            if !self.supply(host) {
                return;
            }
        }
    }

    /// Supplies every fact that was asked for; false when there was none.
    pub fn supply(&mut self, host: &dyn Host) -> bool {
        let questions = self.questions();
        let any = !questions.is_empty();
        let answers = ask(host, &questions);
        self.answer(questions, answers);
        any
    }

    /// Reads every file and folder that was asked for once more: something on disk has changed.
    pub fn refresh(&mut self, host: &dyn Host) {
        let questions = self.files_asked();
        let answers = ask(host, &questions);
        self.answer(questions, answers);
    }

    /// What queries asked for since the last call, and is to be answered.
    pub fn questions(&self) -> Vec<Question> {
        let mut wanted = self.db.facts().take_wanted();
        // In a fixed order, whatever order threads asked in.
        wanted.sort_by_cached_key(|wanted| match wanted {
            Wanted::Import(key, _) => (0, key.url.clone(), key.at.clone()),
            Wanted::Text(_, path, _) => (1, path.clone(), SmolStr::default()),
            Wanted::Context(_, path, _) => (2, path.clone(), SmolStr::default()),
        });
        wanted.into_iter().map(|wanted| self.question(wanted)).collect()
    }

    /// Every file and folder that was asked for so far, to be asked for again.
    pub fn files_asked(&self) -> Vec<Question> {
        self.db.facts().supplied().into_iter().map(|wanted| self.question(wanted)).collect()
    }

    /// Every import that was asked for so far, to be asked for again.
    pub fn imports_asked(&self) -> Vec<Question> {
        let imports = self.db.facts().imports().into_iter();
        imports.map(|(key, fact)| self.question(Wanted::Import(key, fact))).collect()
    }

    /// Whether an import was refused.
    pub fn has_failed_import(&self) -> bool {
        let imports = self.db.facts().imports();
        imports.iter().any(|(_, fact)| matches!(fact.state(&self.db), ImportState::Problem(_)))
    }

    fn question(&self, wanted: Wanted) -> Question {
        let asked = match &wanted {
            Wanted::Import(key, _) => Asked::Import(ImportRequest {
                from: self.repository(key.from),
                folder: key.from.origin(&self.db).folder.clone(),
                url: key.url.clone(),
                kind: key.kind,
                at: key.at.clone(),
            }),
            Wanted::Text(package, path, _) => Asked::File(self.repository(*package), path.clone()),
            Wanted::Context(package, path, _) => Asked::Folder(self.repository(*package), path.clone()),
        };
        Question { wanted, asked }
    }

    /// Takes the answers to these questions, in the same order. One that says nothing new changes nothing.
    pub fn answer(&mut self, questions: Vec<Question>, answers: Vec<Answer>) {
        for (question, answer) in questions.into_iter().zip(answers) {
            match (question.wanted, answer) {
                (Wanted::Import(_, fact), Answer::Import(answer)) => {
                    let state = match answer {
                        Ok(loaded) => ImportState::Package(self.add(loaded)),
                        Err(problem) => ImportState::Problem(problem),
                    };
                    if *fact.state(&self.db) != state {
                        fact.set_state(&mut self.db).to(state);
                    }
                }
                (Wanted::Text(package, path, fact), Answer::File(content)) => self.set_text(package, &path, fact, content),
                (Wanted::Context(_, _, fact), Answer::Folder(content)) => {
                    let state = match content {
                        FolderContent::Missing => ContextState::Missing,
                        FolderContent::Unreadable(why) => ContextState::Unreadable(why.into()),
                        FolderContent::Listing(context) => ContextState::Context(Arc::new(context)),
                    };
                    if *fact.state(&self.db) != state {
                        fact.set_state(&mut self.db).to(state);
                    }
                }
                // An answer of another kind than its question: the host said nothing.
                _ => {}
            }
        }
    }

    fn set_text(&mut self, package: Package, path: &SmolStr, fact: TextFact, content: FileContent) {
        let state = match content {
            FileContent::Missing => TextState::Missing,
            FileContent::Unreadable(why) => TextState::Unreadable(why.into()),
            FileContent::Text(text) => match fact.state(&self.db) {
                TextState::Text(file) => {
                    let file = *file;
                    if **file.text(&self.db) != *text {
                        file.set_text(&mut self.db).to(text);
                    }
                    return;
                }
                _ => {
                    let origin = package.file_origin(&self.db);
                    TextState::Text(SourceFile::new(&self.db, Arc::from(path.as_str()), FileKind::Coder, text, origin))
                }
            },
        };
        if *fact.state(&self.db) != state {
            fact.set_state(&mut self.db).to(state);
        }
    }

    /// Sets what a file of the root's repository says that some declaration reads, a Dockerfile say; false when none does.
    pub fn set_read_file(&mut self, path: &str, text: Arc<str>) -> bool {
        let mut questions = self.files_asked();
        questions.retain(|question| matches!(&question.asked, Asked::File(RepositoryId::Root, asked) if asked == path));
        let answers = questions.iter().map(|_| Answer::File(FileContent::Text(text.clone()))).collect();
        let any = !questions.is_empty();
        self.answer(questions, answers);
        any
    }

    /// Asks for every import once more: the lock has moved, or packages came or went.
    pub fn reload_imports(&mut self, host: &dyn Host) {
        let questions = self.imports_asked();
        let answers = ask(host, &questions);
        self.answer(questions, answers);
    }

    /// A file of the root's repository that some declaration reads.
    pub fn read_file(&self, path: &str) -> Option<SourceFile> {
        self.db.facts().supplied().into_iter().find_map(|wanted| match wanted {
            Wanted::Text(package, asked, fact) if asked == path && package.file_origin(&self.db) == FileOrigin::Root => {
                match fact.state(&self.db) {
                    TextState::Text(file) => Some(*file),
                    _ => None,
                }
            }
            _ => None,
        })
    }

    /// The package that a file is a member of; of the language's own files, theirs.
    pub fn package_with(&self, file: SourceFile) -> Option<Package> {
        let packages = self.packages.values().copied().chain([self.db.prelude(), self.db.kubernetes()]);
        packages.into_iter().find(|package| package.files(&self.db).contains(&file))
    }

    /// The package of the root's repository whose member a file of this path is, whether it is there or not.
    fn package_of_path(&self, path: &str) -> Option<Package> {
        let folder = |package: &Package| {
            let folder = &package.origin(&self.db).folder;
            if folder.is_empty() { ".coder/".to_owned() } else { format!("{folder}/.coder/") }
        };
        let own = self.packages.values().copied().filter(|package| package.file_origin(&self.db) == FileOrigin::Root);
        own.filter(|package| path.starts_with(&folder(package))).max_by_key(|package| folder(package).len())
    }

    /// A file of the root package, or of another package of its repository that was imported, by its path.
    pub fn file(&self, path: &str) -> Option<SourceFile> {
        self.package_of_path(path)?.files(&self.db).iter().copied().find(|file| **file.path(&self.db) == *path)
    }

    /// Sets the text of a file of the root package, or of another package of its repository that was imported: adds it,
    /// changes it, or (`None`) removes it. False where a file of this path would be no member of one.
    pub fn set_file(&mut self, path: &str, text: Option<Arc<str>>) -> bool {
        let (Some(package), Some(kind)) = (self.package_of_path(path), file_kind(path)) else { return false };
        match (self.file(path), text) {
            (Some(file), Some(text)) => {
                self.unreadable.retain(|(other, _)| *other != file);
                if **file.text(&self.db) != *text {
                    file.set_text(&mut self.db).to(text);
                }
            }
            (Some(file), None) => {
                self.unreadable.retain(|(other, _)| *other != file);
                let files = package.files(&self.db).iter().copied().filter(|other| *other != file).collect();
                package.set_files(&mut self.db).to(files);
            }
            (None, Some(text)) => {
                let file = SourceFile::new(&self.db, Arc::from(path), kind, text, FileOrigin::Root);
                let mut files = package.files(&self.db).clone();
                let at = files.partition_point(|other| **other.path(&self.db) < *path);
                files.insert(at, file);
                package.set_files(&mut self.db).to(files);
            }
            (None, None) => {}
        }
        true
    }

    /// Every diagnostic of the root package, in the order of files and lines.
    pub fn check(&mut self, host: &dyn Host) -> Vec<Diagnostic> {
        if self.is_new {
            self.parse();
        }
        self.load_imports(host);
        if self.is_new {
            self.resolve();
            self.ask_first(host);
            self.is_new = false;
        }
        loop {
            let diagnostics = self.check_known();
            if !self.supply(host) {
                return diagnostics;
            }
            // A file may be what an import's fact was waiting for.
            self.load_imports(host);
        }
    }

    /// Reads every declaration, on all processors.
    fn parse(&self) {
        let root = self.root();
        self.all(root.files(&self.db), |db, file| {
            for item in crate::db::items(db, root, *file) {
                crate::db::item_tree(db, *item);
            }
        });
    }

    /// Finds what every declaration refers to, on all processors. What is wrong with one depends on what refers to what in the
    /// whole package: without this, the first to ask would find it for all while the others wait.
    fn resolve(&self) {
        let root = self.root();
        scope(&self.db, root);
        self.all(root.files(&self.db), |db, file| {
            for item in crate::db::items(db, root, *file) {
                crate::names::references(db, *item);
            }
        });
    }

    /// Checks some files until they lack nothing: what they need of the world is mostly what all need, and each answer makes
    /// everything that was checked be looked at again.
    fn ask_first(&mut self, host: &dyn Host) {
        loop {
            let root = self.root();
            let files = root.files(&self.db);
            self.all(&files[..files.len().min(FIRST_FILES)], |db, file| check_file(db, root, *file).len());
            if !self.supply(host) {
                return;
            }
            self.load_imports(host);
        }
    }

    /// Asks something of every file, on all processors where there are many; the answers in order.
    fn all<T: Send>(&self, files: &[SourceFile], ask: impl Fn(&Database, &SourceFile) -> T + Send + Sync) -> Vec<T> {
        if files.len() < 8 {
            return files.iter().map(|file| ask(&self.db, file)).collect();
        }
        files.par_iter().map_with(self.db.clone(), |db, file| ask(db, file)).collect()
    }

    /// Every diagnostic as far as the facts are known.
    pub fn check_known(&self) -> Vec<Diagnostic> {
        let root = self.root();
        let by_file = self.all(root.files(&self.db), |db, file| check_file(db, root, *file).clone());
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        for (file, _) in &self.unreadable {
            if file.origin(&self.db) == FileOrigin::Root {
                diagnostics.extend(self.unreadable(*file));
            }
        }
        diagnostics.extend(by_file.into_iter().flatten());
        diagnostics.extend(check_whole(&self.db, self.workspace).iter().cloned());
        diagnostics
    }

    /// Why a file has no text, where that is so.
    fn unreadable(&self, file: SourceFile) -> Option<Diagnostic> {
        let (_, why) = self.unreadable.iter().find(|(other, _)| *other == file)?;
        let place = crate::text::Place { owner: file.owner(), range: crate::text::range(0, 0) };
        Some(catalog::file_unreadable::new(place, file.path(&self.db), why))
    }

    /// The diagnostics with absolute positions, sorted, without repetitions.
    pub fn reports(&self, diagnostics: &[Diagnostic]) -> Vec<Report> {
        let mut reporter = Reporter::new(&self.db);
        let mut reports: Vec<Report> = diagnostics.iter().map(|diagnostic| reporter.report(diagnostic)).collect();
        reports.sort_by(|left, right| {
            (&left.source, left.info.name, &left.message).cmp(&(&right.source, right.info.name, &right.message))
        });
        reports
            .dedup_by(|later, first| later.source == first.source && later.info == first.info && later.message == first.message);
        reports
    }

    /// The texts that reports point into.
    pub fn sources(&self) -> SourceTexts {
        let mut texts = FxHashMap::default();
        let files = self.packages.values().flat_map(|package| package.files(&self.db).iter().copied());
        let others = self.db.facts().supplied().into_iter().filter_map(|wanted| match wanted {
            Wanted::Text(_, _, fact) => match fact.state(&self.db) {
                TextState::Text(file) => Some(*file),
                _ => None,
            },
            _ => None,
        });
        for file in files.chain(others) {
            texts.insert(shown_path(&self.db, file), file.text(&self.db).clone());
        }
        SourceTexts { texts }
    }
}

/// Texts by the names that reports give to files.
#[derive(Debug, Default)]
pub struct SourceTexts {
    texts: FxHashMap<String, Arc<str>>,
}

impl Sources for SourceTexts {
    fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(|text| &**text)
    }
}

/// The language of a package's file, by its name; `None` for what is no member of a package.
pub fn file_kind(path: &str) -> Option<FileKind> {
    match Path::new(path).extension()?.to_str()? {
        "coder" => Some(FileKind::Coder),
        "yaml" | "yml" => Some(FileKind::Yaml),
        _ => None,
    }
}
