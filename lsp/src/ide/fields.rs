//! Fields of record types: which record a body sets, and where a field is declared and documented.

use std::sync::Arc;

use compiler::db::{Db, item_text, item_tree};
use compiler::hir::{DeclBody, Definition, Expr, ExprId, Item, RecordTypeField, SmolStr, TypeExpr};
use compiler::text::Place;
use compiler::types::{FieldTy, RecordTy, Ty, body_schema, project_schema, schema};

/// The record whose fields the members of `within` set: a body, a `with` or a record literal. `types` are those of the
/// declaration's expressions.
pub fn record_of(db: &dyn Db, item: &Item, types: &[Option<Ty>], within: ExprId) -> Option<Arc<RecordTy>> {
    match &item.definition {
        Definition::Decl(decl) if decl.body == DeclBody::Block(within) => {
            let Expr::Body(members) = item.expr(within) else { return None };
            return Some(body_schema(db, decl.kind, members));
        }
        Definition::Project { body } if *body == within => return Some(project_schema(db)),
        _ => {}
    }
    let typed = match item.expr(within) {
        Expr::With { base, members } => match types.get(base.raw())?.as_ref()?.present().base() {
            Ty::Instance(kind) => return Some(body_schema(db, *kind, members)),
            _ => *base,
        },
        _ => within,
    };
    record(db, types.get(typed.raw())?.as_ref()?)
}

/// The fields that values of a type have, where these are known.
pub fn record(db: &dyn Db, ty: &Ty) -> Option<Arc<RecordTy>> {
    match ty.present().base() {
        Ty::Record(record) => Some(record.clone()),
        Ty::Instance(kind) => Some(schema(db, *kind)),
        Ty::Union(union) => union.arms.iter().find_map(|arm| record(db, arm)),
        _ => None,
    }
}

/// Where a field of a record type is declared.
pub struct Declaration {
    /// Its name there.
    pub place: Place,
    pub docs: Option<SmolStr>,
}

pub fn declaration(db: &dyn Db, field: &FieldTy) -> Option<Declaration> {
    let id = field.declared?;
    let item = &item_tree(db, id).item;
    let named = |found: &&RecordTypeField| found.name.text == field.name;
    let found = item.types.iter().find_map(|(_, node)| match &node.type_expr {
        TypeExpr::Record(fields) => fields.iter().find(named),
        _ => None,
    })?;
    Some(Declaration { place: id.place(found.name.range), docs: found.docs.clone() })
}

/// A field's default, as it was typed.
pub fn default_text(db: &dyn Db, field: &FieldTy) -> Option<String> {
    let (id, expr) = field.default?;
    let range = item_tree(db, id).item.expr_range(expr);
    item_text(db, id).get(std::ops::Range::<usize>::from(range)).map(str::to_owned)
}
