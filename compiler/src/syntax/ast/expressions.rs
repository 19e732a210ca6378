//! Expressions.

use rowan::ast::AstNode;

use super::{Body, Condition, Field, Loop, Name, child, children, choices, nodes};
use crate::syntax::SyntaxToken;

nodes! {
    NameReference = NameReference,
    /// A number, `true`, `false` or `none`.
    Literal = Literal,
    StringLiteral = StringLiteral,
    /// `\(expr)` in a string.
    Interpolation = Interpolation,
    FieldAccess = FieldAccess,
    IndexAccess = IndexAccess,
    Call = Call,
    Argument = Argument,
    Unary = Unary,
    Binary = Binary,
    IfExpression = IfExpression,
    MatchExpression = MatchExpression,
    MatchArm = MatchArm,
    List = List,
    ListFor = ListFor,
    Record = Record,
    MapFor = MapFor,
    With = With,
    Parenthesized = Parenthesized,
}

choices! {
    /// Any expression.
    Expression = NameReference | Literal | StringLiteral | FieldAccess | IndexAccess | Call | Unary | Binary | IfExpression
        | MatchExpression | List | ListFor | Record | MapFor | With | Parenthesized,
}

impl Literal {
    pub fn token(&self) -> Option<SyntaxToken> {
        self.0.first_token()
    }
}

impl StringLiteral {
    pub fn interpolations(&self) -> impl Iterator<Item = Interpolation> + use<> {
        children(&self.0)
    }
}

impl Interpolation {
    pub fn expression(&self) -> Option<Expression> {
        child(&self.0)
    }
}

impl FieldAccess {
    pub fn base(&self) -> Option<Expression> {
        child(&self.0)
    }

    pub fn name(&self) -> Option<Name> {
        child(&self.0)
    }
}

impl IndexAccess {
    pub fn base(&self) -> Option<Expression> {
        child(&self.0)
    }

    pub fn index(&self) -> Option<Expression> {
        children(&self.0).nth(1)
    }
}

impl Call {
    pub fn callee(&self) -> Option<Expression> {
        child(&self.0)
    }

    pub fn arguments(&self) -> impl Iterator<Item = Argument> + use<> {
        children(&self.0)
    }
}

impl Argument {
    pub fn name(&self) -> Option<Name> {
        child(&self.0)
    }

    pub fn value(&self) -> Option<Expression> {
        child(&self.0)
    }
}

impl Unary {
    pub fn operand(&self) -> Option<Expression> {
        child(&self.0)
    }
}

impl Binary {
    pub fn left(&self) -> Option<Expression> {
        child(&self.0)
    }

    pub fn right(&self) -> Option<Expression> {
        children(&self.0).nth(1)
    }
}

impl IfExpression {
    pub fn condition(&self) -> Option<Expression> {
        child(&self.0)
    }

    pub fn then(&self) -> Option<Expression> {
        children(&self.0).nth(1)
    }

    pub fn otherwise(&self) -> Option<Expression> {
        children(&self.0).nth(2)
    }
}

impl MatchExpression {
    pub fn scrutinee(&self) -> Option<Expression> {
        child(&self.0)
    }

    pub fn arms(&self) -> impl Iterator<Item = MatchArm> + use<> {
        children(&self.0)
    }
}

impl MatchArm {
    /// What stands after `=>`.
    pub fn value(&self) -> Option<Expression> {
        self.0.last_child().and_then(Expression::cast)
    }
}

impl List {
    pub fn elements(&self) -> impl Iterator<Item = Expression> + use<> {
        children(&self.0)
    }
}

impl ListFor {
    pub fn loop_(&self) -> Option<Loop> {
        child(&self.0)
    }

    pub fn condition(&self) -> Option<Condition> {
        child(&self.0)
    }

    pub fn element(&self) -> Option<Expression> {
        child(&self.0)
    }
}

impl Record {
    pub fn fields(&self) -> impl Iterator<Item = Field> + use<> {
        children(&self.0)
    }
}

impl MapFor {
    pub fn loop_(&self) -> Option<Loop> {
        child(&self.0)
    }

    pub fn key(&self) -> Option<Expression> {
        child(&self.0)
    }

    pub fn value(&self) -> Option<Expression> {
        children(&self.0).nth(1)
    }
}

impl With {
    pub fn base(&self) -> Option<Expression> {
        child(&self.0)
    }

    pub fn changes(&self) -> Option<Body> {
        child(&self.0)
    }
}

impl Parenthesized {
    pub fn inner(&self) -> Option<Expression> {
        child(&self.0)
    }
}
