//! The salsa database: inputs, facts that a driver supplies, and the queries from text to declarations.
//!
//! It reads nothing itself. A fact that is not known yet (an import's package, a Dockerfile) reads as unknown, and is listed
//! in [`Facts::wanted`] for the driver to supply.

mod declarations;
mod facts;
mod package_scope;

use std::sync::Arc;

use smol_str::SmolStr;

pub use declarations::{ItemTree, absolute, item_place, item_start, item_text, item_tree, items, name_place, split_file};
pub use facts::{
    ContextFact, ContextState, Facts, ImportFact, ImportKey, ImportPlaces, ImportProblem, ImportState, TextFact, TextState,
    Wanted,
};
pub use package_scope::{Namespace, Scope, duplicate_of, import_package, imported, lookup, may_import, scope};

use crate::hir::DeclKind;
use crate::syntax::ItemKeyword;
use crate::text::{Owner, Place, TextRange};

/// What every query gets.
#[salsa::db]
pub trait Db: salsa::Database {
    fn facts(&self) -> &Facts;

    /// The package that declares the schema and the standard library.
    fn prelude(&self) -> Package;

    /// The package that declares the parts of a Deployment, as the Kubernetes API has them.
    fn kubernetes(&self) -> Package;
}

/// The one implementation. A clone is a snapshot that another thread can query; a setter waits until all are dropped.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    facts: Arc<Facts>,
    /// The prelude, and beside it the Kubernetes API's types.
    built_in: Option<[Package; 2]>,
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn prelude(&self) -> Package {
        self.built_in.expect("set by the constructor")[0]
    }

    fn kubernetes(&self) -> Package {
        self.built_in.expect("set by the constructor")[1]
    }
}

impl Default for Database {
    fn default() -> Self {
        Database::new(None)
    }
}

impl Database {
    /// `observer` is told of every query that runs, by name and key, for tests.
    pub fn new(observer: Option<Box<dyn Fn(salsa::Event) + Send + Sync>>) -> Database {
        let mut db = Database { storage: salsa::Storage::new(observer), facts: Arc::new(Facts::default()), built_in: None };
        db.built_in = Some([built_in(&db, &crate::prelude::FILES), built_in(&db, &[crate::prelude::KUBERNETES])]);
        db
    }
}

/// Makes a package of the language's own.
fn built_in(db: &dyn Db, files: &[(&str, &str)]) -> Package {
    let file = |(name, text): &(&str, &str)| {
        SourceFile::builder(Arc::from(*name), FileKind::Coder, Arc::from(*text), FileOrigin::Prelude)
            .durability(salsa::Durability::HIGH)
            .new(db)
    };
    let files = files.iter().map(file).collect();
    let origin =
        crate::model::Origin { url: "prelude".into(), commit: SmolStr::default(), branch: None, folder: SmolStr::default() };
    Package::builder(files, origin, FileOrigin::Prelude).durability(salsa::Durability::HIGH).new(db)
}

/// The language a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    Coder,
    Yaml,
}

/// A file of a package.
#[salsa::input(debug)]
pub struct SourceFile {
    /// Relative to the repository's root, with `/`: `.coder/images/a.coder`.
    pub path: Arc<str>,
    #[returns(copy)]
    pub kind: FileKind,
    pub text: Arc<str>,
    /// The package it belongs to, and so the repository it lies in.
    #[returns(copy)]
    pub origin: FileOrigin,
}

/// Where a file's path is relative to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileOrigin {
    /// The repository of the package under check.
    Root,
    /// An import's repository: an index into [`Facts::repositories`].
    Import(u32),
    Prelude,
}

/// One `.coder/` directory at one commit.
#[salsa::input(debug)]
pub struct Package {
    /// Sorted by path.
    pub files: Vec<SourceFile>,
    pub origin: crate::model::Origin,
    #[returns(copy)]
    pub file_origin: FileOrigin,
}

/// What a run is about.
#[salsa::input(singleton, debug)]
pub struct Workspace {
    #[returns(copy)]
    pub root: Package,
}

/// A declaration's identity, which an edit of its body or of its neighbours does not change.
#[salsa::interned(unsafe(no_lifetime), revisions = usize::MAX, debug)]
pub struct ItemId {
    #[returns(copy)]
    pub file: SourceFile,
    #[returns(copy)]
    pub keyword: ItemKeyword,
    /// As the splitter read it; empty where there is none.
    pub name: SmolStr,
    /// Counts declarations of one file, keyword and name.
    #[returns(copy)]
    pub nth: u32,
    #[returns(copy)]
    pub package: Package,
}

impl ItemId {
    pub fn owner(self) -> Owner {
        Owner::Item(salsa::plumbing::AsId::as_id(&self))
    }

    pub fn place(self, range: TextRange) -> Place {
        Place { owner: self.owner(), range }
    }

    /// The item that owns a place, if one does.
    pub fn of(place: Place) -> Option<ItemId> {
        match place.owner {
            Owner::Item(id) => Some(salsa::plumbing::FromId::from_id(id)),
            Owner::File(_) => None,
        }
    }

    /// `image` or `environment`, where it declares one.
    pub fn decl_kind(self, db: &dyn Db) -> Option<DeclKind> {
        match self.keyword(db) {
            ItemKeyword::Image => Some(DeclKind::Image),
            ItemKeyword::Environment => Some(DeclKind::Environment),
            _ => None,
        }
    }
}

impl SourceFile {
    pub fn owner(self) -> Owner {
        Owner::File(salsa::plumbing::AsId::as_id(&self))
    }
}
