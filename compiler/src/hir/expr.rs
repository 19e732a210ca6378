//! Expressions and the bodies of declarations.

use super::{Idx, Name, SmolStr};
use crate::text::TextRange;

pub type ExprId = Idx<ExprNode>;

/// An expression and the bytes it was written in.
#[derive(Clone, Debug, PartialEq)]
pub struct ExprNode {
    pub expr: Expr,
    pub range: TextRange,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Nothing stands here, or what stands here did not parse; already reported.
    Missing,
    Bool(bool),
    /// `none`.
    None,
    /// An integer literal; `None` when it does not fit 64 bits (reported by the type checker).
    Int(Option<i64>),
    Float(f64),
    /// A number with a unit, as written (`4GB`, `0.5h`, `10mins`): digits, then the unit's letters.
    Quantity {
        number: SmolStr,
        unit: SmolStr,
    },
    String(Vec<StringPart>),
    Name(SmolStr),
    /// `base.name`, or `base?.name`.
    Field {
        base: ExprId,
        name: Name,
        optional: bool,
    },
    Index {
        base: ExprId,
        index: ExprId,
    },
    Call {
        callee: ExprId,
        arguments: Vec<Argument>,
    },
    Unary {
        operator: UnaryOperator,
        operand: ExprId,
    },
    Binary {
        operator: BinaryOperator,
        operator_range: TextRange,
        left: ExprId,
        right: ExprId,
    },
    If {
        condition: ExprId,
        then: ExprId,
        otherwise: ExprId,
    },
    Match {
        scrutinee: ExprId,
        arms: Vec<Arm>,
    },
    List(Vec<ExprId>),
    ListFor {
        loop_: Loop,
        condition: Option<ExprId>,
        element: ExprId,
    },
    /// `{ a = 1, "b c" = 2 }`: a record or a map, as the context asks.
    Record(Vec<RecordField>),
    MapFor {
        loop_: Loop,
        condition: Option<ExprId>,
        key: ExprId,
        value: ExprId,
    },
    With {
        base: ExprId,
        members: Vec<Member>,
    },
    /// The body of a declaration or of a nested block.
    Body(Vec<Member>),
    /// A scalar of YAML: what it is follows from what is expected.
    Scalar(Scalar),
    /// YAML's `image:` beside `github:`: the image template `name` of the import `import` (an index of `Item::imports`).
    ImportedImage {
        import: usize,
        name: Name,
    },
    /// YAML's `image:` alone: an image template of this package if there is one of that name, else an image reference.
    ImageOrReference(SmolStr),
}

/// A YAML scalar as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    pub text: SmolStr,
    /// Quoted or a block scalar: never a number, a bool or nothing.
    pub quoted: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum StringPart {
    /// Text with its escapes resolved and, in `"""`, without the common indentation.
    Text(SmolStr),
    Expr(ExprId),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    pub name: Option<Name>,
    pub value: ExprId,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// `None` is `_`.
    pub pattern: Option<ExprId>,
    pub pattern_range: TextRange,
    pub value: ExprId,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RecordField {
    pub name: Name,
    pub value: ExprId,
}

/// `for first in xs`, `for first, second in xs`.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    pub binders: Binders,
    pub iterable: ExprId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binders {
    pub first: Name,
    pub second: Option<Name>,
}

/// One line of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Member {
    Field {
        docs: Option<SmolStr>,
        name: Name,
        operator: FieldOperator,
        value: ExprId,
        range: TextRange,
    },
    /// `container env { … }`: `word` is `container`, `label` the name or string after it. `requests { … }` has no label.
    /// `body` is an [`Expr::Body`].
    Block {
        docs: Option<SmolStr>,
        word: Name,
        /// An [`Expr::String`], also for a bare name; its range is that of the name.
        label: Option<ExprId>,
        loop_: Option<Loop>,
        condition: Option<ExprId>,
        body: ExprId,
        /// From the word to the closing brace.
        range: TextRange,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldOperator {
    /// `=`
    Set,
    /// `+=`
    Append,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    Not,
    Negate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `??`
    OrElse,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}
