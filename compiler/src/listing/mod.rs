//! What a package offers: its images, templates and environments, with their parameters and documentation.
//!
//! Nothing is checked or reported here, and of values only the names of instances are looked at: a broken declaration is
//! listed as far as it can be read.

mod json;
mod markdown;
mod text;

pub use json::{SCHEMA, json};
pub use markdown::markdown;
pub use text::text;

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::checked::{aliases, image_address};
use crate::db::{Db, ItemId, Package, Workspace, item_text, item_tree, name_place, scope};
use crate::eval::value::{Data, InstanceKey, Value};
use crate::eval::{self, Instance};
use crate::hir::{Decl, DeclKind, Definition, ExprId, Item, Param};
use crate::model::Origin;
use crate::names::references;
use crate::types::{Signature, Ty, signature};
use crate::workspace::Reporter;

/// The declarations of a package, images before environments, each in order of address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The root package: where it comes from.
    pub package: Origin,
    pub entries: Vec<Entry>,
}

/// One declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `image.base`, `platform.environment.dev`: as a target and as an expression names it.
    pub address: String,
    pub kind: DeclKind,
    pub shape: Shape,
    /// It is hidden from importers.
    pub private: bool,
    /// The `///` text, without the slashes.
    pub docs: Option<SmolStr>,
    pub file: String,
    /// From 1.
    pub line: u32,
    /// Of a template.
    pub parameters: Vec<Parameter>,
    /// Addresses: of a template, what the root package makes of it; of a loop, each element's; else empty.
    pub instances: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An instance itself.
    One,
    /// An instance for each element of a loop.
    Loop,
    /// Applied only when it is instantiated.
    Template,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: SmolStr,
    /// As a message names it.
    pub ty: String,
    /// What it can be, where that is a list of texts.
    pub values: Vec<SmolStr>,
    /// The default as written; `None` where it must be given.
    pub default: Option<String>,
}

/// The root package's declarations; with `imports` also what its imports offer to it.
pub fn listing(db: &dyn Db, imports: bool) -> Listing {
    let Some(workspace) = Workspace::try_get(db) else {
        let package = Origin { url: "".into(), commit: "".into(), branch: None, folder: "".into() };
        return Listing { package, entries: Vec::new() };
    };
    let root = workspace.root(db);
    let made = instances_of_root(db, root);
    let mut packages = vec![(String::new(), root)];
    if imports {
        let reached = aliases(db, workspace).iter().filter(|(package, _)| **package != root);
        packages.extend(reached.map(|(package, alias)| (alias.to_string(), *package)));
    }
    let mut reporter = Reporter::new(db);
    let mut entries = Vec::new();
    for (alias, package) in packages {
        let scope = scope(db, package);
        for &item in &scope.all {
            let first = !scope.duplicates.iter().any(|(second, _)| *second == item);
            let own = package == root;
            if let Some(entry) = entry(db, item, &alias, &made, &mut reporter).filter(|entry| first && (own || !entry.private)) {
                entries.push(entry);
            }
        }
    }
    entries.sort_by(|left, right| (left.kind, &left.address).cmp(&(right.kind, &right.address)));
    Listing { package: root.origin(db).clone(), entries }
}

impl Listing {
    /// Everything that can be named as a target: declarations and the instances of loops.
    pub fn targets(&self) -> BTreeSet<String> {
        let each = |entry: &Entry| {
            let of_loop = if entry.shape == Shape::Loop { entry.instances.clone() } else { Vec::new() };
            std::iter::once(entry.address.clone()).chain(of_loop).collect::<Vec<_>>()
        };
        self.entries.iter().flat_map(each).collect()
    }

    fn package_line(&self) -> String {
        let Origin { url, commit, folder, .. } = &self.package;
        let folder = if folder.is_empty() { String::new() } else { format!("//{folder}") };
        let commit: String = commit.chars().take(12).collect();
        match (url.is_empty(), commit.is_empty()) {
            (true, _) => String::new(),
            (false, true) => format!("{url}{folder}"),
            (false, false) => format!("{url}{folder} at {commit}"),
        }
    }
}

