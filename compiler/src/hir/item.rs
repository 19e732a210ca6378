//! Top-level declarations.

use super::expr::ExprNode;
use super::type_expr::TypeNode;
use super::{Arena, Expr, ExprId, Loop, Name, SmolStr, TypeExpr, TypeId};
use crate::text::TextRange;

/// One top-level declaration and everything it owns.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The `///` text, one line a line, without the slashes and one space.
    pub docs: Option<SmolStr>,
    /// The range of `private`, where it stands.
    pub private: Option<TextRange>,
    /// What is declared; the name of an import is its alias, that of a `test` its text. `None` for `project`, `enforce`, and
    /// where the name is missing.
    pub name: Option<Name>,
    /// Keyword to end.
    pub range: TextRange,
    pub definition: Definition,
    /// Imports that a YAML template makes by naming `github:`; empty in `.coder`. Named after the repository's last part.
    pub imports: Vec<ImportDecl>,
    pub exprs: Arena<ExprNode>,
    pub types: Arena<TypeNode>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Definition {
    /// Rubbish between items; already reported.
    Error,
    Import(ImportDecl),
    Let {
        type_: Option<TypeId>,
        value: ExprId,
    },
    Type(TypeId),
    Fn {
        params: Vec<Param>,
        result: TypeId,
        body: ExprId,
    },
    Decl(Decl),
    Project {
        body: ExprId,
    },
    Policy {
        params: Vec<Param>,
        rules: Vec<Rule>,
    },
    Enforce(ExprId),
    Test(Vec<TestStatement>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportDecl {
    /// As typed: a URL, `owner/name`, or a path that starts with `./` or `../`.
    pub url: Name,
    pub at: Option<ImportAt>,
    pub alias: Name,
    /// Its syntax is wrong, which was reported: it names no package, and nobody is asked for one.
    pub broken: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImportAt {
    pub kind: AtKind,
    pub name: Name,
    /// From `at` (or `branch`, `tag`, `commit`) to the end of the string.
    pub range: TextRange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AtKind {
    Any,
    Branch,
    Tag,
    Commit,
}

/// An `image` or an `environment`.
#[derive(Clone, Debug, PartialEq)]
pub struct Decl {
    pub kind: DeclKind,
    /// `Some` makes it a template, also when the list is empty.
    pub params: Option<Vec<Param>>,
    pub loop_: Option<Loop>,
    pub condition: Option<ExprId>,
    pub body: DeclBody,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeclKind {
    Image,
    Environment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeclBody {
    /// An [`Expr::Body`].
    Block(ExprId),
    /// `= expr`.
    Expr(ExprId),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    pub name: Name,
    pub type_: TypeId,
    pub default: Option<ExprId>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    Let { name: Name, type_: Option<TypeId>, value: ExprId },
    Require { condition: ExprId, message: ExprId, range: TextRange },
    For { loop_: Loop, condition: Option<ExprId>, rules: Vec<Rule> },
    If { condition: ExprId, rules: Vec<Rule> },
}

#[derive(Clone, Debug, PartialEq)]
pub enum TestStatement {
    Let { name: Name, type_: Option<TypeId>, value: ExprId },
    Assert { condition: ExprId, range: TextRange },
}

impl Item {
    /// An empty item around `definition`, to be filled by a front end.
    pub fn new(range: TextRange) -> Item {
        Item {
            docs: None,
            private: None,
            name: None,
            range,
            definition: Definition::Error,
            imports: Vec::new(),
            exprs: Arena::default(),
            types: Arena::default(),
        }
    }

    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id].expr
    }

    pub fn expr_range(&self, id: ExprId) -> TextRange {
        self.exprs[id].range
    }

    pub fn type_expr(&self, id: TypeId) -> &TypeExpr {
        &self.types[id].type_expr
    }

    pub fn type_range(&self, id: TypeId) -> TextRange {
        self.types[id].range
    }

    pub fn add_expr(&mut self, expr: Expr, range: TextRange) -> ExprId {
        self.exprs.alloc(ExprNode { expr, range })
    }

    pub fn add_type(&mut self, type_expr: TypeExpr, range: TextRange) -> TypeId {
        self.types.alloc(TypeNode { type_expr, range })
    }
}

impl DeclKind {
    /// The keyword, which is also how a reference names the kind.
    pub fn word(self) -> &'static str {
        match self {
            DeclKind::Image => "image",
            DeclKind::Environment => "environment",
        }
    }
}
