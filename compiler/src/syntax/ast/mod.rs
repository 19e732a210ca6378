//! A typed view of the lossless tree: what a node's parts are called.
//!
//! Views hold nothing and check nothing; any part may be missing. Checking works on `hir`, not on these.

mod expressions;
mod items;
mod members;
mod type_expressions;

pub use expressions::{
    Argument, Binary, Call, Expression, FieldAccess, IfExpression, IndexAccess, Interpolation, List, ListFor, Literal, MapFor,
    MatchArm, MatchExpression, NameReference, Parenthesized, Record, StringLiteral, Unary, With,
};
pub use items::{Decl, Enforce, Fn, Import, ImportAt, Item, Let, Parameter, Parameters, Policy, Project, Test, TypeItem};
pub use members::{Block, Body, Condition, Field, Loop, Member, Name};
pub use rowan::ast::AstNode;
pub use type_expressions::{Type, TypeField, TypeRecord};

use super::kind::Kind;
use super::tree::{Coder, SyntaxNode, SyntaxToken};

/// Views of one kind of node each.
macro_rules! nodes {
    ($($(#[$doc:meta])* $name:ident = $kind:ident,)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            pub struct $name(pub(super) $crate::syntax::SyntaxNode);

            impl rowan::ast::AstNode for $name {
                type Language = $crate::syntax::Coder;

                fn can_cast(kind: $crate::syntax::Kind) -> bool {
                    kind == $crate::syntax::Kind::$kind
                }

                fn cast(node: $crate::syntax::SyntaxNode) -> Option<$name> {
                    Self::can_cast(node.kind()).then_some($name(node))
                }

                fn syntax(&self) -> &$crate::syntax::SyntaxNode {
                    &self.0
                }
            }
        )*
    };
}

/// Views of one of several.
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident = $($view:ident)|+,)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            pub enum $name {
                $($view($view),)+
            }

            impl rowan::ast::AstNode for $name {
                type Language = $crate::syntax::Coder;

                fn can_cast(kind: $crate::syntax::Kind) -> bool {
                    $($view::can_cast(kind))||+
                }

                fn cast(node: $crate::syntax::SyntaxNode) -> Option<$name> {
                    $(if $view::can_cast(node.kind()) {
                        return $view::cast(node).map($name::$view);
                    })+
                    None
                }

                fn syntax(&self) -> &$crate::syntax::SyntaxNode {
                    match self {
                        $($name::$view(view) => view.syntax(),)+
                    }
                }
            }
        )*
    };
}

use {choices, nodes};

fn child<N: AstNode<Language = Coder>>(node: &SyntaxNode) -> Option<N> {
    node.children().find_map(N::cast)
}

fn children<N: AstNode<Language = Coder>>(node: &SyntaxNode) -> impl Iterator<Item = N> + use<N> {
    node.children().filter_map(N::cast)
}

fn token(node: &SyntaxNode, kind: Kind) -> Option<SyntaxToken> {
    node.children_with_tokens().filter_map(|element| element.into_token()).find(|token| token.kind() == kind)
}

/// The documentation comments that stand directly in a node.
fn docs(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> + use<> {
    node.children_with_tokens().filter_map(|element| element.into_token()).filter(|token| token.kind() == Kind::DocComment)
}
