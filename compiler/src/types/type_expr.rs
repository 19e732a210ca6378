//! From a type as written to a type. Reports nothing: the checker of the declaration does, by the same steps.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Checked, FieldTy, RecordTy, RefinedTy, Signature, Ty, UnionTy, signature};
use crate::db::{Db, ItemId, item_tree};
use crate::hir::{DeclKind, TypeExpr, TypeId};
use crate::names::{self, Resolution};

/// The type that a type expression of `item` stands for; `Error` where it stands for none.
pub fn type_of(db: &dyn Db, item: ItemId, ty: TypeId) -> Ty {
    types_of(db, item).get(&ty.raw()).cloned().unwrap_or(Ty::Error)
}

/// Every type expression of a declaration, resolved, by its index.
#[salsa::tracked(cycle_result = no_types)]
fn types_of(db: &dyn Db, item: ItemId) -> FxHashMap<usize, Ty> {
    let tree = item_tree(db, item);
    let mut resolved = FxHashMap::default();
    // Inner types stand before outer ones in the arena.
    for (id, node) in tree.item.types.iter() {
        let get = |id: &TypeId| resolved.get(&id.raw()).cloned().unwrap_or(Ty::Error);
        let ty = match &node.type_expr {
            TypeExpr::Missing => Ty::Error,
            TypeExpr::Name { qualifier, name } => named_type(db, item, qualifier.as_ref().map(|name| &name.text), &name.text),
            TypeExpr::Apply { name, argument } => match name.text.as_str() {
                "list" => Ty::list(get(argument)),
                "map" => Ty::map(get(argument)),
                _ => Ty::Error,
            },
            TypeExpr::Literal(text) => Ty::Union(Arc::new(UnionTy { name: None, arms: vec![Ty::Literal(text.clone())] })),
            TypeExpr::Union(arms) => union(arms.iter().map(get)),
            TypeExpr::Optional(inner) => Ty::option(get(inner)),
            TypeExpr::Where { base, condition } => match get(base) {
                Ty::Error => Ty::Error,
                base => Ty::Refined(Arc::new(RefinedTy { name: None, base, condition: (item, *condition) })),
            },
            TypeExpr::Record(fields) => Ty::Record(Arc::new(RecordTy {
                name: None,
                partial: false,
                fields: fields
                    .iter()
                    .map(|field| FieldTy {
                        name: field.name.text.clone(),
                        ty: get(&field.type_),
                        default: field.default.map(|default| (item, default)),
                        declared: Some(item),
                    })
                    .collect(),
            })),
        };
        resolved.insert(id.raw(), ty);
    }
    resolved
}

fn no_types(_: &dyn Db, _: salsa::Id, _: ItemId) -> FxHashMap<usize, Ty> {
    FxHashMap::default()
}

/// A union of these, flat; `T?` where one is optional.
fn union(arms: impl Iterator<Item = Ty>) -> Ty {
    let (mut flat, mut optional) = (Vec::new(), false);
    for arm in arms {
        let arm = match arm {
            Ty::Option(inner) => {
                optional = true;
                (*inner).clone()
            }
            arm => arm,
        };
        match arm {
            Ty::Error => return Ty::Error,
            Ty::Union(union) => flat.extend(union.arms.iter().cloned()),
            arm => flat.push(arm),
        }
    }
    let union = Ty::Union(Arc::new(UnionTy { name: None, arms: flat }));
    if optional { Ty::option(union) } else { union }
}

/// A type by name: one of the language's own, or a declared one.
pub(super) fn named_type(db: &dyn Db, item: ItemId, qualifier: Option<&smol_str::SmolStr>, name: &smol_str::SmolStr) -> Ty {
    let package = item.package(db);
    if let Some(alias) = qualifier {
        let Resolution::Package(_, Some(inner)) = names::resolve_name(db, package, alias) else { return Ty::Error };
        return match crate::db::lookup(db, inner, crate::db::Namespace::Plain, name.clone()) {
            Some(found) if !is_private(db, found) => declared_type(db, found),
            _ => Ty::Error,
        };
    }
    // A package may declare a type of the name of one of the prelude's records, but not of a basic type's.
    if let Some(ty) = basic_type(name) {
        return ty;
    }
    // The prelude declares the fields of both under their names; as types they are the instances.
    if package == db.prelude() {
        match name.as_str() {
            "image" => return Ty::Instance(DeclKind::Image),
            "environment" => return Ty::Instance(DeclKind::Environment),
            _ => {}
        }
    }
    match names::resolve_name(db, package, name) {
        Resolution::Item(found) => declared_type(db, found),
        Resolution::Namespace(_, crate::db::Namespace::Image) => Ty::Instance(DeclKind::Image),
        Resolution::Namespace(_, crate::db::Namespace::Environment) => Ty::Instance(DeclKind::Environment),
        _ => Ty::Error,
    }
}

fn declared_type(db: &dyn Db, found: ItemId) -> Ty {
    match signature(db, found) {
        Signature::Type(ty) => ty.clone(),
        _ => Ty::Error,
    }
}

/// Whether an importer may not see it.
pub(super) fn is_private(db: &dyn Db, item: ItemId) -> bool {
    item_tree(db, item).item.private.is_some()
}

/// The names of [`basic_type`], and of the two that take an argument.
pub(super) const BASIC: [&str; 15] = [
    "bool",
    "int",
    "float",
    "string",
    "bytes",
    "cpu",
    "duration",
    "path",
    "repository",
    "reference",
    "port",
    "secret",
    "any",
    "list",
    "map",
];

pub(super) fn basic_type(name: &str) -> Option<Ty> {
    Some(match name {
        "bool" => Ty::Bool,
        "int" => Ty::Int,
        "float" => Ty::Float,
        "string" => Ty::STRING,
        "bytes" => Ty::Bytes,
        "cpu" => Ty::Cpu,
        "duration" => Ty::Duration,
        "path" => Ty::Checked(Checked::Path),
        "repository" => Ty::Checked(Checked::Repository),
        "reference" => Ty::Checked(Checked::Reference),
        "port" => Ty::Checked(Checked::Port),
        "secret" => Ty::Secret,
        "any" => Ty::Any,
        _ => return None,
    })
}
