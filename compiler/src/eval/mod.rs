//! The evaluator: from checked declarations to values, images and environments.
//!
//! Total: steps, sizes and depths are limited, and whatever goes wrong is a diagnostic and an error value that stays silent
//! from there on. What has errors of syntax or type is not evaluated at all.

mod access;
mod body;
mod builtins;
mod calls;
mod code;
mod coerce;
mod comparison;
mod comprehension;
mod declaration;
mod defaults;
mod expected;
mod fields;
mod forms;
mod interpreter;
mod limits;
mod operators;
mod report;
mod scalar;
mod shared;
mod show;
mod strings;
mod template;
pub mod value;
mod with;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use builtins::NAMES as BUILTINS;
pub use builtins::slug;
pub(crate) use code::Frame;
pub use declaration::{Instances, evaluated_instances, instances};
pub use defaults::default_value;
pub use forms::{image_reference, path, repository};
pub(crate) use interpreter::Interpreter;
pub use show::show;
pub use template::{Instantiated, instantiate};
pub use value::{Data, Field, Fields, Instance, InstanceKey, List, Overridden, Record, Value};

use crate::db::{Db, ItemId, item_place, item_tree};
use crate::diagnostics::Diagnostic;
use crate::hir::Definition;
use crate::types;

/// A declaration's value and what went wrong on the way.
#[derive(Debug, PartialEq)]
pub struct Evaluated {
    pub value: Value,
    pub diagnostics: Vec<Diagnostic>,
}

/// The value of a `let`, the settings of a `project` as a record; an error value for any other declaration. Of a `type` the
/// diagnostics are those of its fields' defaults.
pub fn value(db: &dyn Db, item: ItemId) -> &Arc<Evaluated> {
    evaluated(db, item)
}

#[salsa::tracked(cycle_result = cyclic_value)]
fn evaluated(db: &dyn Db, item: ItemId) -> Arc<Evaluated> {
    let nothing = || Evaluated { value: Value::error(item_place(db, item)), diagnostics: Vec::new() };
    if types::has_errors(db, item) {
        return Arc::new(nothing());
    }
    Arc::new(match &item_tree(db, item).item.definition {
        Definition::Let { type_, value } => {
            let mut interpreter = Interpreter::new(db, item);
            let mut frame = interpreter.frame(item);
            let value = interpreter.typed(&mut frame, *type_, *value);
            Evaluated { value, diagnostics: interpreter.finish() }
        }
        Definition::Project { body } => {
            let mut interpreter = Interpreter::new(db, item);
            let mut frame = interpreter.frame(item);
            let value = interpreter.expr_as(&mut frame, *body, &types::Ty::Record(types::project_schema(db)));
            Evaluated { value, diagnostics: interpreter.finish() }
        }
        Definition::Type(_) => Evaluated { diagnostics: defaults::diagnostics(db, item), ..nothing() },
        _ => nothing(),
    })
}

/// Cycles are found and reported before anything is evaluated; this only keeps the query total.
fn cyclic_value(db: &dyn Db, _: salsa::Id, item: ItemId) -> Arc<Evaluated> {
    Arc::new(Evaluated { value: Value::error(item_place(db, item)), diagnostics: Vec::new() })
}
