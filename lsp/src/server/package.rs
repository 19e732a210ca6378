//! A package that is checked while its files are edited.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use compiler::workspace::{Answer, Asked, FileContent, Host, Question, RepositoryId, Session, file_kind};
use tower_lsp::lsp_types::Url;

use super::documents::Document;
use super::publish::ByFile;
use crate::{LockProblem, Opened};

pub struct Package {
    pub top: PathBuf,
    /// Absolute: the folder that holds `.coder/`.
    pub folder: PathBuf,
    pub session: Session,
    pub host: Arc<dyn Host>,
    pub lock_file: PathBuf,
    pub lock_stamp: u64,
    pub lock_problem: Option<LockProblem>,
    /// Counts changes.
    pub revision: u64,
    /// The revision that was last given to be checked.
    pub checked: u64,
    pub published: ByFile,
    /// Whether the disk is being read, and whether it changed again meanwhile.
    pub reading: bool,
    pub read_again: bool,
}

impl Package {
    pub fn new(opened: Opened, folder: PathBuf, lock_stamp: u64) -> Package {
        Package {
            top: opened.top,
            folder,
            session: Session::new(opened.package),
            host: opened.host,
            lock_file: opened.lock_file,
            lock_stamp,
            lock_problem: opened.lock_problem,
            revision: 1,
            checked: 0,
            published: ByFile::new(),
            reading: false,
            read_again: false,
        }
    }

    /// A file's path in the package's repository, with `/`.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let relative = path.strip_prefix(&self.top).ok()?;
        let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
        Some(parts?.join("/"))
    }

    /// Takes the text of an open file, where it is any concern of the package's.
    pub fn take(&mut self, document: &Document) {
        let Some(path) = document.path.as_deref().and_then(|path| self.relative(path)) else { return };
        let changed = match file_kind(&path) {
            Some(_) if self.session.set_file(&path, Some(document.text.clone())) => true,
            _ => self.session.set_read_file(&path, document.text.clone()),
        };
        self.revision += u64::from(changed);
    }

    /// Takes what the disk has of a file that is no longer open.
    pub fn let_go(&mut self, path: &Path) {
        let Some(path) = self.relative(path) else { return };
        let text = match self.host.file(&RepositoryId::Root, &path) {
            FileContent::Text(text) => Some(text),
            _ => None,
        };
        let member = file_kind(&path).is_some() && self.session.set_file(&path, text.clone());
        if !member && let Some(text) = text {
            self.session.set_read_file(&path, text);
        }
        self.revision += 1;
    }

    /// Takes the package's own files as the disk has them, open ones excepted.
    pub fn reread(&mut self, opened: Opened, open: &BTreeMap<Url, Document>) {
        let open: Vec<String> = open.values().filter_map(|document| self.relative(document.path.as_deref()?)).collect();
        let is_open = |path: &str| open.iter().any(|open| open == path);
        let db = &self.session.db;
        let known: Vec<String> = self.session.root().files(db).iter().map(|file| file.path(db).to_string()).collect();
        for path in known.iter().filter(|path| !is_open(path)) {
            if !opened.package.files.iter().any(|file| file.path == **path) {
                self.session.set_file(path, None);
            }
        }
        for file in opened.package.files.into_iter().filter(|file| !is_open(&file.path)) {
            if let Ok(text) = file.text {
                self.session.set_file(&file.path, Some(text));
            }
        }
        self.lock_problem = opened.lock_problem;
        self.revision += 1;
    }

    /// Takes answers of the world. Of open files the client's text holds, whatever the disk says.
    pub fn answer(&mut self, questions: Vec<Question>, mut answers: Vec<Answer>, open: &BTreeMap<Url, Document>) {
        for (question, answer) in questions.iter().zip(&mut answers) {
            let Asked::File(RepositoryId::Root, path) = &question.asked else { continue };
            let path = self.top.join(path.as_str());
            if let Some(document) = open.values().find(|document| document.path.as_ref() == Some(&path)) {
                *answer = Answer::File(FileContent::Text(document.text.clone()));
            }
        }
        self.session.answer(questions, answers);
        self.revision += 1;
    }
}
