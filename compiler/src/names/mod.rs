//! What a name means where it stands, which declarations refer to which, and which refer to themselves.
//!
//! Says nothing about types and reports nothing: the type checker does.

mod cycles;
mod meaning;
mod reference_walk;

pub use cycles::{Cycle, cycle_of};
pub use meaning::{Meaning, Meanings, meanings};
pub use reference_walk::references;

use smol_str::SmolStr;

use crate::db::{Db, ItemId, Namespace, Package, imported, lookup};
use crate::syntax::ItemKeyword;

/// What an expression of names and dots refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Not a name, or a field of a value.
    Value,
    /// A parameter, a loop's variable, a rule's or test's `let`.
    Local,
    Item(ItemId),
    /// A function of the standard library.
    Builtin(ItemId),
    /// An import's alias; its package, where known.
    Package(ItemId, Option<Package>),
    /// `image`, `environment` or `policy` of a package, before the name.
    Namespace(Option<Package>, Namespace),
    /// No such name in that namespace of that package (`None`: it is not known, and was reported).
    Unknown(Option<Package>, Namespace, SmolStr),
}

/// A plain name at the head of a path, no local of that name being in scope.
pub fn resolve_name(db: &dyn Db, package: Package, name: &SmolStr) -> Resolution {
    if let Some(found) = lookup(db, package, Namespace::Plain, name.clone()) {
        return match found.keyword(db) {
            ItemKeyword::Import => Resolution::Package(found, imported(db, found)),
            _ => Resolution::Item(found),
        };
    }
    if let Some(namespace) = Namespace::of_word(name) {
        return Resolution::Namespace(Some(package), namespace);
    }
    match lookup(db, db.prelude(), Namespace::Plain, name.clone()) {
        Some(found) if found.keyword(db) == ItemKeyword::Fn => Resolution::Builtin(found),
        Some(found) => Resolution::Item(found),
        None => Resolution::Unknown(Some(package), Namespace::Plain, name.clone()),
    }
}

fn member(db: &dyn Db, package: Option<Package>, namespace: Namespace, name: &SmolStr) -> Resolution {
    let found = package.and_then(|package| lookup(db, package, namespace, name.clone()));
    match found {
        // An import's own aliases are not passed on.
        Some(found) if found.keyword(db) != ItemKeyword::Import => Resolution::Item(found),
        _ => Resolution::Unknown(package, namespace, name.clone()),
    }
}
