//! Expressions.

use super::*;
use crate::hir::{Argument, Arm, BinaryOperator, StringPart, UnaryOperator};

impl Lowering<'_> {
    pub(super) fn expression(&mut self, id: u32) -> ExprId {
        let node = self.parsed.node(id);
        let range = self.range(node);
        let expr = match node.kind {
            Kind::NameReference => Expr::Name(SmolStr::new(&self.text[range])),
            Kind::Literal => self.literal(node),
            Kind::StringLiteral => Expr::String(self.string_parts(id, node)),
            Kind::FieldAccess => {
                let base = self.expression_in(id);
                let name = self.child(id, |kind| kind == Kind::DeclaredName);
                let name = name.map(|name| self.name_or_empty(name)).unwrap_or(Name { text: SmolStr::default(), range });
                let before = self.children(id).next().and_then(|(_, base)| self.token_kind(base.tokens.1));
                Expr::Field { base, name, optional: before == Some(Kind::QuestionDot) }
            }
            Kind::IndexAccess => {
                let [base, index] = self.expressions(id);
                Expr::Index { base, index }
            }
            Kind::Call => self.call(id),
            Kind::Unary => {
                let minus = self.token_kind(node.tokens.0) == Some(Kind::Minus);
                let operator = if minus { UnaryOperator::Negate } else { UnaryOperator::Not };
                Expr::Unary { operator, operand: self.expression_in(id) }
            }
            Kind::Binary => self.binary(id),
            Kind::IfExpression => {
                let condition = self.children(id).find(|(_, child)| child.kind.is_expression());
                let condition = condition.map(|(condition, _)| self.expression(condition));
                let mut arms = self.children(id).filter(|(_, child)| child.kind.is_expression()).skip(1);
                let (then, otherwise) = (arms.next(), arms.next());
                let condition = condition.unwrap_or_else(|| self.missing(range));
                let then = self.expression_or_missing(then, range);
                Expr::If { condition, then, otherwise: self.expression_or_missing(otherwise, range) }
            }
            // An arm that could not be read may be any: whether the others are enough cannot be told.
            Kind::MatchExpression if self.child(id, |kind| kind == Kind::Error).is_some() => Expr::Missing,
            Kind::MatchExpression => {
                let scrutinee = self.expression_in(id);
                let arms = self.children(id).filter(|(_, child)| child.kind == Kind::MatchArm);
                Expr::Match { scrutinee, arms: arms.map(|(arm, _)| self.arm(arm)).collect() }
            }
            Kind::List => {
                let elements = self.children(id).filter(|(_, child)| child.kind.is_expression());
                Expr::List(elements.map(|(element, _)| self.expression(element)).collect())
            }
            Kind::ListFor => match self.loop_of(id) {
                Some(loop_) => {
                    let condition = self.condition_of(id);
                    Expr::ListFor { loop_, condition, element: self.expression_in(id) }
                }
                None => Expr::Missing,
            },
            Kind::MapFor => match self.loop_of(id) {
                Some(loop_) => {
                    let condition = self.condition_of(id);
                    let [key, value] = self.expressions(id);
                    Expr::MapFor { loop_, condition, key, value }
                }
                None => Expr::Missing,
            },
            Kind::Record => Expr::Record(self.record_fields(id)),
            Kind::Body => Expr::Body(self.members(id)),
            Kind::With => {
                let base = self.expression_in(id);
                let body = self.children(id).last().filter(|(_, body)| body.kind == Kind::Body);
                Expr::With { base, members: body.map(|(body, _)| self.members(body)).unwrap_or_default() }
            }
            Kind::Parenthesized => return self.expression_in(id),
            _ => Expr::Missing,
        };
        self.item.add_expr(expr, range)
    }

    fn expression_or_missing(&mut self, node: Option<(u32, Node)>, range: TextRange) -> ExprId {
        match node {
            Some((id, _)) => self.expression(id),
            None => self.missing(TextRange::empty(range.end())),
        }
    }

    /// The first two expressions among a node's children.
    fn expressions(&mut self, id: u32) -> [ExprId; 2] {
        let range = self.range(self.parsed.node(id));
        let mut children = self.children(id).filter(|(_, child)| child.kind.is_expression());
        let (first, second) = (children.next(), children.next());
        [self.expression_or_missing(first, range), self.expression_or_missing(second, range)]
    }

    fn literal(&mut self, node: Node) -> Expr {
        let text = self.token_text(node.tokens.0);
        let digits = || text.chars().filter(|character| *character != '_');
        match self.token_kind(node.tokens.0) {
            Some(Kind::TrueKeyword) => Expr::Bool(true),
            Some(Kind::FalseKeyword) => Expr::Bool(false),
            Some(Kind::NoneKeyword) => Expr::None,
            Some(Kind::Int) => Expr::Int(digits().collect::<String>().parse().ok()),
            Some(Kind::Float) => digits().collect::<String>().parse().map_or(Expr::Missing, Expr::Float),
            Some(Kind::Quantity) => {
                let unit = text.find(|character: char| !matches!(character, '0'..='9' | '.' | '_')).unwrap_or(text.len());
                let number: String = text[..unit].chars().filter(|character| *character != '_').collect();
                Expr::Quantity { number: SmolStr::from(number), unit: SmolStr::new(&text[unit..]) }
            }
            Some(Kind::SingleQuoted) => Expr::String(vec![StringPart::Text(SmolStr::new(text.trim_matches('\'')))]),
            _ => Expr::Missing,
        }
    }

    fn call(&mut self, id: u32) -> Expr {
        let callee = self.expression_in(id);
        let arguments = self.children(id).filter(|(_, child)| child.kind == Kind::Argument);
        let arguments = arguments.map(|(argument, _)| {
            let name = self.child(argument, |kind| kind == Kind::DeclaredName).and_then(|name| self.name(name));
            Argument { name, value: self.expression_in(argument) }
        });
        Expr::Call { callee, arguments: arguments.collect() }
    }

    fn binary(&mut self, id: u32) -> Expr {
        let [left, right] = self.expressions(id);
        let mut operands = self.children(id);
        let from = operands.next().map_or(0, |(_, left)| left.tokens.1);
        let to = operands.next().map_or(from + 1, |(_, right)| right.tokens.0).max(from + 1);
        let (first, last) = (self.tokens[from as usize], self.tokens[to as usize - 1]);
        let operator_range = TextRange::new(first.range().start(), last.range().end());
        let operator = match (first.kind, to - from) {
            (Kind::QuestionQuestion, _) => BinaryOperator::OrElse,
            (Kind::PipePipe | Kind::OrKeyword, _) => BinaryOperator::Or,
            (Kind::AmpersandAmpersand | Kind::AndKeyword, _) => BinaryOperator::And,
            (Kind::BangEquals, _) => BinaryOperator::NotEqual,
            (Kind::Less, _) => BinaryOperator::Less,
            (Kind::LessEquals, _) => BinaryOperator::LessEqual,
            (Kind::Greater, 2) => BinaryOperator::GreaterEqual,
            (Kind::Greater, _) => BinaryOperator::Greater,
            (Kind::Plus, _) => BinaryOperator::Add,
            (Kind::Minus, _) => BinaryOperator::Subtract,
            (Kind::Star, _) => BinaryOperator::Multiply,
            (Kind::Slash, _) => BinaryOperator::Divide,
            (Kind::Percent, _) => BinaryOperator::Remainder,
            // `==`, and `=` in its place.
            _ => BinaryOperator::Equal,
        };
        Expr::Binary { operator, operator_range, left, right }
    }

    fn arm(&mut self, id: u32) -> Arm {
        let mut children = self.children(id);
        let (pattern, value) = (children.next(), children.next());
        let range = self.range(self.parsed.node(id));
        let pattern_range = pattern.map_or(range, |(_, node)| self.range(node));
        let pattern = pattern.filter(|(_, node)| node.kind != Kind::Wildcard).map(|(pattern, _)| self.expression(pattern));
        Arm { pattern, pattern_range, value: self.expression_or_missing(value, range) }
    }
}
