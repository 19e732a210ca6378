//! What an expression is known to evaluate to, by what its declaration and those it refers to evaluated to.
//!
//! Nothing is evaluated that a check does not evaluate as well.

use compiler::db::{Db, ItemId, item_tree};
use compiler::eval::{self, Data, Value};
use compiler::hir::{Definition, Expr, ExprId, Item};
use compiler::names::{Resolution, meanings};
use compiler::text::Place;

use super::binders::bound_at;

/// Values that are looked at for one answer, at most.
const MOST_VALUES: usize = 10_000;

/// What `expr` refers to, the names bound around it taken into account.
pub fn resolution(db: &dyn Db, id: ItemId, item: &Item, expr: ExprId) -> Resolution {
    let bound = bound_at(item, expr);
    meanings(db, id).resolve(item, expr, |name| bound.iter().any(|local| local.text == name))
}

/// The value of an expression of the declaration `id`, if it has one value and it is known.
pub fn value_of(db: &dyn Db, id: ItemId, expr: ExprId) -> Option<Value> {
    let item = &item_tree(db, id).item;
    if let Resolution::Item(found) = resolution(db, id, item, expr) {
        return value_of_item(db, found);
    }
    if let Expr::Field { base, name, .. } = item.expr(expr)
        && let Some(base) = value_of(db, id, *base)
    {
        return base.fields().and_then(|record| record.get(&name.text)).cloned();
    }
    value_made_at(db, id, id.place(item.expr_range(expr)))
}

/// What the name of a declaration stands for: a constant's value, or the one instance of an image or environment.
pub fn value_of_item(db: &dyn Db, found: ItemId) -> Option<Value> {
    let value = match &item_tree(db, found).item.definition {
        Definition::Let { .. } | Definition::Project { .. } => eval::value(db, found).value.clone(),
        Definition::Decl(_) => {
            let instances = eval::instances(db, found);
            match (&instances.all, &instances.entries[..]) {
                (Some(all), _) => all.clone(),
                (None, [only]) => Value::new(Data::Instance(only.clone()), only.place),
                _ => return None,
            }
        }
        _ => return None,
    };
    (!value.is_error()).then_some(value)
}

/// The value that the expression at `place` made, where all instances of its declaration agree.
fn value_made_at(db: &dyn Db, id: ItemId, place: Place) -> Option<Value> {
    let mut left = MOST_VALUES;
    let mut found: Option<Value> = None;
    let agrees = visit(&value_of_item(db, id)?, &mut left, &mut |value| {
        if value.place != place || value.is_error() {
            return true;
        }
        let same = found.as_ref().is_none_or(|found| found.equals(value));
        found = Some(value.clone());
        same
    });
    found.filter(|_| agrees)
}

/// Shows `see` every value inside; false as soon as it says so, or when there are too many.
fn visit(value: &Value, left: &mut usize, see: &mut dyn FnMut(&Value) -> bool) -> bool {
    let Some(fewer) = left.checked_sub(1) else { return false };
    *left = fewer;
    let inside = match &value.data {
        Data::List(list) => list.items.iter().all(|item| visit(item, left, see)),
        _ => value.fields().is_none_or(|record| record.fields.values().all(|field| visit(&field.value, left, see))),
    };
    inside && see(value)
}
