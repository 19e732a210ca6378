//! A declaration that is being evaluated, and the names bound in it.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Value;
use super::shared::shared_values;
use crate::db::{Db, ItemId, ItemTree, Package, item_tree};
use crate::hir::{ExprId, Item};
use crate::names::{Meaning, Meanings, Resolution, meanings};
use crate::text::{Owner, Place, TextRange};
use crate::types::{self, FunctionTy, Signature};

/// All that evaluation needs to know of a declaration, looked up once.
#[derive(Clone)]
pub(super) struct Code<'db> {
    pub id: ItemId,
    pub owner: Owner,
    pub package: Package,
    pub item: &'db Item,
    pub meanings: &'db Meanings,
    /// Nothing is wrong with it, so that it may be evaluated.
    pub sound: bool,
    /// Of a function or a template.
    pub function: Option<&'db FunctionTy>,
    /// Of a template or a loop: what is the same in all instances.
    pub shared: Option<Arc<FxHashMap<ExprId, Value>>>,
}

impl<'db> Code<'db> {
    /// Of the declaration that is evaluated, whose parts are asked for once.
    pub fn own(db: &'db dyn Db, id: ItemId) -> Code<'db> {
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
            shared: None,
        }
    }

    /// Of a declaration that others call.
    pub fn called(db: &'db dyn Db, id: ItemId) -> Code<'db> {
        let program = program(db, id);
        Code {
            id,
            owner: id.owner(),
            package: id.package(db),
            item: &program.tree.item,
            meanings: &program.meanings,
            sound: program.sound,
            function: program.function.as_deref(),
            shared: Some(program.shared.clone()),
        }
    }
}

/// What each evaluation that calls a declaration asks of it, in one answer: many do.
#[derive(Debug, PartialEq)]
struct Program {
    tree: Arc<ItemTree>,
    meanings: Arc<Meanings>,
    sound: bool,
    function: Option<Arc<FunctionTy>>,
    shared: Arc<FxHashMap<ExprId, Value>>,
}

#[salsa::tracked(cycle_result = no_program)]
fn program(db: &dyn Db, item: ItemId) -> Program {
    let mut program = no_program(db, salsa::plumbing::AsId::as_id(&item), item);
    program.sound = !types::has_errors(db, item);
    if let Signature::Function(function) = types::signature(db, item) {
        program.function = Some(function.clone());
    }
    if program.sound {
        program.shared = Arc::new(shared_values(db, item));
    }
    program
}

/// What needs itself is reported before anything is evaluated; this only keeps the query total.
fn no_program(db: &dyn Db, _: salsa::Id, item: ItemId) -> Program {
    Program {
        tree: item_tree(db, item).clone(),
        meanings: meanings(db, item).clone(),
        sound: false,
        function: None,
        shared: Arc::default(),
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
        let Meaning { resolution, shadowed_by } = self.code.meanings.get(expr)?;
        match (resolution, shadowed_by) {
            (Resolution::Value, _) => None,
            (_, Some(head)) if self.local(head).is_some() => None,
            (resolution, _) => Some(resolution),
        }
    }
}
