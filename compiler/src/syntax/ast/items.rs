//! Top-level declarations.

use rowan::ast::AstNode;

use super::{Body, Condition, Expression, Loop, Name, StringLiteral, Type, child, children, choices, docs, nodes, token};
use crate::syntax::{Kind, SyntaxNode, SyntaxToken};

nodes! {
    Import = ItemImport,
    /// `at tag "v1"`
    ImportAt = ImportAt,
    Let = ItemLet,
    TypeItem = ItemType,
    Fn = ItemFn,
    /// An `image` or an `environment`.
    Decl = ItemDecl,
    Project = ItemProject,
    Policy = ItemPolicy,
    Enforce = ItemEnforce,
    Test = ItemTest,
    Parameters = Parameters,
    Parameter = Parameter,
}

choices! {
    /// One top-level declaration.
    Item = Import | Let | TypeItem | Fn | Decl | Project | Policy | Enforce | Test,
}

impl Item {
    /// The declaration in an item's tree; `None` where the text is none.
    pub fn of(root: &SyntaxNode) -> Option<Item> {
        child(root)
    }

    pub fn name(&self) -> Option<Name> {
        child(self.syntax())
    }

    pub fn private(&self) -> Option<SyntaxToken> {
        token(self.syntax(), Kind::PrivateKeyword)
    }

    /// The `///` comments before it.
    pub fn docs(&self) -> impl Iterator<Item = SyntaxToken> + use<> {
        docs(self.syntax())
    }

    /// The first word that is not `private`.
    pub fn keyword(&self) -> Option<SyntaxToken> {
        let tokens = self.syntax().children_with_tokens().filter_map(|element| element.into_token());
        tokens.into_iter().find(|token| token.kind().is_keyword() && token.kind() != Kind::PrivateKeyword)
    }
}

impl Import {
    pub fn url(&self) -> Option<StringLiteral> {
        child(&self.0)
    }

    pub fn at(&self) -> Option<ImportAt> {
        child(&self.0)
    }

    pub fn alias(&self) -> Option<Name> {
        child(&self.0)
    }
}

impl ImportAt {
    pub fn name(&self) -> Option<StringLiteral> {
        child(&self.0)
    }
}

impl Let {
    pub fn type_(&self) -> Option<Type> {
        child(&self.0)
    }

    pub fn value(&self) -> Option<Expression> {
        child(&self.0)
    }
}

impl TypeItem {
    pub fn type_(&self) -> Option<Type> {
        child(&self.0)
    }
}

impl Fn {
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> + use<> {
        child::<Parameters>(&self.0).into_iter().flat_map(|list| children(&list.0))
    }

    pub fn result(&self) -> Option<Type> {
        child(&self.0)
    }

    pub fn body(&self) -> Option<Expression> {
        child(&self.0)
    }
}

impl Decl {
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> + use<> {
        child::<Parameters>(&self.0).into_iter().flat_map(|list| children(&list.0))
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

    /// What stands after `=`, in place of a body.
    pub fn value(&self) -> Option<Expression> {
        child(&self.0)
    }
}

impl Project {
    pub fn body(&self) -> Option<Body> {
        child(&self.0)
    }
}

impl Enforce {
    pub fn policy(&self) -> Option<Expression> {
        child(&self.0)
    }
}

impl Parameter {
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
