//! Calls of functions, templates and the standard library.

use std::sync::Arc;

use super::Checker;
use crate::diagnostics::catalog;
use crate::hir::{Argument, ExprId};
use crate::names::Resolution;
use crate::types::{FunctionTy, Signature, Ty, signature};

impl Checker<'_> {
    pub(super) fn call(&mut self, expr: ExprId, callee: ExprId, arguments: &[Argument]) -> Ty {
        if let Resolution::Builtin(found) = self.resolve(callee) {
            return match signature(self.db, found) {
                Signature::Function(function) => self.builtin_call(expr, found.name(self.db), function, arguments),
                _ => Ty::Error,
            };
        }
        match self.infer(callee, None) {
            Ty::Function(function) => {
                for (param, value) in self.bind(expr, &function, arguments).into_iter().enumerate() {
                    if let Some(value) = value {
                        let param = &function.params[param];
                        self.check_as(value, &param.ty, Some(&param.name));
                    }
                }
                function.result.clone()
            }
            Ty::Error | Ty::Any => self.arguments_of_nothing(arguments),
            other => {
                self.arguments_of_nothing(arguments);
                let place = self.expr_place(callee);
                let name = crate::db::item_text(self.db, self.id)[self.item.expr_range(callee)].to_owned();
                self.report(catalog::not_callable::new(place, &name, &other))
            }
        }
    }

    fn arguments_of_nothing(&mut self, arguments: &[Argument]) -> Ty {
        for argument in arguments {
            self.infer(argument.value, None);
        }
        Ty::Error
    }

    /// The argument of each parameter, in their order: positional ones first, then named ones. What does not fit is reported.
    pub(super) fn bind(&mut self, call: ExprId, function: &Arc<FunctionTy>, arguments: &[Argument]) -> Vec<Option<ExprId>> {
        let mut bound: Vec<Option<ExprId>> = vec![None; function.params.len()];
        let mut wrong = false;
        let known: Vec<&str> = function.params.iter().map(|param| param.name.as_str()).collect();
        let callee = function.item.name(self.db).clone();
        let mut named_before = false;
        let mut reported_order = false;
        for (position, argument) in arguments.iter().enumerate() {
            let slot = match &argument.name {
                None if named_before => {
                    if !reported_order {
                        let first =
                            arguments.iter().find_map(|argument| argument.name.as_ref()).map(|name| self.place(name.range));
                        let place = self.expr_place(argument.value);
                        self.report(catalog::positional_after_named::new(place, first));
                    }
                    (reported_order, wrong) = (true, true);
                    None
                }
                None if position >= bound.len() => {
                    let place = self.expr_place(argument.value);
                    self.report(catalog::too_many_arguments::new(place, &callee, bound.len()));
                    wrong = true;
                    None
                }
                None => Some(position),
                Some(name) => {
                    named_before = true;
                    let found = known.iter().position(|param| *param == name.text);
                    if found.is_none() {
                        let place = self.place(name.range);
                        self.report(catalog::unknown_argument::new(place, &name.text, &callee, &known));
                        wrong = true;
                    }
                    found
                }
            };
            match slot {
                Some(slot) if bound[slot].is_some() => {
                    let place = argument.name.as_ref().map_or(self.expr_place(argument.value), |name| self.place(name.range));
                    self.report(catalog::argument_twice::new(place, known[slot]));
                    wrong = true;
                }
                Some(slot) => bound[slot] = Some(argument.value),
                None => {
                    self.infer(argument.value, None);
                }
            }
        }
        let missing = |(param, value): &(usize, &Option<ExprId>)| {
            let param = &function.params[*param];
            value.is_none() && param.default.is_none() && !matches!(param.ty, Ty::Option(_))
        };
        let missing: Vec<&str> = bound.iter().enumerate().filter(missing).map(|(param, _)| known[param]).collect();
        if !missing.is_empty() && !wrong {
            let place = self.expr_place(call);
            self.report(catalog::missing_argument::new(place, &callee, &missing));
        }
        bound
    }
}
