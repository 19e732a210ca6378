//! What only the world knows: which package an import names, what a file of a repository says, what a context holds.
//!
//! Each fact is an input made when a query first asks for it. Nothing is read here.

use std::sync::{Arc, Mutex};

use dashmap::DashMap;
use smol_str::SmolStr;

use super::{Db, Package, SourceFile};
use crate::diagnostics::Diagnostic;
use crate::dockerfile::Context;
use crate::hir::AtKind;
use crate::text::{Owner, Place};

/// An import as a package asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImportKey {
    /// The importing package.
    pub from: Package,
    /// As typed.
    pub url: SmolStr,
    pub kind: AtKind,
    /// Empty with [`AtKind::Any`] means the default branch.
    pub at: SmolStr,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportState {
    Unknown,
    Package(Package),
    /// What refused it; reported at the import.
    Problem(ImportProblem),
}

/// Why an import has no package: its diagnostic, in which the parts of the import stand for their places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem(Box<Diagnostic>);

/// The places of an import's parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportPlaces {
    /// The URL, as it is shown.
    pub url: Place,
    /// The URL without its quotes, as it is edited.
    pub text: Place,
    /// The name after `at`, without its quotes.
    pub name: Option<Place>,
    /// From the word `at` to the end; `None` too where it is not written so.
    pub clause: Option<Place>,
}

impl ImportPlaces {
    /// Marks that stand for the parts, for whoever does not know where the import is.
    pub fn marks() -> ImportPlaces {
        let mark = |number| Place { owner: Owner::Item(salsa::Id::from_bits(1)), range: crate::text::range(number, number) };
        ImportPlaces { url: mark(0), text: mark(0), name: Some(mark(1)), clause: Some(mark(2)) }
    }
}

impl ImportProblem {
    /// From a diagnostic whose places are [`ImportPlaces::marks`].
    pub fn new(diagnostic: Diagnostic) -> ImportProblem {
        ImportProblem(Box::new(diagnostic))
    }

    /// As [`Diagnostic::message`].
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// As [`Diagnostic::help`].
    pub fn help(&self) -> &[String] {
        &self.0.help
    }

    /// The diagnostic of an import that stands there. A part that the import has not is its URL, and is not edited.
    pub fn diagnostic(&self, places: ImportPlaces) -> Diagnostic {
        let marks = ImportPlaces::marks();
        let of = |mark: Place, url: Place| match mark {
            mark if Some(mark) == marks.name => places.name,
            mark if Some(mark) == marks.clause => places.clause,
            _ => Some(url),
        };
        let mut diagnostic = (*self.0).clone();
        diagnostic.place = Some(diagnostic.place.and_then(|mark| of(mark, places.url)).unwrap_or(places.url));
        diagnostic.fixes.retain_mut(|fix| {
            fix.edits.iter_mut().all(|edit| of(edit.place, places.text).map(|place| edit.place = place).is_some())
        });
        diagnostic
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextState {
    Unknown,
    Missing,
    /// A folder, a link that leaves the repository, or bytes that are not UTF-8: says which.
    Unreadable(SmolStr),
    /// The file as a source, so that diagnostics can stand in it.
    Text(SourceFile),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextState {
    Unknown,
    Missing,
    /// A file, or a link that leaves the repository: says which.
    Unreadable(SmolStr),
    Context(Arc<Context>),
}

#[salsa::input(debug)]
pub struct ImportFact {
    pub state: ImportState,
}

#[salsa::input(debug)]
pub struct TextFact {
    pub state: TextState,
}

#[salsa::input(debug)]
pub struct ContextFact {
    pub state: ContextState,
}

/// A fact that a query asked for and nobody supplied yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    Import(ImportKey, ImportFact),
    /// A file, by its path from the repository's root.
    Text(Package, SmolStr, TextFact),
    /// A folder, by its path from the repository's root (empty for the root).
    Context(Package, SmolStr, ContextFact),
}

/// All facts of a database, and which of them are still to be supplied.
#[derive(Default)]
pub struct Facts {
    imports: DashMap<ImportKey, ImportFact>,
    texts: DashMap<(Package, SmolStr), TextFact>,
    contexts: DashMap<(Package, SmolStr), ContextFact>,
    wanted: Mutex<Vec<Wanted>>,
    /// How reports name each import's repository: `https://github.com/acme/platform@0123456789ab`.
    pub repositories: Mutex<Vec<String>>,
}

impl Facts {
    pub fn import(&self, db: &dyn Db, key: ImportKey) -> ImportFact {
        *self.imports.entry(key.clone()).or_insert_with(|| {
            let fact = ImportFact::new(db, ImportState::Unknown);
            self.want(Wanted::Import(key, fact));
            fact
        })
    }

    pub fn text(&self, db: &dyn Db, package: Package, path: SmolStr) -> TextFact {
        *self.texts.entry((package, path.clone())).or_insert_with(|| {
            let fact = TextFact::new(db, TextState::Unknown);
            self.want(Wanted::Text(package, path, fact));
            fact
        })
    }

    pub fn context(&self, db: &dyn Db, package: Package, path: SmolStr) -> ContextFact {
        *self.contexts.entry((package, path.clone())).or_insert_with(|| {
            let fact = ContextFact::new(db, ContextState::Unknown);
            self.want(Wanted::Context(package, path, fact));
            fact
        })
    }

    fn want(&self, wanted: Wanted) {
        self.wanted.lock().expect("no panic while held").push(wanted);
    }

    /// Takes the list of what is still to be supplied.
    pub fn take_wanted(&self) -> Vec<Wanted> {
        std::mem::take(&mut *self.wanted.lock().expect("no panic while held"))
    }

    /// Every file and context fact asked for so far: what a change of the file system may concern.
    pub fn supplied(&self) -> Vec<Wanted> {
        let texts = self.texts.iter().map(|entry| Wanted::Text(entry.key().0, entry.key().1.clone(), *entry.value()));
        let contexts = self.contexts.iter().map(|entry| Wanted::Context(entry.key().0, entry.key().1.clone(), *entry.value()));
        texts.chain(contexts).collect()
    }

    /// Every import asked for so far.
    pub fn imports(&self) -> Vec<(ImportKey, ImportFact)> {
        self.imports.iter().map(|entry| (entry.key().clone(), *entry.value())).collect()
    }
}
