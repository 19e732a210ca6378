//! Bodies, their fields and blocks, and the loops and conditions of blocks.

use rowan::ast::AstNode;

use super::{Expression, StringLiteral, child, children, choices, docs, nodes, token};
use crate::syntax::{Kind, SyntaxToken};

nodes! {
    /// A name where it is declared, or after a `.`.
    Name = DeclaredName,
    /// `{ members }` of a declaration, a block or `with`.
    Body = Body,
    /// `name = value`
    Field = Field,
    /// `word name { members }`
    Block = Block,
    /// `for x in xs`
    Loop = Loop,
    /// `if c`
    Condition = Condition,
}

choices! {
    /// A line of a body.
    Member = Field | Block,
}

impl Name {
    pub fn text(&self) -> String {
        self.0.text().to_string()
    }
}

impl Body {
    pub fn members(&self) -> impl Iterator<Item = Member> + use<> {
        children(&self.0)
    }
}

impl Member {
    /// The `///` comments before it.
    pub fn docs(&self) -> impl Iterator<Item = SyntaxToken> + use<> {
        docs(self.syntax())
    }
}

impl Field {
    /// `None` where the name is a string.
    pub fn name(&self) -> Option<Name> {
        child(&self.0)
    }

    pub fn quoted_name(&self) -> Option<StringLiteral> {
        self.0.first_child().and_then(StringLiteral::cast)
    }

    pub fn equals(&self) -> Option<SyntaxToken> {
        token(&self.0, Kind::Equals).or_else(|| token(&self.0, Kind::PlusEquals))
    }

    pub fn value(&self) -> Option<Expression> {
        self.0.children().skip(1).find_map(Expression::cast)
    }
}

impl Block {
    pub fn word(&self) -> Option<Name> {
        child(&self.0)
    }

    pub fn label(&self) -> Option<Name> {
        children(&self.0).nth(1)
    }

    pub fn quoted_label(&self) -> Option<StringLiteral> {
        child(&self.0)
    }

    pub fn loop_(&self) -> Option<Loop> {
        child(&self.0)
    }

    pub fn condition(&self) -> Option<Condition> {
        child(&self.0)
    }

    pub fn body(&self) -> Option<Body> {
        child(&self.0)
    }
}

impl Loop {
    /// One or two names.
    pub fn binders(&self) -> impl Iterator<Item = Name> + use<> {
        children(&self.0)
    }

    pub fn iterable(&self) -> Option<Expression> {
        child(&self.0)
    }
}

impl Condition {
    pub fn condition(&self) -> Option<Expression> {
        child(&self.0)
    }
}
