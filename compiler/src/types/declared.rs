//! What other declarations see of one: its type and its parameters, but not its body.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{FieldTy, FunctionTy, ParamTy, RecordTy, Ty, infer, type_of};
use crate::db::{Db, ItemId, Namespace, Package, item_tree, lookup};
use crate::hir::{DeclKind, Definition, Param};
use crate::names;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// A test, a `project`, an `enforce`, or what did not parse.
    None,
    Let(Ty),
    Type(Ty),
    /// A function, or a template of images or environments.
    Function(Arc<FunctionTy>),
    Instance(DeclKind),
    /// One instance for each element of a loop.
    Instances(DeclKind),
    Policy(Vec<ParamTy>),
    Import,
}

#[salsa::tracked(cycle_result = cyclic_signature)]
pub fn signature(db: &dyn Db, item: ItemId) -> Signature {
    let tree = item_tree(db, item);
    match &tree.item.definition {
        Definition::Error | Definition::Project { .. } | Definition::Enforce(_) | Definition::Test(_) => Signature::None,
        Definition::Import(_) => Signature::Import,
        _ if names::cycle_of(db, item).is_some() => cyclic(&tree.item.definition),
        Definition::Let { type_: Some(type_), .. } => Signature::Let(type_of(db, item, *type_)),
        // Constants can stand on each other in long chains.
        Definition::Let { type_: None, .. } => {
            Signature::Let(stacker::maybe_grow(128 << 10, 2 << 20, || infer(db, item)).ty.clone())
        }
        Definition::Type(type_) => {
            Signature::Type(named(type_of(db, item, *type_), tree.item.name.as_ref().map(|name| name.text.clone())))
        }
        Definition::Fn { params, result, .. } => {
            let result = type_of(db, item, *result);
            Signature::Function(Arc::new(FunctionTy { item, params: param_types(db, item, params), result }))
        }
        Definition::Decl(decl) => match &decl.params {
            Some(params) => Signature::Function(Arc::new(FunctionTy {
                item,
                params: param_types(db, item, params),
                result: Ty::Instance(decl.kind),
            })),
            None if decl.loop_.is_some() => Signature::Instances(decl.kind),
            None => Signature::Instance(decl.kind),
        },
        Definition::Policy { params, .. } => Signature::Policy(param_types(db, item, params)),
    }
}

/// What refers to itself has no type, and whoever uses it stays silent.
fn cyclic(definition: &Definition) -> Signature {
    match definition {
        Definition::Type(_) => Signature::Type(Ty::Error),
        _ => Signature::Let(Ty::Error),
    }
}

fn cyclic_signature(db: &dyn Db, _: salsa::Id, item: ItemId) -> Signature {
    cyclic(&item_tree(db, item).item.definition)
}

fn param_types(db: &dyn Db, item: ItemId, params: &[Param]) -> Vec<ParamTy> {
    let param =
        |param: &Param| ParamTy { name: param.name.text.clone(), ty: type_of(db, item, param.type_), default: param.default };
    params.iter().map(param).collect()
}

/// The same type under the name it is declared as.
fn named(ty: Ty, name: Option<SmolStr>) -> Ty {
    match ty {
        Ty::Record(record) if record.name.is_none() => {
            Ty::Record(Arc::new(RecordTy { name, fields: record.fields.clone(), partial: record.partial }))
        }
        Ty::Union(union) if union.name.is_none() => Ty::Union(Arc::new(super::UnionTy { name, arms: union.arms.clone() })),
        Ty::Refined(refined) if refined.name.is_none() => {
            Ty::Refined(Arc::new(super::RefinedTy { name, base: refined.base.clone(), condition: refined.condition }))
        }
        other => other,
    }
}

/// The fields of an `image` or an `environment`, as the prelude declares them.
pub fn schema(db: &dyn Db, kind: DeclKind) -> Arc<RecordTy> {
    let [image, environment, _] = schemas(db, db.prelude());
    match kind {
        DeclKind::Image => image.clone(),
        DeclKind::Environment => environment.clone(),
    }
}

/// The fields of `project`.
pub fn project_schema(db: &dyn Db) -> Arc<RecordTy> {
    let [_, _, project] = schemas(db, db.prelude());
    project.clone()
}

/// The records that the prelude declares for what declarations have as their bodies.
#[salsa::tracked]
fn schemas(db: &dyn Db, _prelude: Package) -> [Arc<RecordTy>; 3] {
    ["image", "environment", "project"].map(|name| prelude_record(db, name))
}

fn prelude_record(db: &dyn Db, name: &'static str) -> Arc<RecordTy> {
    let item = lookup(db, db.prelude(), Namespace::Plain, SmolStr::new_static(name));
    match item.map(|item| signature(db, item)) {
        Some(Signature::Type(Ty::Record(record))) => record.clone(),
        _ => unreachable!("the prelude declares `{name}` as a record, and a test checks it"),
    }
}

/// The field that a block sets: `container NAME { … }` an entry of `containers`, `requests { … }` the field `requests`.
pub fn block_field<'a>(record: &'a RecordTy, word: &str, labelled: bool) -> Option<&'a FieldTy> {
    if labelled {
        record.fields.iter().find(|field| field.name.strip_suffix('s') == Some(word) && matches!(field.ty, Ty::Map(_)))
    } else {
        record.field(word)
    }
}
