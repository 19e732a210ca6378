//! `patch`: an environment's fields with the type of its patch, which is the Kubernetes API's own.
//!
//! The API is large and most sources say nothing of it: its types are read only where a body has a patch.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{FieldTy, RecordTy, Signature, Ty, UnionTy, schema, signature};
use crate::db::{Db, Namespace, Package, lookup};
use crate::hir::{DeclKind, Member};

/// The field of an environment that is a patch.
pub const PATCH: &str = "patch";

/// What tells Kubernetes to do with an object or an element of a list something else than to merge it.
pub const DIRECTIVE: &str = "$patch";

/// The fields of an image or an environment with these members.
pub fn body_schema(db: &dyn Db, kind: DeclKind, members: &[Member]) -> Arc<RecordTy> {
    if has_patch(kind, members) { patched_environment(db) } else { schema(db, kind) }
}

/// Whether a body patches the environment that it is of.
pub fn has_patch(kind: DeclKind, members: &[Member]) -> bool {
    let patches = |member: &Member| match member {
        Member::Field { name, .. } => name.text == PATCH,
        Member::Block { word, label, .. } => word.text == PATCH && label.is_none(),
    };
    kind == DeclKind::Environment && members.iter().any(patches)
}

/// The fields of an image or an environment, for who asks for the field `name`.
pub fn field_schema(db: &dyn Db, kind: DeclKind, name: &str) -> Arc<RecordTy> {
    if kind == DeclKind::Environment && name == PATCH { patched_environment(db) } else { schema(db, kind) }
}

pub fn patched_environment(db: &dyn Db) -> Arc<RecordTy> {
    patched(db, db.kubernetes()).clone()
}

#[salsa::tracked]
fn patched(db: &dyn Db, kubernetes: Package) -> Arc<RecordTy> {
    let plain = schema(db, DeclKind::Environment);
    let item = lookup(db, kubernetes, Namespace::Plain, SmolStr::new_static("Deployment"));
    let Some(Signature::Type(deployment)) = item.map(|item| signature(db, item)) else {
        unreachable!("the prelude declares the Kubernetes API's `Deployment`, and a test checks it")
    };
    let deployment = Ty::option(partial(deployment, &mut FxHashMap::default()));
    let field = |field: &FieldTy| {
        let ty = if field.name == PATCH { deployment.clone() } else { field.ty.clone() };
        FieldTy { ty, ..field.clone() }
    };
    Arc::new(RecordTy { name: plain.name.clone(), fields: plain.fields.iter().map(field).collect(), partial: false })
}

/// The same type as a part of an object that is there: `none` takes a field away, and a directive is a field.
fn partial(ty: &Ty, seen: &mut FxHashMap<SmolStr, Ty>) -> Ty {
    match ty {
        Ty::Option(inner) => Ty::option(partial(inner, seen)),
        Ty::List(element) => Ty::list(partial(element, seen)),
        Ty::Map(value) => Ty::map(partial(value, seen)),
        Ty::Record(record) => {
            let name = record.name.clone().unwrap_or_default();
            if let Some(made) = seen.get(&name) {
                return made.clone();
            }
            let field = |field: &FieldTy| FieldTy { ty: partial(&field.ty, seen), ..field.clone() };
            let mut fields: Vec<FieldTy> = record.fields.iter().map(field).collect();
            let ways = ["merge", "replace", "delete"].map(|way| Ty::Literal(SmolStr::new_static(way)));
            let ways = Ty::Union(Arc::new(UnionTy { name: None, arms: ways.into() }));
            fields.push(FieldTy { name: DIRECTIVE.into(), ty: Ty::option(ways), default: None, declared: None });
            let made = Ty::Record(Arc::new(RecordTy { name: record.name.clone(), fields, partial: true }));
            seen.insert(name, made.clone());
            made
        }
        other => other.clone(),
    }
}
