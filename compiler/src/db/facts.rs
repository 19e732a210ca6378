//! What only the world knows: which package an import names, what a file of a repository says, what a context holds.
//!
//! Each fact is an input made when a query first asks for it. Nothing is read here.

use std::sync::{Arc, Mutex};

use dashmap::DashMap;
use smol_str::SmolStr;

use super::{Db, Package, SourceFile};
use crate::diagnostics::{Diagnostic, Info};
use crate::dockerfile::Context;
use crate::hir::AtKind;
use crate::text::Place;

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

/// Why an import has no package, as its diagnostic says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportProblem {
    pub info: &'static Info,
    pub message: String,
    pub help: Vec<String>,
}

impl ImportProblem {
    pub fn diagnostic(&self, place: Place) -> Diagnostic {
        Diagnostic { help: self.help.clone(), ..Diagnostic::new(self.info, place, self.message.clone()) }
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
