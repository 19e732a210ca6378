//! The canonical layout of files, as far as their syntax allows one.
//!
//! Files are laid out as they are given, without what they import and whatever package they belong to.

use crate::db::{Db, FileKind, SourceFile, item_tree, items, split_file};
use crate::diagnostics::{Diagnostic, Report};
use crate::syntax;

use super::{LoadedFile, LoadedPackage, Reporter, RepositoryId, Session, SourceTexts};

/// A file's canonical layout, or the mistakes of syntax that leave it without one. In the order of the paths.
pub type Layouts = Vec<(String, Result<String, Vec<Report>>)>;

/// Lays files out. Those that are no `.coder` files are left out. What the reports point into comes second.
pub fn format(files: Vec<LoadedFile>) -> (Layouts, SourceTexts) {
    let origin = crate::model::Origin { url: "".into(), commit: "".into(), branch: None, folder: "".into() };
    let session = Session::new(LoadedPackage { repository: RepositoryId::Root, origin, files });
    let root = session.root();
    let files = root.files(&session.db).iter().filter(|file| file.kind(&session.db) == FileKind::Coder);
    let mut reporter = Reporter::new(&session.db);
    let layouts = files.map(|file| {
        let problems = problems(&session, *file);
        let layout = if problems.is_empty() {
            Ok(syntax::format(file.text(&session.db), split_file(&session.db, *file)))
        } else {
            Err(problems.iter().map(|problem| reporter.report(problem)).collect())
        };
        (file.path(&session.db).to_string(), layout)
    });
    (layouts.collect(), session.sources())
}

fn problems(session: &Session, file: SourceFile) -> Vec<Diagnostic> {
    let db: &dyn Db = &session.db;
    let unreadable = session.unreadable(file);
    let between = split_file(db, file).diagnostics.iter();
    let within = items(db, session.root(), file).iter().flat_map(|item| item_tree(db, *item).diagnostics.iter());
    unreadable.into_iter().chain(between.chain(within).filter(|diagnostic| diagnostic.is_error()).cloned()).collect()
}
