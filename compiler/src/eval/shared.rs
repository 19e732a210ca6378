//! The parts of a template's body that are the same in all its instances: evaluated once, and shared by them.
//!
//! Only what evaluates without a mistake is shared; the rest is evaluated for each instance, and reported there.

use rustc_hash::FxHashMap;

use super::code::Frame;
use super::expected::arm;
use super::{Interpreter, Value};
use crate::db::{Db, ItemId, item_tree};
use crate::hir::{Decl, DeclBody, Definition, Expr, ExprId, Item, Member, StringPart};
use crate::names::{Meanings, Resolution, meanings};
use crate::types::{self, RecordTy, Ty, block_field};

/// The values of the largest expressions in the body of a template, or of a declaration with a loop, that name nothing bound in
/// it, each as what its place expects. The declaration is without errors.
pub(super) fn shared_values(db: &dyn Db, item: ItemId) -> FxHashMap<ExprId, Value> {
    let data = &item_tree(db, item).item;
    let Definition::Decl(Decl { kind, body: DeclBody::Block(body), .. }) = &data.definition else {
        return FxHashMap::default();
    };
    let mut run = Interpreter::new(db, item);
    let frame = run.frame(item);
    let mut search = Search { item: data, meanings: meanings(db, item), run, frame, found: FxHashMap::default() };
    let Expr::Body(members) = data.expr(*body) else { return FxHashMap::default() };
    search.inside(*body, &Ty::Record(types::body_schema(db, *kind, members)));
    search.found
}

struct Search<'db> {
    item: &'db Item,
    meanings: &'db Meanings,
    run: Interpreter<'db>,
    frame: Frame<'db>,
    found: FxHashMap<ExprId, Value>,
}

impl Search<'_> {
    /// Shares an expression where `ty` is expected, or what can be shared of its parts.
    fn expression(&mut self, expr: ExprId, ty: &Ty) {
        if !self.is_closed(expr) {
            return self.inside(expr, ty.present().base());
        }
        let value = self.run.expr_as(&mut self.frame, expr, ty);
        let mistakes = std::mem::take(&mut self.run.diagnostics);
        if mistakes.is_empty() && !self.run.stopped && !value.is_error() {
            self.found.insert(expr, value);
        }
    }

    /// The parts that the evaluator gives an expected type to, in the same way.
    fn inside(&mut self, expr: ExprId, target: &Ty) {
        let item = self.item;
        match item.expr(expr) {
            Expr::Body(members) => match arm(target, |arm| matches!(arm, Ty::Record(_) | Ty::Map(_))) {
                Some(Ty::Record(record)) => members.iter().for_each(|member| self.member(member, record)),
                Some(Ty::Map(entry)) => {
                    for member in members {
                        if let Member::Field { value, .. } = member {
                            self.expression(*value, entry);
                        }
                    }
                }
                _ => {}
            },
            Expr::Record(fields) => match arm(target, |arm| matches!(arm, Ty::Map(_) | Ty::Record(_))) {
                Some(Ty::Map(entry)) => fields.iter().for_each(|field| self.expression(field.value, entry)),
                Some(Ty::Record(record)) => {
                    for field in fields {
                        if let Some(declared) = record.field(&field.name.text) {
                            self.expression(field.value, &declared.ty);
                        }
                    }
                }
                _ => {}
            },
            Expr::List(elements) => {
                if let Some(Ty::List(element)) = arm(target, |arm| matches!(arm, Ty::List(_))) {
                    elements.iter().for_each(|value| self.expression(*value, element));
                }
            }
            _ => {}
        }
    }

    fn member(&mut self, member: &Member, record: &RecordTy) {
        match member {
            Member::Field { name, value, .. } => {
                if let Some(declared) = record.field(&name.text) {
                    self.expression(*value, &declared.ty);
                }
            }
            Member::Block { word, label, body, .. } => {
                let Some(field) = block_field(record, &word.text, label.is_some()) else { return };
                match (field.ty.present().base(), label) {
                    (Ty::Map(entry), Some(_)) => self.expression(*body, entry),
                    (_, Some(_)) => {}
                    (_, None) => self.expression(*body, field.ty.present()),
                }
            }
        }
    }

    /// Whether an expression names nothing that is bound in the declaration.
    fn is_closed(&self, expr: ExprId) -> bool {
        let all = |expressions: &[ExprId]| expressions.iter().all(|expr| self.is_closed(*expr));
        match self.item.expr(expr) {
            Expr::Bool(_) | Expr::None | Expr::Int(_) | Expr::Float(_) | Expr::Quantity { .. } => true,
            Expr::String(parts) => parts.iter().all(|part| match part {
                StringPart::Text(_) => true,
                StringPart::Expr(expr) => self.is_closed(*expr),
            }),
            Expr::Name(_) => self.is_global(expr),
            Expr::Field { base, .. } => self.is_global(expr) || self.is_closed(*base),
            Expr::Index { base, index } => all(&[*base, *index]),
            Expr::Call { callee, arguments } => {
                self.is_closed(*callee) && arguments.iter().all(|argument| self.is_closed(argument.value))
            }
            Expr::Unary { operand, .. } => self.is_closed(*operand),
            Expr::Binary { left, right, .. } => all(&[*left, *right]),
            Expr::If { condition, then, otherwise } => all(&[*condition, *then, *otherwise]),
            Expr::List(elements) => all(elements),
            Expr::Record(fields) => fields.iter().all(|field| self.is_closed(field.value)),
            Expr::Body(members) => members.iter().all(|member| match member {
                Member::Field { value, .. } => self.is_closed(*value),
                Member::Block { label, loop_: None, condition: None, body, .. } => {
                    label.is_none_or(|label| self.is_closed(label)) && self.is_closed(*body)
                }
                Member::Block { .. } => false,
            }),
            // These bind names, or are found in no template.
            _ => false,
        }
    }

    fn is_global(&self, expr: ExprId) -> bool {
        self.meanings.get(expr).is_some_and(|meaning| {
            meaning.shadowed_by.is_none() && matches!(meaning.resolution, Resolution::Item(_) | Resolution::Builtin(_))
        })
    }
}
