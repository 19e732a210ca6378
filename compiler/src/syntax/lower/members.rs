//! The members of bodies and the fields of records, with the loops and conditions of blocks.

use super::*;
use crate::hir::{Binders, FieldOperator, Loop, Member, RecordField, StringPart};

impl Lowering<'_> {
    pub(super) fn members(&mut self, id: u32) -> Vec<Member> {
        let mut members = Vec::with_capacity(self.children(id).count());
        for (child, node) in self.children(id) {
            match node.kind {
                Kind::Field => members.push(self.field(child, node)),
                Kind::Block => members.push(self.block(child, node)),
                _ => {}
            }
        }
        members
    }

    fn field(&mut self, id: u32, node: Node) -> Member {
        let name = self.member_name(id);
        let operator = self.children(id).next().and_then(|(_, name)| self.token_kind(name.tokens.1));
        let operator = if operator == Some(Kind::PlusEquals) { FieldOperator::Append } else { FieldOperator::Set };
        let value = self.value_of(id);
        Member::Field { docs: self.docs(node), name, operator, value, range: self.range(node) }
    }

    fn block(&mut self, id: u32, node: Node) -> Member {
        let word = self.member_name(id);
        let children: Vec<(u32, Node)> = self.children(id).collect();
        let label = children.iter().skip(1).find(|(_, node)| matches!(node.kind, Kind::DeclaredName | Kind::StringLiteral));
        let label = label.map(|(label, node)| match node.kind {
            Kind::StringLiteral => self.expression(*label),
            _ => {
                let name = self.name_or_empty(*label);
                self.item.add_expr(Expr::String(vec![StringPart::Text(name.text)]), name.range)
            }
        });
        let body = children.iter().rev().find(|(_, node)| matches!(node.kind, Kind::Body | Kind::MissingExpression));
        let (loop_, condition) = (self.loop_of(id), self.condition_of(id));
        let range = self.range(node);
        let body = match body {
            Some((body, _)) => self.expression(*body),
            None => self.missing(TextRange::empty(range.end())),
        };
        Member::Block { docs: self.docs(node), word, label, loop_, condition, body, range }
    }

    pub(super) fn record_fields(&mut self, id: u32) -> Vec<RecordField> {
        let mut fields = Vec::with_capacity(self.children(id).count());
        for (child, node) in self.children(id) {
            match node.kind {
                Kind::Field => fields.push(RecordField { name: self.member_name(child), value: self.value_of(child) }),
                Kind::Block => {
                    let value = self.missing(self.range(node));
                    fields.push(RecordField { name: self.member_name(child), value });
                }
                _ => {}
            }
        }
        fields
    }

    /// The name or the text that a member starts with.
    fn member_name(&mut self, id: u32) -> Name {
        match self.children(id).next() {
            Some((name, node)) if node.kind == Kind::StringLiteral => self.plain_string(name),
            Some((name, _)) => self.name_or_empty(name),
            None => Name { text: SmolStr::default(), range: self.range(self.parsed.node(id)) },
        }
    }

    /// The value of a field: what stands after its name.
    fn value_of(&mut self, id: u32) -> ExprId {
        match self.children(id).nth(1) {
            Some((value, node)) if node.kind.is_expression() => self.expression(value),
            _ => {
                let end = self.range(self.parsed.node(id)).end();
                self.missing(TextRange::empty(end))
            }
        }
    }

    pub(super) fn loop_of(&mut self, id: u32) -> Option<Loop> {
        let loop_ = self.child(id, |kind| kind == Kind::Loop)?;
        let mut binders = self.children(loop_).filter(|(_, node)| node.kind == Kind::DeclaredName);
        let first = binders.next().map(|(first, _)| self.name_or_empty(first));
        let second = binders.next().map(|(second, _)| self.name_or_empty(second));
        let range = self.range(self.parsed.node(loop_));
        let first = first.unwrap_or(Name { text: SmolStr::default(), range });
        Some(Loop { binders: Binders { first, second }, iterable: self.expression_in(loop_) })
    }

    pub(super) fn condition_of(&mut self, id: u32) -> Option<ExprId> {
        let condition = self.child(id, |kind| kind == Kind::Condition)?;
        Some(self.expression_in(condition))
    }
}