fn entry(db: &dyn Db, item: ItemId, alias: &str, made: &[(ItemId, String)], reporter: &mut Reporter<'_>) -> Option<Entry> {
    let tree = item_tree(db, item);
    let Definition::Decl(decl) = &tree.item.definition else { return None };
    let name = item.name(db);
    if name.is_empty() {
        return None;
    }
    let shape = match (&decl.params, &decl.loop_) {
        (Some(_), _) => Shape::Template,
        (None, Some(_)) => Shape::Loop,
        (None, None) => Shape::One,
    };
    let source = reporter.source(name_place(db, item));
    let instances: BTreeSet<&String> = match shape {
        Shape::One => BTreeSet::new(),
        _ => made.iter().filter(|(of, _)| *of == item).map(|(_, address)| address).collect(),
    };
    Some(Entry {
        address: format!("{alias}{}.{name}", decl.kind.word()),
        kind: decl.kind,
        shape,
        private: tree.item.private.is_some(),
        docs: tree.item.docs.clone(),
        file: source.file,
        line: source.start.line,
        parameters: parameters(db, item, &tree.item, decl),
        instances: instances.into_iter().cloned().collect(),
    })
}

fn parameters(db: &dyn Db, item: ItemId, data: &Item, decl: &Decl) -> Vec<Parameter> {
    let declared: &[Param] = decl.params.as_deref().unwrap_or_default();
    let Signature::Function(function) = signature(db, item) else { return Vec::new() };
    let parameter = |(param, typed): (&Param, &crate::types::ParamTy)| Parameter {
        name: param.name.text.clone(),
        ty: typed.ty.to_string(),
        values: texts_of(&typed.ty),
        default: param.default.map(|default| written(db, item, data, default)),
    };
    declared.iter().zip(&function.params).map(parameter).collect()
}

/// The texts that a type is a list of.
fn texts_of(ty: &Ty) -> Vec<SmolStr> {
    let Ty::Union(union) = ty.present().base() else { return Vec::new() };
    let text = |arm: &Ty| match arm {
        Ty::Literal(text) => Some(text.clone()),
        _ => None,
    };
    union.arms.iter().map(text).collect::<Option<Vec<SmolStr>>>().unwrap_or_default()
}

/// An expression as it was typed, on one line.
fn written(db: &dyn Db, item: ItemId, data: &Item, expr: ExprId) -> String {
    let text = item_text(db, item).get(std::ops::Range::<usize>::from(data.expr_range(expr))).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What the root package makes: each instance's address with the declarations it is an instance of.
fn instances_of_root(db: &dyn Db, root: Package) -> Vec<(ItemId, String)> {
    let mut made = Vec::new();
    for &item in &scope(db, root).all {
        if !matches!(signature(db, item), Signature::Instance(_) | Signature::Instances(_)) {
            continue;
        }
        let templates: Vec<ItemId> = references(db, item).iter().copied().filter(|of| is_template(db, *of)).collect();
        for instance in &eval::instances(db, item).entries {
            let address = image_address(db, instance);
            made.push((item, address.clone()));
            if instance.origin != item {
                made.push((instance.origin, address.clone()));
            }
            // A template in between, which only passes its arguments on.
            let same_kind = templates.iter().filter(|of| of.decl_kind(db) == Some(instance.kind) && **of != instance.origin);
            made.extend(same_kind.map(|of| (*of, address.clone())));
            images_within(db, instance, &mut made);
        }
    }
    made
}

/// Images that are made of templates where a container names them.
fn images_within(db: &dyn Db, environment: &Instance, made: &mut Vec<(ItemId, String)>) {
    for name in ["inits", "containers"] {
        let containers = environment.fields.get(name).and_then(Value::fields);
        for container in containers.iter().flat_map(|containers| containers.fields.values()) {
            let image = container.value.fields().and_then(|fields| fields.get("image"));
            if let Some(Value { data: Data::Instance(image), .. }) = image
                && matches!(image.key, InstanceKey::Arguments(_))
            {
                made.push((image.item, image_address(db, image)));
            }
        }
    }
}

fn is_template(db: &dyn Db, item: ItemId) -> bool {
    item.decl_kind(db).is_some() && matches!(signature(db, item), Signature::Function(_))
}

#[cfg(test)]
mod tests;
