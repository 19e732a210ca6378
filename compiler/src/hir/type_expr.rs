//! Types as written.

use super::{ExprId, Idx, Name, SmolStr};
use crate::text::TextRange;

pub type TypeId = Idx<TypeNode>;

/// A type expression and the bytes it was written in.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeNode {
    pub type_expr: TypeExpr,
    pub range: TextRange,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TypeExpr {
    /// Did not parse; already reported.
    Missing,
    /// `int`, `size`, or `platform.size` with `qualifier`.
    Name {
        qualifier: Option<Name>,
        name: Name,
    },
    /// `list<T>`, `map<T>`.
    Apply {
        name: Name,
        argument: TypeId,
    },
    /// `"small"`: an arm of a union, or a union of one.
    Literal(SmolStr),
    /// `A | B`.
    Union(Vec<TypeId>),
    /// `T?`
    Optional(TypeId),
    /// `T where condition`, in which `it` is the value.
    Where {
        base: TypeId,
        condition: ExprId,
    },
    Record(Vec<RecordTypeField>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct RecordTypeField {
    pub docs: Option<SmolStr>,
    pub name: Name,
    pub type_: TypeId,
    pub default: Option<ExprId>,
}
