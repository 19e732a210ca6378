//! Diagnostics with absolute ranges: what an editor underlines, and the edits that mend it.

use compiler::db::{Db, FileOrigin};
use compiler::diagnostics::{Diagnostic, Info};
use compiler::text::TextRange;
use compiler::workspace::file_kind;

use super::FileRange;

/// A diagnostic and the files it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub info: &'static Info,
    /// The message, and each way to mend it on a line of its own.
    pub message: String,
    /// `None` for what stands in no file.
    pub place: Option<FileRange>,
    /// Other places that explain it, with what is said of each.
    pub related: Vec<(FileRange, String)>,
    pub mends: Vec<Mend>,
}

/// Edits that mend a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mend {
    pub title: String,
    /// It cannot change the meaning of what is right already.
    pub safe: bool,
    pub edits: Vec<(FileRange, String)>,
}

/// Each diagnostic once, in the order of files and places.
pub fn problems(db: &dyn Db, diagnostics: &[Diagnostic]) -> Vec<Problem> {
    let mut problems: Vec<Problem> = diagnostics.iter().map(|diagnostic| problem(db, diagnostic)).collect();
    problems.sort_by_cached_key(|problem| {
        let place = problem.place.map(|place| (place.file.path(db).clone(), place.range.start(), place.range.end()));
        (place, problem.info.name, problem.message.clone())
    });
    problems.dedup_by(|later, first| later.place == first.place && later.info == first.info && later.message == first.message);
    problems
}

fn problem(db: &dyn Db, diagnostic: &Diagnostic) -> Problem {
    let mut message = diagnostic.message.clone();
    for help in &diagnostic.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    let mends = diagnostic.fixes.iter().map(|fix| Mend {
        title: fix.title.clone(),
        safe: fix.safe,
        edits: fix.edits.iter().map(|edit| (FileRange::of(db, edit.place), edit.text.clone())).collect(),
    });
    Problem {
        info: diagnostic.info,
        message,
        place: diagnostic.place.map(|place| FileRange::of(db, place)),
        related: diagnostic.labels.iter().map(|label| (FileRange::of(db, label.place), label.message.clone())).collect(),
        mends: mends.collect(),
    }
}

impl Problem {
    /// Where it is shown: at its place, and where it is about a Dockerfile, say, at that place too.
    pub fn shown_at(&self, db: &dyn Db) -> Vec<FileRange> {
        let is_read = |place: &FileRange| {
            place.file.origin(db) == FileOrigin::Root && file_kind(place.file.path(db)).is_none() && Some(*place) != self.place
        };
        let read = self.related.iter().map(|(place, _)| *place).find(is_read);
        self.place.into_iter().chain(read).collect()
    }
}

/// Whether a problem's range and a selection have a place in common; they may just touch.
pub fn touches(problem: TextRange, selection: TextRange) -> bool {
    problem.start() <= selection.end() && selection.start() <= problem.end()
}
