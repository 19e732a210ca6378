//! What a session asks the world, as values: a driver may answer elsewhere and later, while the session goes on.

use super::{FileContent, FolderContent, Host, ImportRequest, LoadedPackage, RepositoryId};
use crate::db::{ImportProblem, Wanted};
use crate::hir::SmolStr;

/// Something a query asked for. Its answer goes to the session that asked, by `Session::answer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub(super) wanted: Wanted,
    pub asked: Asked,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Import(ImportRequest),
    /// A file, by its path from the repository's root.
    File(RepositoryId, SmolStr),
    /// A folder, by its path from the repository's root (empty for the root).
    Folder(RepositoryId, SmolStr),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Import(Result<LoadedPackage, ImportProblem>),
    File(FileContent),
    Folder(FolderContent),
}

/// The host's answers, in the order of the questions; imports are asked for all at once.
pub fn ask(host: &dyn Host, questions: &[Question]) -> Vec<Answer> {
    let imports = questions.iter().filter_map(|question| match &question.asked {
        Asked::Import(request) => Some(request.clone()),
        _ => None,
    });
    let imports: Vec<ImportRequest> = imports.collect();
    let mut loaded = if imports.is_empty() { Vec::new() } else { host.imports(&imports) }.into_iter();
    let answers = questions.iter().map_while(|question| match &question.asked {
        Asked::Import(_) => loaded.next().map(Answer::Import),
        Asked::File(repository, path) => Some(Answer::File(host.file(repository, path))),
        Asked::Folder(repository, path) => Some(Answer::Folder(host.folder(repository, path))),
    });
    answers.collect()
}
