//! Unary and binary operators.

use super::Checker;
use crate::diagnostics::catalog;
use crate::hir::{BinaryOperator, Expr, ExprId, UnaryOperator};
use crate::text::TextRange;
use crate::types::{Checked, Ty, assign, join};

impl Checker<'_> {
    pub(super) fn unary(&mut self, expr: ExprId, operator: UnaryOperator, operand: ExprId) -> Ty {
        match operator {
            UnaryOperator::Not => {
                self.check(operand, &Ty::Bool);
                Ty::Bool
            }
            UnaryOperator::Negate => match self.infer(operand, None).base() {
                Ty::Int | Ty::Checked(Checked::Port) => Ty::Int,
                Ty::Float => Ty::Float,
                Ty::Error | Ty::Any => Ty::Error,
                other => {
                    let place = self.expr_place(expr);
                    self.report(catalog::operator_types::unary(place, "-", other))
                }
            },
        }
    }

    pub(super) fn binary(&mut self, expr: ExprId, operator: BinaryOperator, at: TextRange, left: ExprId, right: ExprId) -> Ty {
        use BinaryOperator as Op;
        match operator {
            Op::And | Op::Or => {
                self.check(left, &Ty::Bool);
                self.check(right, &Ty::Bool);
                Ty::Bool
            }
            Op::OrElse => {
                let first = self.infer(left, None);
                match first {
                    Ty::Option(inner) => {
                        let second = self.infer(right, Some(&inner));
                        self.joined((*inner).clone(), second, right, "the value before `??`")
                    }
                    Ty::None => self.infer(right, None),
                    Ty::Error | Ty::Any => {
                        self.infer(right, None);
                        Ty::Error
                    }
                    other => {
                        self.check(right, &other);
                        other
                    }
                }
            }
            _ => {
                let (first, second) = (self.infer(left, None), self.infer(right, None));
                if let Some(result) = result_of(operator, &first, &second) {
                    return result;
                }
                let place = self.expr_place(expr);
                let mut diagnostic = catalog::operator_types::binary(place, word(operator), &first, &second, self.place(at));
                if let (Ty::Bytes | Ty::Duration, Expr::Int(Some(number))) = (first.base(), self.item.expr(right)) {
                    let unit = if matches!(first.base(), Ty::Bytes) { "GB" } else { "s" };
                    diagnostic = diagnostic.help(format!("write the number with its unit: `{number}{unit}`"));
                }
                self.report(diagnostic)
            }
        }
    }
}

/// The type of `left operator right`, where there is such an operation.
fn result_of(operator: BinaryOperator, left: &Ty, right: &Ty) -> Option<Ty> {
    use BinaryOperator as Op;
    if matches!(left, Ty::Error | Ty::Any) || matches!(right, Ty::Error | Ty::Any) {
        return Some(match operator {
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder => Ty::Error,
            _ => Ty::Bool,
        });
    }
    match operator {
        Op::Equal | Op::NotEqual => comparable(left, right).then_some(Ty::Bool),
        Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => ordered(left, right).then_some(Ty::Bool),
        _ => arithmetic(operator, &plain(left), &plain(right)),
    }
}

/// Whether `==` can ever hold.
fn comparable(left: &Ty, right: &Ty) -> bool {
    let (plain_left, plain_right) = (plain(left), plain(right));
    join(left.clone(), right.clone()).is_some()
        || assign(&plain_left, &plain_right).is_ok()
        || assign(&plain_right, &plain_left).is_ok()
        || matches!((&plain_left, &plain_right), (Ty::Union(_), Ty::String(_)) | (Ty::String(_), Ty::Union(_)))
}

fn ordered(left: &Ty, right: &Ty) -> bool {
    let number = |ty: &Ty| matches!(ty, Ty::Int | Ty::Float);
    match (&plain(left), &plain(right)) {
        (left, right) if number(left) && number(right) => true,
        (Ty::Cpu, right) if number(right) => true,
        (left, Ty::Cpu) if number(left) => true,
        (Ty::Bytes, Ty::Bytes) | (Ty::Cpu, Ty::Cpu) | (Ty::Duration, Ty::Duration) | (Ty::String(_), Ty::String(_)) => true,
        _ => false,
    }
}

/// A refinement's or checked form's own type; unions of texts are strings.
fn plain(ty: &Ty) -> Ty {
    match ty.base() {
        Ty::Checked(Checked::Port) => Ty::Int,
        Ty::Checked(_) | Ty::Literal(_) => Ty::STRING,
        Ty::Union(union) if union.arms.iter().all(|arm| matches!(arm, Ty::Literal(_))) => Ty::STRING,
        other => other.clone(),
    }
}

fn arithmetic(operator: BinaryOperator, left: &Ty, right: &Ty) -> Option<Ty> {
    use BinaryOperator as Op;
    let amount = |ty: &Ty| matches!(ty, Ty::Bytes | Ty::Cpu | Ty::Duration);
    let number = |ty: &Ty| matches!(ty, Ty::Int | Ty::Float);
    match (operator, left, right) {
        (_, Ty::Int, Ty::Int) => Some(Ty::Int),
        (Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder, left, right) if number(left) && number(right) => {
            Some(Ty::Float)
        }
        (Op::Add, Ty::String(_), Ty::String(_)) => Some(Ty::STRING),
        (Op::Add, Ty::List(left), Ty::List(right)) => join((**left).clone(), (**right).clone()).map(Ty::list),
        (Op::Add | Op::Subtract, left, right) if amount(left) && left == right => Some(left.clone()),
        (Op::Add | Op::Subtract, Ty::Cpu, right) if number(right) => Some(Ty::Cpu),
        (Op::Add | Op::Subtract, left, Ty::Cpu) if number(left) => Some(Ty::Cpu),
        (Op::Multiply, left, right) if amount(left) && number(right) => Some(left.clone()),
        (Op::Multiply, left, right) if number(left) && amount(right) => Some(right.clone()),
        (Op::Divide, left, right) if amount(left) && number(right) => Some(left.clone()),
        (Op::Divide, left, right) if amount(left) && left == right => Some(Ty::Float),
        (Op::Remainder, left, right) if amount(left) && left == right => Some(left.clone()),
        _ => None,
    }
}

pub(super) fn word(operator: BinaryOperator) -> &'static str {
    use BinaryOperator as Op;
    match operator {
        Op::OrElse => "??",
        Op::Or => "||",
        Op::And => "&&",
        Op::Equal => "==",
        Op::NotEqual => "!=",
        Op::Less => "<",
        Op::LessEqual => "<=",
        Op::Greater => ">",
        Op::GreaterEqual => ">=",
        Op::Add => "+",
        Op::Subtract => "-",
        Op::Multiply => "*",
        Op::Divide => "/",
        Op::Remainder => "%",
    }
}
