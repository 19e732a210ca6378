//! A declaration as data: names, expressions and types in arenas, freed of layout, the same from `.coder` and from YAML.
//!
//! Nothing is resolved here: a name is the text that was typed. All ranges are relative to the declaration. A construct that
//! did not parse is `Missing`, and what reported it is in the parse errors; later passes stay silent about it.

mod arena;
pub mod expr;
mod item;
pub mod type_expr;

pub use arena::{Arena, Idx};
pub use expr::{
    Argument, Arm, BinaryOperator, Binders, Expr, ExprId, FieldOperator, Loop, Member, RecordField, Scalar, StringPart,
    UnaryOperator,
};
pub use item::{AtKind, Decl, DeclBody, DeclKind, Definition, ImportAt, ImportDecl, Item, Param, Rule, TestStatement};
pub use type_expr::{RecordTypeField, TypeExpr, TypeId};

use crate::text::TextRange;
pub use smol_str::SmolStr;

/// A word as typed and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    pub text: SmolStr,
    pub range: TextRange,
}
