//! From a file's text to its declarations: the splitting, each declaration's own text, and its data.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{Db, FileKind, ItemId, Package, SourceFile};
use crate::diagnostics::Diagnostic;
use crate::hir::Item;
use crate::syntax::{ItemKeyword, Split};
use crate::text::{Owner, Place, TextRange, TextSize};
use crate::{syntax, yaml};

/// The file cut into declarations. Changes at every edit; nothing but the queries of this module reads it.
#[salsa::tracked]
pub fn split_file(db: &dyn Db, file: SourceFile) -> Split {
    match file.kind(db) {
        FileKind::Coder => syntax::split(file.owner(), file.text(db)),
        FileKind::Yaml => yaml::split(file.owner(), file.text(db)),
    }
}

/// The declarations of a file by identity, in order. Unchanged by an edit within one.
#[salsa::tracked]
pub fn items(db: &dyn Db, package: Package, file: SourceFile) -> Vec<ItemId> {
    let mut seen: FxHashMap<(ItemKeyword, SmolStr), u32> = FxHashMap::default();
    let mut result = Vec::new();
    for item in &split_file(db, file).items {
        let name = item.name.clone().unwrap_or_default();
        let nth = match seen.entry((item.keyword, name.clone())) {
            Entry::Occupied(mut entry) => {
                *entry.get_mut() += 1;
                *entry.get()
            }
            Entry::Vacant(entry) => *entry.insert(0),
        };
        result.push(ItemId::new(db, file, item.keyword, name, nth, package));
    }
    result
}

#[salsa::tracked]
fn item_indices(db: &dyn Db, package: Package, file: SourceFile) -> FxHashMap<ItemId, u32> {
    items(db, package, file).iter().enumerate().map(|(index, item)| (*item, index as u32)).collect()
}

fn item_range(db: &dyn Db, item: ItemId) -> TextRange {
    let file = item.file(db);
    match item_indices(db, item.package(db), file).get(&item) {
        Some(index) => split_file(db, file).items[*index as usize].range,
        // Only an id of an earlier revision: its declaration is gone.
        None => TextRange::empty(TextSize::new(0)),
    }
}

/// The declaration's own text: what its data depends on.
#[salsa::tracked]
pub fn item_text(db: &dyn Db, item: ItemId) -> Arc<str> {
    Arc::from(&item.file(db).text(db)[item_range(db, item)])
}

/// A declaration's data and what was wrong with its syntax.
#[derive(Debug, PartialEq)]
pub struct ItemTree {
    pub item: Item,
    pub diagnostics: Vec<Diagnostic>,
}

#[salsa::tracked]
pub fn item_tree(db: &dyn Db, item: ItemId) -> Arc<ItemTree> {
    let text = item_text(db, item);
    let (data, diagnostics) = match item.file(db).kind(db) {
        FileKind::Coder => syntax::lower(item.owner(), text),
        FileKind::Yaml => yaml::lower(item.owner(), text),
    };
    Arc::new(ItemTree { item: data, diagnostics })
}

/// The offset in its file at which a declaration's text starts.
pub fn item_start(db: &dyn Db, item: ItemId) -> TextSize {
    item_range(db, item).start()
}

/// A place's file and its absolute range there.
pub fn absolute(db: &dyn Db, place: Place) -> (SourceFile, TextRange) {
    match place.owner {
        Owner::File(id) => (salsa::plumbing::FromId::from_id(id), place.range),
        Owner::Item(id) => {
            let item: ItemId = salsa::plumbing::FromId::from_id(id);
            (item.file(db), place.range + item_start(db, item))
        }
    }
}

/// The whole declaration, without its documentation.
pub fn item_place(db: &dyn Db, item: ItemId) -> Place {
    item.place(item_tree(db, item).item.range)
}

/// The declared name, or the whole declaration where it has none.
pub fn name_place(db: &dyn Db, item: ItemId) -> Place {
    let tree = item_tree(db, item);
    item.place(tree.item.name.as_ref().map_or(tree.item.range, |name| name.range))
}
