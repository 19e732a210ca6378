//! Types as written.

use rowan::ast::AstNode;

use super::{Expression, Name, child, children, nodes};
use crate::syntax::{Coder, Kind, SyntaxNode};

nodes! {
    /// `{ name: type }`
    TypeRecord = TypeRecord,
    /// `name: type = default`
    TypeField = TypeField,
}

/// Any type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type(SyntaxNode);

impl AstNode for Type {
    type Language = Coder;

    fn can_cast(kind: Kind) -> bool {
        kind.is_type()
    }

    fn cast(node: SyntaxNode) -> Option<Type> {
        node.kind().is_type().then_some(Type(node))
    }

    fn syntax(&self) -> &SyntaxNode {
        &self.0
    }
}

impl Type {
    /// The types it is made of: a union's arms, a list's elements.
    pub fn parts(&self) -> impl Iterator<Item = Type> + use<> {
        children(&self.0)
    }
}

impl TypeRecord {
    pub fn fields(&self) -> impl Iterator<Item = TypeField> + use<> {
        children(&self.0)
    }
}

impl TypeField {
    pub fn name(&self) -> Option<Name> {
        child(&self.0)
    }

    pub fn type_(&self) -> Option<Type> {
        child(&self.0)
    }

    pub fn default(&self) -> Option<Expression> {
        child(&self.0)
    }
}
