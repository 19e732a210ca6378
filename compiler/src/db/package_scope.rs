//! Which names a package declares.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{Db, FileKind, ImportKey, ImportState, ItemId, Package, item_tree, items};
use crate::hir::{AtKind, Definition, ImportDecl};
use crate::syntax::ItemKeyword;

/// The declarations of a package by name. Constants, types, functions and imports share `plain`.
#[derive(Debug, Default, PartialEq)]
pub struct Scope {
    pub plain: FxHashMap<SmolStr, ItemId>,
    pub images: FxHashMap<SmolStr, ItemId>,
    pub environments: FxHashMap<SmolStr, ItemId>,
    pub policies: FxHashMap<SmolStr, ItemId>,
    pub imports: Vec<ItemId>,
    pub projects: Vec<ItemId>,
    pub enforces: Vec<ItemId>,
    pub tests: Vec<ItemId>,
    /// Every declaration, in the order of files and lines.
    pub all: Vec<ItemId>,
    /// A second declaration of a name, and the first.
    pub duplicates: Vec<(ItemId, ItemId)>,
}

impl Scope {
    /// The names of one namespace.
    pub fn namespace(&self, namespace: Namespace) -> &FxHashMap<SmolStr, ItemId> {
        match namespace {
            Namespace::Plain => &self.plain,
            Namespace::Image => &self.images,
            Namespace::Environment => &self.environments,
            Namespace::Policy => &self.policies,
        }
    }
}

/// Where a name is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Namespace {
    Plain,
    Image,
    Environment,
    Policy,
}

impl Namespace {
    pub fn of(keyword: ItemKeyword) -> Option<Namespace> {
        match keyword {
            ItemKeyword::Import | ItemKeyword::Let | ItemKeyword::Type | ItemKeyword::Fn => Some(Namespace::Plain),
            ItemKeyword::Image => Some(Namespace::Image),
            ItemKeyword::Environment => Some(Namespace::Environment),
            ItemKeyword::Policy => Some(Namespace::Policy),
            _ => None,
        }
    }

    /// The word before the dot of a reference.
    pub fn of_word(word: &str) -> Option<Namespace> {
        match word {
            "image" => Some(Namespace::Image),
            "environment" => Some(Namespace::Environment),
            "policy" => Some(Namespace::Policy),
            _ => None,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Namespace::Plain => "name",
            Namespace::Image => "image",
            Namespace::Environment => "environment",
            Namespace::Policy => "policy",
        }
    }
}

#[salsa::tracked]
pub fn scope(db: &dyn Db, package: Package) -> Arc<Scope> {
    let mut scope = Scope::default();
    for file in package.files(db) {
        for &item in items(db, package, *file) {
            let keyword = item.keyword(db);
            scope.all.push(item);
            match keyword {
                ItemKeyword::Import => scope.imports.push(item),
                ItemKeyword::Project => scope.projects.push(item),
                ItemKeyword::Enforce => scope.enforces.push(item),
                ItemKeyword::Test => scope.tests.push(item),
                _ => {}
            }
            let name = item.name(db);
            let Some(namespace) = Namespace::of(keyword).filter(|_| !name.is_empty()) else { continue };
            let names = match namespace {
                Namespace::Plain => &mut scope.plain,
                Namespace::Image => &mut scope.images,
                Namespace::Environment => &mut scope.environments,
                Namespace::Policy => &mut scope.policies,
            };
            match names.get(name) {
                Some(first) => scope.duplicates.push((item, *first)),
                None => {
                    names.insert(name.clone(), item);
                }
            }
        }
    }
    if let [first, rest @ ..] = &scope.projects[..] {
        scope.duplicates.extend(rest.iter().map(|second| (*second, *first)));
    }
    Arc::new(scope)
}

/// The declaration of a name in a package: a firewall, so that another declaration's coming or going changes nothing here.
#[salsa::tracked(returns(copy))]
pub fn lookup(db: &dyn Db, package: Package, namespace: Namespace, name: SmolStr) -> Option<ItemId> {
    scope(db, package).namespace(namespace).get(&name).copied()
}

/// The declaration that has the name of this one already: a firewall too.
#[salsa::tracked(returns(copy))]
pub fn duplicate_of(db: &dyn Db, item: ItemId) -> Option<ItemId> {
    let duplicates = &scope(db, item.package(db)).duplicates;
    duplicates.iter().find(|(second, _)| *second == item).map(|(_, first)| *first)
}

/// The package that an import names.
pub fn import_package(db: &dyn Db, from: Package, import: &ImportDecl) -> ImportState {
    if import.broken {
        return ImportState::Unknown;
    }
    let (kind, at) = import.at.as_ref().map_or((AtKind::Any, SmolStr::default()), |at| (at.kind, at.name.text.clone()));
    let key = ImportKey { from, url: import.url.text.clone(), kind, at };
    db.facts().import(db, key).state(db).clone()
}

/// Whether a declaration can import a package: in YAML each can.
pub fn may_import(db: &dyn Db, item: ItemId) -> bool {
    item.keyword(db) == ItemKeyword::Import || item.file(db).kind(db) == FileKind::Yaml
}

/// The package behind an `import` declaration; `None` where it is not known or refused.
#[salsa::tracked(returns(copy))]
pub fn imported(db: &dyn Db, item: ItemId) -> Option<Package> {
    let tree = item_tree(db, item);
    let Definition::Import(import) = &tree.item.definition else { return None };
    match import_package(db, item.package(db), import) {
        ImportState::Package(package) => Some(package),
        _ => None,
    }
}
