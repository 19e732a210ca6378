//! Whether a declaration is well typed, and the type of what it declares.
//!
//! Bidirectional: what is expected goes down into literals, bodies and arms, so that a mistake is reported where it was typed.
//! Whatever was reported has the type `Error`, which fits everything.

mod bodies;
mod builtins;
mod calls;
mod collections;
mod declarations;
mod expressions;
mod misfits;
mod operators;
mod paths;
mod scalars;
mod type_exprs;

pub(crate) use paths::owner_with_article;

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Misfit, Ty, assign};
use crate::db::{Db, ItemId, ItemTree, Package, item_tree};
use crate::diagnostics::Diagnostic;
use crate::hir::{Expr, ExprId, Item};
use crate::names::{Meanings, meanings};
use crate::text::{Place, TextRange};

/// What the check of a declaration yields.
#[derive(Debug, PartialEq)]
pub struct Inference {
    /// The type of a `let`'s value; `Error` for what has no value.
    pub ty: Ty,
    pub diagnostics: Vec<Diagnostic>,
}

#[salsa::tracked(cycle_result = cyclic)]
pub fn infer(db: &dyn Db, item: ItemId) -> Arc<Inference> {
    let mut checker = Checker::new(db, item, item_tree(db, item));
    let ty = checker.definition();
    Arc::new(Inference { ty, diagnostics: checker.diagnostics })
}

fn cyclic(_: &dyn Db, _: salsa::Id, _: ItemId) -> Arc<Inference> {
    Arc::new(Inference { ty: Ty::Error, diagnostics: Vec::new() })
}

/// The type of every expression of a declaration, by index: for an editor, made anew at each call.
pub fn hover(db: &dyn Db, item: ItemId) -> Vec<Option<Ty>> {
    let tree = item_tree(db, item);
    let mut checker = Checker::new(db, item, tree);
    checker.recorded = Some(vec![None; tree.item.exprs.len()]);
    checker.definition();
    checker.recorded.unwrap_or_default()
}

/// The names bound around an expression, the innermost last, with their types: for completion.
pub fn locals_at(db: &dyn Db, item: ItemId, offset: crate::text::TextSize) -> Vec<(SmolStr, Ty)> {
    let mut checker = Checker::new(db, item, item_tree(db, item));
    checker.wanted_locals = Some((offset, Vec::new()));
    checker.definition();
    checker.wanted_locals.map(|(_, locals)| locals).unwrap_or_default()
}

struct Checker<'db> {
    db: &'db dyn Db,
    id: ItemId,
    package: Package,
    item: &'db Item,
    meanings: &'db Meanings,
    locals: Vec<(SmolStr, Ty)>,
    diagnostics: Vec<Diagnostic>,
    recorded: Option<Vec<Option<Ty>>>,
    wanted_locals: Option<(crate::text::TextSize, Vec<(SmolStr, Ty)>)>,
}

impl<'db> Checker<'db> {
    fn new(db: &'db dyn Db, id: ItemId, tree: &'db ItemTree) -> Checker<'db> {
        Checker {
            db,
            id,
            package: id.package(db),
            item: &tree.item,
            meanings: meanings(db, id),
            locals: Vec::new(),
            diagnostics: Vec::new(),
            recorded: None,
            wanted_locals: None,
        }
    }

    fn place(&self, range: TextRange) -> Place {
        self.id.place(range)
    }

    fn expr_place(&self, expr: ExprId) -> Place {
        self.place(self.item.expr_range(expr))
    }

    fn report(&mut self, diagnostic: Diagnostic) -> Ty {
        self.diagnostics.push(diagnostic);
        Ty::Error
    }

    fn record(&mut self, expr: ExprId, ty: &Ty) {
        if let Some(recorded) = &mut self.recorded {
            recorded[expr.raw()] = Some(ty.clone());
        }
        if let Some((offset, locals)) = &mut self.wanted_locals
            && self.item.expr_range(expr).contains_inclusive(*offset)
            && locals.len() <= self.locals.len()
        {
            *locals = self.locals.clone();
        }
    }

    /// Checks `expr` where `expected` must stand.
    fn check(&mut self, expr: ExprId, expected: &Ty) {
        self.check_as(expr, expected, None);
    }

    /// As `check`; `field` names the field it is given to, for the message.
    fn check_as(&mut self, expr: ExprId, expected: &Ty, field: Option<&str>) {
        if self.push_down(expr, expected) {
            self.record(expr, expected);
            return;
        }
        let found = self.infer(expr, Some(expected));
        if let Err(misfit) = assign(&found, expected) {
            self.misfit(expr, &found, expected, &misfit, field);
        }
    }

    fn misfit(&mut self, expr: ExprId, found: &Ty, expected: &Ty, misfit: &Misfit, field: Option<&str>) {
        let place = self.expr_place(expr);
        let source = match self.item.expr(expr) {
            Expr::Int(Some(number)) => Some(number.to_string()),
            Expr::Float(number) => Some(number.to_string()),
            Expr::String(_) => self.plain_text(expr).map(|text| text.to_string()),
            _ => None,
        };
        let diagnostic = misfits::diagnostic(place, found, expected, misfit, field, source.as_deref());
        self.report(diagnostic);
    }

    /// The text of a string literal without interpolation.
    fn plain_text(&self, expr: ExprId) -> Option<SmolStr> {
        match self.item.expr(expr) {
            Expr::String(parts) => match &parts[..] {
                [] => Some(SmolStr::default()),
                [crate::hir::StringPart::Text(text)] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    fn local(&self, name: &str) -> Option<&Ty> {
        self.locals.iter().rev().find(|(local, _)| local == name).map(|(_, ty)| ty)
    }
}
