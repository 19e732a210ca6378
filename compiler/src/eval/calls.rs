//! Calls of functions, templates and the standard library.

use std::sync::Arc;

use super::builtins::{self, Arguments};
use super::code::Frame;
use super::limits::CALLS;
use super::strings::write_scalar;
use super::{Data, InstanceKey, Interpreter, Value, show};
use crate::db::{ItemId, name_place};
use crate::diagnostics::catalog;
use crate::hir::{Argument, Definition, ExprId, SmolStr};
use crate::names::Resolution;
use crate::syntax::ItemKeyword;
use crate::text::Place;
use crate::types::{FunctionTy, Signature, signature};

impl<'db> Interpreter<'db> {
    pub(super) fn call(&mut self, frame: &mut Frame<'db>, callee: ExprId, arguments: &'db [Argument], place: Place) -> Value {
        let db = self.db;
        let function = match frame.global(callee) {
            Some(Resolution::Builtin(item)) => {
                let item = *item;
                return self.builtin(frame, item, arguments, place);
            }
            Some(Resolution::Item(item)) if item.keyword(db) != ItemKeyword::Let => *item,
            _ => match self.expr(frame, callee).data {
                Data::Function(item) => item,
                _ => return Value::error(place),
            },
        };
        let code = self.code(function);
        let Some(ty) = code.function.filter(|_| code.sound) else { return Value::error(place) };
        let mut values: Vec<Option<Value>> = vec![None; ty.params.len()];
        for (index, argument) in arguments_of(ty, arguments) {
            values[index] = Some(self.expr_as(frame, argument.value, &ty.params[index].ty));
        }
        self.apply(function, values, place)
    }

    /// Runs a function or template: with these values for its parameters, defaults for the others.
    pub(super) fn apply(&mut self, function: ItemId, given: Vec<Option<Value>>, place: Place) -> Value {
        if self.calls >= CALLS {
            return self.fail(catalog::limit_depth::calls(place, CALLS));
        }
        self.calls += 1;
        self.trail.push(place);
        let value = self.nested(place, |this| this.applied(function, given, place));
        self.trail.pop();
        self.calls -= 1;
        value
    }

    fn applied(&mut self, function: ItemId, given: Vec<Option<Value>>, place: Place) -> Value {
        let mut frame = self.frame(function);
        let Some(ty) = frame.code.function else { return Value::error(place) };
        let item = frame.item();
        let is_template = matches!(item.definition, Definition::Decl(_));
        let mut key = Vec::new();
        for (param, given) in ty.params.iter().zip(given) {
            let value = match (given, param.default) {
                (Some(value), _) => {
                    if is_template {
                        key.push((param.name.clone(), argument_text(&value)));
                    }
                    value
                }
                (None, Some(default)) => self.expr_as(&mut frame, default, &param.ty),
                (None, None) => return Value::error(place),
            };
            frame.bind(&param.name, value);
        }
        match &item.definition {
            Definition::Fn { body, .. } => self.expr_as(&mut frame, *body, &ty.result),
            Definition::Decl(decl) => {
                if decl.condition.is_some_and(|condition| self.truth(&mut frame, condition) == Some(false)) {
                    let declared = name_place(self.db, function);
                    return self.fail(catalog::absent_declaration::new(
                        place,
                        decl.kind.word(),
                        function.name(self.db),
                        declared,
                    ));
                }
                self.instance(&mut frame, decl, InstanceKey::Arguments(key))
            }
            _ => Value::error(place),
        }
    }

    fn builtin(&mut self, frame: &mut Frame<'db>, item: ItemId, arguments: &'db [Argument], place: Place) -> Value {
        let db = self.db;
        let (Some(builtin), Signature::Function(ty)) = (builtins::find(item.name(db)), signature(db, item)) else {
            return Value::error(place);
        };
        let ty: &'db Arc<FunctionTy> = ty;
        let mut values: Vec<Option<Value>> = vec![None; ty.params.len()];
        let mut places = vec![place; ty.params.len()];
        for (index, argument) in arguments_of(ty, arguments) {
            let value = self.expr_as(frame, argument.value, &ty.params[index].ty);
            if value.is_error() {
                return Value::error(place);
            }
            places[index] = frame.expr_place(argument.value);
            values[index] = Some(value);
        }
        if self.stopped {
            return Value::error(place);
        }
        (builtin.run)(self, &Arguments { values, places, place, package: frame.code.package })
    }
}

/// Which parameter each argument is for: positional ones first, then named ones.
fn arguments_of<'a>(ty: &FunctionTy, arguments: &'a [Argument]) -> impl Iterator<Item = (usize, &'a Argument)> {
    arguments.iter().enumerate().filter_map(move |(position, argument)| {
        let index = match &argument.name {
            None => (position < ty.params.len()).then_some(position)?,
            Some(name) => ty.params.iter().position(|param| param.name == name.text)?,
        };
        Some((index, argument))
    })
}

/// An argument in a template's address: a scalar as text, anything else as the language writes it.
pub(super) fn argument_text(value: &Value) -> SmolStr {
    if let Data::String(text) = &value.data {
        return text.clone();
    }
    let mut text = String::new();
    if write_scalar(&value.data, &mut text) { text.into() } else { show(value).into() }
}
