//! The defaults of record fields: evaluated once, where they are declared.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{Evaluated, Field, Interpreter, Value};
use crate::db::{Db, ItemId, Package, item_tree, scope};
use crate::diagnostics::Diagnostic;
use crate::hir::{ExprId, TypeExpr, TypeId};
use crate::syntax::ItemKeyword;
use crate::types::{self, FieldTy, Ty};

/// The value of a record field's default: `default` is an expression of a record type that `item` declares.
#[salsa::tracked(cycle_result = cyclic_default)]
pub fn default_value(db: &dyn Db, item: ItemId, default: ExprId) -> Arc<Evaluated> {
    let data = &item_tree(db, item).item;
    let place = item.place(data.expr_range(default));
    if types::has_errors(db, item) {
        return Arc::new(Evaluated { value: Value::error(place), diagnostics: Vec::new() });
    }
    let ty = defaults(db, item).find(|(_, each)| *each == default).map_or(Ty::Any, |(ty, _)| types::type_of(db, item, ty));
    let mut interpreter = Interpreter::new(db, item);
    interpreter.is_default = true;
    let mut frame = interpreter.frame(item);
    let value = interpreter.expr_as(&mut frame, default, &ty);
    Arc::new(Evaluated { value, diagnostics: interpreter.finish() })
}

/// The values of all defaults of the prelude, which every evaluation needs.
#[salsa::tracked]
fn prelude_defaults(db: &dyn Db, prelude: Package) -> FxHashMap<(ItemId, ExprId), Value> {
    let types = scope(db, prelude).all.iter().filter(|item| item.keyword(db) == ItemKeyword::Type);
    types.flat_map(|item| default_values(db, *item).iter().map(|(default, value)| ((*item, *default), value.clone()))).collect()
}

/// The values of all defaults that a declaration's record types give. A default reads neither, for it may stand on another of
/// the same declaration.
#[salsa::tracked(cycle_result = no_defaults)]
fn default_values(db: &dyn Db, item: ItemId) -> FxHashMap<ExprId, Value> {
    defaults(db, item).map(|(_, default)| (default, default_value(db, item, default).value.clone())).collect()
}

fn no_defaults(_: &dyn Db, _: salsa::Id, _: ItemId) -> FxHashMap<ExprId, Value> {
    FxHashMap::default()
}

/// A default that needs itself is an error value.
fn cyclic_default(db: &dyn Db, _: salsa::Id, item: ItemId, default: ExprId) -> Arc<Evaluated> {
    let place = item.place(item_tree(db, item).item.expr_range(default));
    Arc::new(Evaluated { value: Value::error(place), diagnostics: Vec::new() })
}

/// What is wrong with the defaults of the record types that a declaration writes.
pub(super) fn diagnostics(db: &dyn Db, item: ItemId) -> Vec<Diagnostic> {
    defaults(db, item).flat_map(|(_, default)| default_value(db, item, default).diagnostics.iter().cloned()).collect()
}

/// Every default that a declaration's record types give, with the field's type.
fn defaults(db: &dyn Db, item: ItemId) -> impl Iterator<Item = (TypeId, ExprId)> {
    let data = &item_tree(db, item).item;
    data.types.iter().flat_map(|(_, node)| match &node.type_expr {
        TypeExpr::Record(fields) => fields.iter().filter_map(|field| Some((field.type_, field.default?))).collect(),
        _ => Vec::new(),
    })
}

impl<'db> Interpreter<'db> {
    /// An absent field as its default; `None` where it has none. It counts as set where the default is written.
    pub(super) fn default_field(&mut self, field: &FieldTy) -> Option<Field> {
        let (item, default) = field.default?;
        let db = self.db;
        let value = if self.is_default {
            default_value(db, item, default).value.clone()
        } else if let Some(value) = self.defaults.get_or_insert_with(|| prelude_defaults(db, db.prelude())).get(&(item, default))
        {
            value.clone()
        } else {
            default_values(db, item).get(&default).cloned()?
        };
        let set_at = value.place;
        Some(Field { value, set_at, overridden: None })
    }
}
