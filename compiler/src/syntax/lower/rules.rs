//! The rules of policies and the statements of tests.

use super::*;
use crate::hir::{Rule, TestStatement};

impl Lowering<'_> {
    pub(super) fn rules(&mut self, id: u32) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (child, node) in self.children(id) {
            match node.kind {
                Kind::StatementLet => {
                    let (name, type_, value) = self.constant(child);
                    rules.push(Rule::Let { name, type_, value });
                }
                Kind::RuleRequire => {
                    let mut parts = self.children(child).filter(|(_, node)| node.kind.is_expression());
                    let (condition, message) = (parts.next(), parts.next());
                    let range = self.range(node);
                    let mut part = |part: Option<(u32, Node)>| match part {
                        Some((part, _)) => self.expression(part),
                        None => self.missing(TextRange::empty(range.end())),
                    };
                    rules.push(Rule::Require { condition: part(condition), message: part(message), range });
                }
                Kind::RuleFor => {
                    if let Some(loop_) = self.loop_of(child) {
                        let condition = self.condition_of(child);
                        rules.push(Rule::For { loop_, condition, rules: self.rules(child) });
                    }
                }
                Kind::RuleIf => {
                    if let Some(condition) = self.condition_of(child) {
                        rules.push(Rule::If { condition, rules: self.rules(child) });
                    }
                }
                _ => {}
            }
        }
        rules
    }

    pub(super) fn statements(&mut self, id: u32) -> Vec<TestStatement> {
        let mut statements = Vec::new();
        for (child, node) in self.children(id) {
            match node.kind {
                Kind::StatementLet => {
                    let (name, type_, value) = self.constant(child);
                    statements.push(TestStatement::Let { name, type_, value });
                }
                Kind::StatementAssert => {
                    let condition = self.expression_in(child);
                    statements.push(TestStatement::Assert { condition, range: self.range(node) });
                }
                _ => {}
            }
        }
        statements
    }

    fn constant(&mut self, id: u32) -> (Name, Option<TypeId>, ExprId) {
        let name = self.child(id, |kind| kind == Kind::DeclaredName).map(|name| self.name_or_empty(name));
        let name = name.unwrap_or(Name { text: SmolStr::default(), range: self.range(self.parsed.node(id)) });
        let type_ = self.child(id, Kind::is_type).map(|type_| self.type_expression(type_));
        (name, type_, self.expression_in(id))
    }
}
