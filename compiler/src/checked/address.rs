//! The addresses of images and environments: stable names in a plan, through the aliases of imports.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::db::{Db, ImportState, Package, Workspace, import_package, item_tree, scope};
use crate::eval::value::{Instance, InstanceKey};
use crate::hir::{Definition, ImportDecl};

/// The path of aliases from the root package to each package it reaches: the shortest, then the first in order of name.
#[salsa::tracked]
pub fn aliases(db: &dyn Db, workspace: Workspace) -> FxHashMap<Package, SmolStr> {
    let root = workspace.root(db);
    let mut found: FxHashMap<Package, SmolStr> = FxHashMap::default();
    found.insert(root, SmolStr::default());
    let mut queue = VecDeque::from([root]);
    while let Some(package) = queue.pop_front() {
        let prefix = found[&package].clone();
        for (alias, target) in imports_of(db, package) {
            let target = *target;
            found.entry(target).or_insert_with(|| {
                queue.push_back(target);
                smol_str::format_smolstr!("{prefix}{alias}.")
            });
        }
    }
    found
}

/// The packages that a package imports, with their aliases, in order of alias.
#[salsa::tracked]
pub fn imports_of(db: &dyn Db, package: Package) -> Vec<(SmolStr, Package)> {
    let mut imports = Vec::new();
    let mut add = |import: &ImportDecl| {
        if let ImportState::Package(target) = import_package(db, package, import) {
            imports.push((import.alias.text.clone(), target));
        }
    };
    for item in &scope(db, package).all {
        if !crate::db::may_import(db, *item) {
            continue;
        }
        let tree = item_tree(db, *item);
        if let Definition::Import(import) = &tree.item.definition {
            add(import);
        }
        tree.item.imports.iter().for_each(&mut add);
    }
    imports.sort_by(|left: &(SmolStr, Package), right| left.0.cmp(&right.0));
    imports.dedup();
    imports
}

/// `kaniko.image.f0ssel-dev`, `image.base["ana"]`, `image.base(version=3)`.
pub fn image_address(db: &dyn Db, instance: &Instance) -> String {
    let prefix = match Workspace::try_get(db) {
        Some(workspace) => aliases(db, workspace).get(&instance.item.package(db)).cloned().unwrap_or_default(),
        None => SmolStr::default(),
    };
    format!("{prefix}{}.{}{}", instance.kind.word(), instance.item.name(db), key_suffix(&instance.key))
}

fn key_suffix(key: &InstanceKey) -> String {
    match key {
        InstanceKey::Only => String::new(),
        InstanceKey::Loop(key) => format!("[{key:?}]"),
        InstanceKey::Arguments(arguments) => {
            let arguments: Vec<String> = arguments.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("({})", arguments.join(","))
        }
    }
}

/// Its name in the cluster: `team-a`, `dev-ana`.
pub(super) fn cluster_name(db: &dyn Db, instance: &Instance) -> SmolStr {
    let name = instance.item.name(db);
    match &instance.key {
        InstanceKey::Only => name.clone(),
        InstanceKey::Loop(key) => smol_str::format_smolstr!("{name}-{key}"),
        InstanceKey::Arguments(arguments) => {
            let values: Vec<String> =
                arguments.iter().map(|(_, value)| crate::eval::slug(value)).filter(|value| !value.is_empty()).collect();
            if values.is_empty() { name.clone() } else { smol_str::format_smolstr!("{name}-{}", values.join("-")) }
        }
    }
}
