//! Evaluation where a type is expected: what is expected goes down into literals and arms, so that each part is checked where
//! it was written, and nothing is built twice.

use super::code::Frame;
use super::{Interpreter, Value};
use crate::hir::{BinaryOperator, Expr, ExprId, TypeId};
use crate::types::{Ty, type_of};

impl<'db> Interpreter<'db> {
    /// The value of a `let`, whose type may be written.
    pub fn typed(&mut self, frame: &mut Frame<'db>, type_: Option<TypeId>, value: ExprId) -> Value {
        match type_ {
            Some(type_) => self.expr_as(frame, value, &type_of(self.db, frame.code.id, type_)),
            None => self.expr(frame, value),
        }
    }

    /// The value of an expression as one of type `ty`.
    pub fn expr_as(&mut self, frame: &mut Frame<'db>, id: ExprId, ty: &Ty) -> Value {
        let item = frame.item();
        let place = frame.expr_place(id);
        if let Some(shared) = frame.code.shared.as_ref().and_then(|shared| shared.get(&id)) {
            return if self.steps(1, place) { shared.clone() } else { Value::error(place) };
        }
        match item.expr(id) {
            Expr::Scalar(scalar) => match super::scalar::as_type(scalar, ty) {
                Some(data) => self.coerce(Value::new(data, place), ty, place),
                None => Value::error(place),
            },
            Expr::If { .. } | Expr::Match { .. } | Expr::Binary { operator: BinaryOperator::OrElse, .. } => {
                if !self.steps(1, place) {
                    return Value::error(place);
                }
                self.nested(place, |this| this.branch_as(frame, id, ty))
            }
            Expr::List(_) | Expr::ListFor { .. } | Expr::Record(_) | Expr::MapFor { .. } | Expr::Body(_) => {
                if !self.steps(1, place) {
                    return Value::error(place);
                }
                let value = self.nested(place, |this| this.literal_as(frame, id, ty));
                self.refine(value, ty, place)
            }
            _ => {
                let value = self.expr(frame, id);
                self.coerce(value, ty, place)
            }
        }
    }

    fn branch_as(&mut self, frame: &mut Frame<'db>, id: ExprId, ty: &Ty) -> Value {
        let item = frame.item();
        let place = frame.expr_place(id);
        match item.expr(id) {
            Expr::If { condition, then, otherwise } => match self.truth(frame, *condition) {
                Some(true) => self.expr_as(frame, *then, ty),
                Some(false) => self.expr_as(frame, *otherwise, ty),
                None => Value::error(place),
            },
            Expr::Match { scrutinee, arms } => match self.matching_arm(frame, *scrutinee, arms) {
                Some(arm) => self.expr_as(frame, arm, ty),
                None => Value::error(place),
            },
            Expr::Binary { left, right, .. } => {
                let value = self.expr_as(frame, *left, &Ty::option(ty.clone()));
                if matches!(value.data, super::Data::None) { self.expr_as(frame, *right, ty) } else { value }
            }
            _ => Value::error(place),
        }
    }

    fn literal_as(&mut self, frame: &mut Frame<'db>, id: ExprId, ty: &Ty) -> Value {
        let item = frame.item();
        let place = frame.expr_place(id);
        let target = ty.present().base();
        match item.expr(id) {
            Expr::List(elements) => match arm(target, |arm| matches!(arm, Ty::List(_))) {
                Some(Ty::List(element)) => {
                    let items = elements.iter().map(|value| self.expr_as(frame, *value, element)).collect();
                    self.list(items, place)
                }
                _ => self.free_literal(frame, id, target),
            },
            Expr::ListFor { loop_, condition, element } => match arm(target, |arm| matches!(arm, Ty::List(_))) {
                Some(Ty::List(wanted)) => {
                    self.list_for(frame, loop_, *condition, place, |this, frame| this.expr_as(frame, *element, wanted))
                }
                _ => self.free_literal(frame, id, target),
            },
            Expr::MapFor { loop_, condition, key, value } => match arm(target, |arm| matches!(arm, Ty::Map(_))) {
                Some(Ty::Map(wanted)) => {
                    self.map_for(frame, loop_, *condition, *key, wanted, place, |this, frame| this.expr_as(frame, *value, wanted))
                }
                _ => self.free_literal(frame, id, target),
            },
            Expr::Record(fields) => match arm(target, |arm| matches!(arm, Ty::Map(_) | Ty::Record(_))) {
                Some(Ty::Map(entry)) => {
                    let made = self.record_fields(frame, fields, |this, frame, field| this.expr_as(frame, field.value, entry));
                    self.record(made, Some(Ty::Map(entry.clone())), place)
                }
                Some(whole @ Ty::Record(_)) => self.record_as(frame, fields, whole, place),
                _ => self.free_literal(frame, id, target),
            },
            Expr::Body(members) => self.body_as(frame, members, target, place),
            _ => Value::error(place),
        }
    }

    /// A literal that fits no one part of what is expected: made by itself, then matched as a whole.
    fn free_literal(&mut self, frame: &mut Frame<'db>, id: ExprId, target: &Ty) -> Value {
        let place = frame.expr_place(id);
        let value = self.expr(frame, id);
        self.coerce(value, target, place)
    }
}

/// The expected type, or the one arm of an expected union, that this kind of literal can be.
pub(super) fn arm(target: &Ty, fits: impl Fn(&Ty) -> bool) -> Option<&Ty> {
    match target {
        Ty::Union(union) => {
            let mut arms = union.arms.iter().map(Ty::base).filter(|arm| fits(arm));
            arms.next().filter(|_| arms.next().is_none())
        }
        other => fits(other).then_some(other),
    }
}
