//! Where a file of a session is for the client: its URL, and its ranges in the client's units.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use compiler::db::{Db, FileOrigin, SourceFile};
use compiler::text::{LineIndex, TextRange};
use compiler::workspace::Session;
use tower_lsp::lsp_types::{Location, Range, Url};

use super::features::Features;
use super::positions;
use crate::World;
use crate::ide::FileRange;

/// What all places of a package have in common, whatever its text.
#[derive(Clone)]
pub struct Ground {
    pub world: Arc<dyn World>,
    pub features: Features,
    /// The top of the package's working tree.
    pub top: PathBuf,
    /// The package's folder, by which copies know it.
    pub folder: PathBuf,
    pub names: Arc<Names>,
    pub copies: Copies,
}

/// How the client names the files it has open.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub open: HashMap<PathBuf, Url>,
}

/// The copies that were made of other repositories' files, each with the package (by folder) that imports it.
#[derive(Clone, Debug, Default)]
pub struct Copies {
    made: Arc<Mutex<HashMap<PathBuf, (PathBuf, SourceFile)>>>,
}

impl Copies {
    pub fn get(&self, path: &Path) -> Option<(PathBuf, SourceFile)> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn add(&self, path: PathBuf, folder: PathBuf, file: SourceFile) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).insert(path, (folder, file));
    }

    /// Forgets those of a package whose database is gone.
    pub fn forget(&self, folder: &Path) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (of, _)| of != folder);
    }
}

/// Places in one snapshot.
pub struct Places<'a> {
    ground: &'a Ground,
    session: &'a Session,
    lines: RefCell<HashMap<SourceFile, Arc<LineIndex>>>,
    urls: RefCell<HashMap<SourceFile, Option<Url>>>,
}

impl<'a> Places<'a> {
    pub fn new(ground: &'a Ground, session: &'a Session) -> Places<'a> {
        Places { ground, session, lines: RefCell::default(), urls: RefCell::default() }
    }

    /// Where the client finds a file; `None` where a copy of it cannot be made.
    pub fn url(&self, file: SourceFile) -> Option<Url> {
        self.urls.borrow_mut().entry(file).or_insert_with(|| self.find(file)).clone()
    }

    fn find(&self, file: SourceFile) -> Option<Url> {
        let db = &self.session.db;
        let path = file.path(db);
        let repository = match file.origin(db) {
            FileOrigin::Root => return self.ground.url_of(&self.ground.top.join(&**path)),
            FileOrigin::Prelude => "prelude".to_owned(),
            FileOrigin::Import(index) => {
                let named = db.facts().repositories.lock().unwrap_or_else(PoisonError::into_inner);
                named.get(index as usize)?.clone()
            }
        };
        match self.ground.world.copy(&repository, path, file.text(db)) {
            Ok(copy) => {
                self.ground.copies.add(copy.clone(), self.ground.folder.clone(), file);
                self.ground.url_of(&copy)
            }
            Err(why) => {
                tracing::warn!(repository, path = &**path, why, "a file of an import cannot be shown");
                None
            }
        }
    }

    pub fn range(&self, file: SourceFile, range: TextRange) -> Range {
        let text = file.text(&self.session.db);
        positions::range(self.ground.features.encoding, &self.lines(file), text, range)
    }

    pub fn location(&self, place: FileRange) -> Option<Location> {
        Some(Location::new(self.url(place.file)?, self.range(place.file, place.range)))
    }

    /// The lines of a file, counted once.
    pub fn lines(&self, file: SourceFile) -> Arc<LineIndex> {
        let count = || Arc::new(LineIndex::new(file.text(&self.session.db)));
        self.lines.borrow_mut().entry(file).or_insert_with(count).clone()
    }
}

impl Ground {
    pub fn url_of(&self, path: &Path) -> Option<Url> {
        self.names.open.get(path).cloned().or_else(|| Url::from_file_path(path).ok())
    }
}
