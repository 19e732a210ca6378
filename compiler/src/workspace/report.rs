//! From places relative to declarations to positions in files.

use rustc_hash::FxHashMap;

use crate::db::{Db, FileOrigin, SourceFile, absolute};
use crate::diagnostics::{Diagnostic, Position, Report, ReportEdit, ReportFix, ReportLabel, Source};
use crate::text::{LineIndex, Place, TextSize};

/// Makes reports of diagnostics, with each file's lines counted once.
pub struct Reporter<'db> {
    db: &'db dyn Db,
    lines: FxHashMap<SourceFile, LineIndex>,
}

impl<'db> Reporter<'db> {
    pub fn new(db: &'db dyn Db) -> Reporter<'db> {
        Reporter { db, lines: FxHashMap::default() }
    }

    pub fn report(&mut self, diagnostic: &Diagnostic) -> Report {
        Report {
            info: diagnostic.info,
            message: diagnostic.message.clone(),
            source: diagnostic.place.map(|place| self.source(place)),
            caption: diagnostic.caption.clone(),
            labels: diagnostic
                .labels
                .iter()
                .map(|label| ReportLabel { source: self.source(label.place), message: label.message.clone() })
                .collect(),
            help: diagnostic.help.clone(),
            fixes: diagnostic
                .fixes
                .iter()
                .map(|fix| ReportFix {
                    title: fix.title.clone(),
                    safe: fix.safe,
                    edits: fix
                        .edits
                        .iter()
                        .map(|edit| ReportEdit { source: self.source(edit.place), text: edit.text.clone() })
                        .collect(),
                })
                .collect(),
        }
    }

    /// A place's file and absolute range.
    pub fn source(&mut self, place: Place) -> Source {
        let (file, range) = absolute(self.db, place);
        Source {
            file: shown_path(self.db, file),
            start: self.position(file, range.start()),
            end: self.position(file, range.end()),
        }
    }

    fn position(&mut self, file: SourceFile, offset: TextSize) -> Position {
        let text = file.text(self.db);
        let index = self.lines.entry(file).or_insert_with(|| LineIndex::new(text));
        let at = index.line_column(text, offset);
        Position { line: at.line, column: at.column, offset: offset.into() }
    }
}

/// How a file is named to people: by its path in the root's repository, else with its repository.
pub fn shown_path(db: &dyn Db, file: SourceFile) -> String {
    let path = file.path(db);
    match file.origin(db) {
        FileOrigin::Root => path.to_string(),
        FileOrigin::Prelude => format!("prelude/{path}"),
        FileOrigin::Import(repository) => {
            let repositories = db.facts().repositories.lock().expect("no panic while held");
            format!("{}//{path}", repositories.get(repository as usize).map(String::as_str).unwrap_or_default())
        }
    }
}
