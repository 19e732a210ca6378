//! Why a condition does not hold: the comparison that decides it, and its sides.

use super::code::Frame;
use super::{Interpreter, Value};
use crate::hir::{BinaryOperator, Expr, ExprId};
use crate::text::Place;

/// A side of a comparison: where it is written and what it is.
pub(crate) type Side = (Place, Value);

impl<'db> Interpreter<'db> {
    /// The sides of the comparison that makes a condition false, if one does.
    pub(crate) fn deciding_comparison(&mut self, frame: &mut Frame<'db>, condition: ExprId) -> Option<(Side, Side)> {
        use BinaryOperator as Op;
        let item = frame.item();
        match item.expr(condition) {
            Expr::Binary { operator: Op::And, left, right, .. } => {
                let part = if self.truth(frame, *left) == Some(false) { *left } else { *right };
                self.deciding_comparison(frame, part)
            }
            Expr::Binary {
                operator: Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual,
                left,
                right,
                ..
            } => {
                let mut side = |expr: ExprId| (frame.expr_place(expr), self.expr(frame, expr));
                Some((side(*left), side(*right)))
            }
            _ => None,
        }
    }
}
