//! Top-level declarations.

use super::*;
use crate::hir::{AtKind, Decl, DeclBody, DeclKind, ImportAt, ImportDecl, Param};

impl Lowering<'_> {
    pub(super) fn item(&mut self, root: u32) {
        let first = self.token_kind(0);
        self.item.private = (first == Some(Kind::PrivateKeyword)).then(|| self.tokens[0].range());
        let Some((id, node)) = self.children(root).find(|(_, node)| is_item(node.kind)) else { return };
        let keyword = node.tokens.0 + u32::from(self.item.private.is_some());
        let start = self.tokens.get(keyword as usize).map_or(0, |token| token.start);
        let end = self.range(self.parsed.node(root)).end();
        self.item.range = TextRange::new(TextSize::new(start), end);
        let name = self.child(id, |kind| kind == Kind::DeclaredName);
        self.item.name = name.and_then(|name| self.name(name));
        self.item.definition = match node.kind {
            Kind::ItemImport => Definition::Import(self.import(id)),
            Kind::ItemLet => {
                let type_ = self.child(id, Kind::is_type).map(|type_| self.type_expression(type_));
                Definition::Let { type_, value: self.expression_in(id) }
            }
            Kind::ItemType => Definition::Type(self.type_in(id)),
            Kind::ItemFn => {
                let params = self.parameters_of(id).unwrap_or_default();
                Definition::Fn { params, result: self.type_in(id), body: self.expression_in(id) }
            }
            Kind::ItemDecl => self.decl(id, keyword),
            Kind::ItemProject => Definition::Project { body: self.expression_in(id) },
            Kind::ItemPolicy => {
                self.quoted_name(id);
                let params = self.parameters_of(id).unwrap_or_default();
                Definition::Policy { params, rules: self.rules(id) }
            }
            Kind::ItemEnforce => Definition::Enforce(self.expression_in(id)),
            Kind::ItemTest => {
                if self.item.name.is_none() {
                    self.quoted_name(id);
                }
                Definition::Test(self.statements(id))
            }
            _ => Definition::Error,
        };
    }

    fn import(&mut self, id: u32) -> ImportDecl {
        let url = self.child(id, Kind::is_expression).map(|url| self.plain_string(url));
        let at = self.child(id, |kind| kind == Kind::ImportAt).map(|at| {
            let node = self.parsed.node(at);
            let kind = match self.token_kind(node.tokens.0 + 1) {
                Some(Kind::BranchKeyword) => AtKind::Branch,
                Some(Kind::TagKeyword) => AtKind::Tag,
                Some(Kind::CommitKeyword) => AtKind::Commit,
                _ => AtKind::Any,
            };
            let name = self.child(at, Kind::is_expression).map(|name| self.plain_string(name));
            let range = self.range(node);
            ImportAt { kind, name: name.unwrap_or(Name { text: SmolStr::default(), range }), range }
        });
        let range = TextRange::empty(self.item.range.start());
        let alias = self.item.name.clone().unwrap_or(Name { text: SmolStr::default(), range });
        ImportDecl { url: url.unwrap_or(Name { text: SmolStr::default(), range }), at, alias, broken: false }
    }

    fn decl(&mut self, id: u32, keyword: u32) -> Definition {
        let kind = match self.token_kind(keyword) {
            Some(Kind::ImageKeyword) => DeclKind::Image,
            _ => DeclKind::Environment,
        };
        let quoted = self.quoted_name(id);
        let params = self.parameters_of(id);
        let loop_ = self.loop_of(id);
        let condition = self.condition_of(id);
        let value = self.children(id).filter(|(child, node)| node.kind.is_expression() && Some(*child) != quoted).last();
        let body = match value {
            Some((body, node)) if node.kind == Kind::Body => DeclBody::Block(self.expression(body)),
            Some((value, _)) => DeclBody::Expr(self.expression(value)),
            None => DeclBody::Expr(self.missing(TextRange::empty(self.item.range.end()))),
        };
        Definition::Decl(Decl { kind, params, loop_, condition, body })
    }

    /// A name in quotes, which is one all the same; returns its node.
    fn quoted_name(&mut self, id: u32) -> Option<u32> {
        let (child, node) = self.children(id).next()?;
        if !matches!(node.kind, Kind::StringLiteral | Kind::Literal) || self.item.name.is_some() {
            return None;
        }
        self.item.name = Some(self.plain_string(child));
        Some(child)
    }

    fn parameters_of(&mut self, id: u32) -> Option<Vec<Param>> {
        let list = self.child(id, |kind| kind == Kind::Parameters)?;
        let parameters = self.children(list).filter(|(_, node)| node.kind == Kind::Parameter);
        Some(parameters.map(|(parameter, _)| self.parameter(parameter)).collect())
    }

    fn parameter(&mut self, id: u32) -> Param {
        let name = self.child(id, |kind| kind == Kind::DeclaredName).map(|name| self.name_or_empty(name));
        let range = self.range(self.parsed.node(id));
        let name = name.unwrap_or(Name { text: SmolStr::default(), range });
        let type_ = self.type_in(id);
        let default = self.child(id, Kind::is_expression).map(|default| self.expression(default));
        Param { name, type_, default }
    }
}

fn is_item(kind: Kind) -> bool {
    (Kind::ItemImport..=Kind::ItemTest).contains(&kind)
}
