//! Types: what they are, what a declaration's type is, and whether its body is well typed.
//!
//! Nothing is evaluated here: whether a value keeps a refinement or a checked form is the evaluator's to tell.

mod assign;
mod check;
mod declared;
mod join;
mod patch;
mod quantity;
mod ty;
mod type_expr;

pub use assign::{Misfit, assign};
pub(crate) use check::owner_with_article;
pub use check::{Inference, hover, infer, locals_at};
pub use declared::{Signature, block_field, project_schema, schema, signature};
pub use join::join;
pub use patch::{DIRECTIVE, PATCH, body_schema, field_schema, has_patch, patched_environment};
pub use quantity::{BYTE_UNITS, DURATION_UNITS, Quantity, QuantityProblem, is_duration_unit, parse_quantity, scaled};
pub use ty::{Checked, FieldTy, FunctionTy, ParamTy, RecordTy, RefinedTy, Ty, UnionTy};
pub use type_expr::type_of;

use crate::db::{Db, ItemId, item_tree};
use crate::diagnostics::Diagnostic;
use crate::names;

/// Whether the declaration has an error of its own, or is part of a cycle: then it is not evaluated.
#[salsa::tracked(returns(copy))]
pub fn has_errors(db: &dyn Db, item: ItemId) -> bool {
    item_tree(db, item).diagnostics.iter().any(Diagnostic::is_error)
        || names::cycle_of(db, item).is_some()
        || infer(db, item).diagnostics.iter().any(Diagnostic::is_error)
}
