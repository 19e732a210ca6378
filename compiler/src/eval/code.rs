//! A declaration that is being evaluated, and the names bound in it.

use std::rc::Rc;

use smol_str::SmolStr;

use super::Value;
use super::names::{Meaning, meanings};
use crate::db::{Db, ItemId, Package, item_tree};
use crate::hir::{ExprId, Item};
use crate::names::Resolution;
use crate::text::{Owner, Place, TextRange};
use crate::types::{self, FunctionTy, Signature};

/// All that evaluation needs to know of a declaration, looked up once.
pub(super) struct Code<'db> {
    pub id: ItemId,
    pub owner: Owner,
    pub package: Package,
    pub item: &'db Item,
    pub meanings: &'db [Meaning],
    /// Nothing is wrong with it, so that it may be evaluated.
    pub sound: bool,
    /// Of a function or a template.
    pub function: Option<&'db FunctionTy>,
}

impl<'db> Code<'db> {
    pub fn new(db: &'db dyn Db, id: ItemId) -> Code<'db> {
        let function = match types::signature(db, id) {
            Signature::Function(function) => Some(&**function),
            _ => None,
        };
        Code {
            id,
            owner: id.owner(),
            package: id.package(db),
            item: &item_tree(db, id).item,
            meanings: meanings(db, id),
            sound: !types::has_errors(db, id),
            function,
        }
    }
}

/// One evaluation of a declaration's body: where it stands and what is bound.
pub(crate) struct Frame<'db> {
    pub(super) code: Rc<Code<'db>>,
    pub(super) locals: Vec<(SmolStr, Value)>,
}

impl<'db> Frame<'db> {
    pub fn place(&self, range: TextRange) -> Place {
        Place { owner: self.code.owner, range }
    }

    pub fn expr_place(&self, expr: ExprId) -> Place {
        self.place(self.code.item.expr_range(expr))
    }

    pub fn item(&self) -> &'db Item {
        self.code.item
    }

    pub fn local(&self, name: &str) -> Option<&Value> {
        self.locals.iter().rev().find(|(local, _)| local == name).map(|(_, value)| value)
    }

    pub fn bind(&mut self, name: &SmolStr, value: Value) {
        self.locals.push((name.clone(), value));
    }

    /// How many names are bound, for [`Frame::unbind`].
    pub fn bound(&self) -> usize {
        self.locals.len()
    }

    /// Forgets the names that were bound since there were this many.
    pub fn unbind(&mut self, bound: usize) {
        self.locals.truncate(bound);
    }

    /// What a path of names refers to outside of the declaration's own bindings.
    pub(super) fn global(&self, expr: ExprId) -> Option<&'db Resolution> {
        let meanings: &'db [Meaning] = self.code.meanings;
        let meaning = &meanings[expr.raw()];
        match (&meaning.resolution, &meaning.shadowed_by) {
            (Resolution::Value, _) => None,
            (_, Some(head)) if self.local(head).is_some() => None,
            (resolution, _) => Some(resolution),
        }
    }
}
