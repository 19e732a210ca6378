//! Calls of the standard library: the types that its signatures cannot say.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Checker;
use super::collections::join_fields;
use crate::diagnostics::catalog;
use crate::hir::{Argument, ExprId};
use crate::types::{FieldTy, FunctionTy, RecordTy, Ty};

impl Checker<'_> {
    pub(super) fn builtin_call(
        &mut self,
        call: ExprId,
        name: &SmolStr,
        function: &Arc<FunctionTy>,
        arguments: &[Argument],
    ) -> Ty {
        let bound = self.bind(call, function, arguments);
        // With too many of them, which was reported, none needs to be what stands in its place.
        let too_many = arguments.iter().filter(|argument| argument.name.is_none()).count() > function.params.len();
        let mut types: Vec<Ty> = Vec::with_capacity(bound.len());
        for (param, value) in function.params.iter().zip(&bound) {
            let Some(value) = *value else {
                types.push(Ty::Never);
                continue;
            };
            if too_many {
                self.infer(value, None);
                types.push(Ty::Error);
                continue;
            }
            let before = self.diagnostics.len();
            let ty = if matches!(param.ty, Ty::Any | Ty::List(_)) {
                let found = self.infer(value, None);
                self.must_be(value, &found, name, &param.name, &param.ty)
            } else {
                self.check_as(value, &param.ty, Some(&param.name));
                param.ty.clone()
            };
            types.push(if self.diagnostics.len() > before { Ty::Error } else { ty });
        }
        if types.contains(&Ty::Error) {
            return match &function.result {
                Ty::Any => Ty::Error,
                Ty::List(element) if **element == Ty::Any => Ty::Error,
                known => known.clone(),
            };
        }
        result(name, &types).unwrap_or_else(|| function.result.clone())
    }

    /// Checks an argument whose type the signature leaves open.
    fn must_be(&mut self, value: ExprId, found: &Ty, function: &str, param: &str, declared: &Ty) -> Ty {
        let plain = found.base().clone();
        let ordered = |ty: &Ty| {
            matches!(
                ty.base(),
                Ty::Int
                    | Ty::Float
                    | Ty::String(_)
                    | Ty::Bytes
                    | Ty::Cpu
                    | Ty::Duration
                    | Ty::Checked(_)
                    | Ty::Literal(_)
                    | Ty::Error
                    | Ty::Any
                    | Ty::Never
            ) || matches!(ty.base(), Ty::Union(union) if union.arms.iter().all(|arm| matches!(arm, Ty::Literal(_))))
        };
        let amount = |ty: &Ty| {
            matches!(ty.base(), Ty::Int | Ty::Float | Ty::Bytes | Ty::Cpu | Ty::Duration | Ty::Error | Ty::Any | Ty::Never)
        };
        let scalar = |ty: &Ty| ordered(ty) || matches!(ty.base(), Ty::Bool);
        let text = |ty: &Ty| matches!(ty, Ty::String(_) | Ty::Checked(_) | Ty::Literal(_) | Ty::Union(_));
        let keyed = |ty: &Ty| matches!(ty, Ty::Map(_) | Ty::Record(_) | Ty::Instance(_));
        let (fits, wanted) = match (function, param, &plain) {
            (_, _, Ty::Error | Ty::Any) => (true, ""),
            ("sort" | "min" | "max", _, Ty::List(element)) => (ordered(element), "a list of numbers, texts or amounts"),
            ("sum", _, Ty::List(element)) => (amount(element), "a list of numbers or amounts"),
            ("flatten", _, Ty::List(element)) => {
                (matches!(element.base(), Ty::List(_) | Ty::Error | Ty::Any | Ty::Never), "a list of lists")
            }
            ("join", "list", Ty::List(element)) => (scalar(element), "a list of scalars"),
            ("len", _, ty) => (matches!(ty, Ty::List(_)) || keyed(ty) || text(ty), "a list, a map or a string"),
            ("keys" | "values", _, ty) => (keyed(ty), "a map or a record"),
            ("reverse" | "slice", "of", ty) => (matches!(ty, Ty::List(_)) || text(ty), "a list or a string"),
            ("contains", "in", ty) => (matches!(ty, Ty::List(_)) || keyed(ty) || text(ty), "a list, a map or a string"),
            ("int" | "float", _, ty) => (matches!(ty, Ty::Int | Ty::Float | Ty::Bool) || text(ty), "a number or a string"),
            ("string", _, ty) => (scalar(ty), "a scalar"),
            ("json" | "yaml", _, ty) => (!holds_secret(ty), "a value without secrets"),
            (_, _, ty) if matches!(declared, Ty::List(_)) => (matches!(ty, Ty::List(_)), "a list"),
            _ => (true, ""),
        };
        if fits {
            return found.clone();
        }
        let place = self.expr_place(value);
        self.report(catalog::argument_type::new(place, function, wanted, found))
    }
}

fn holds_secret(ty: &Ty) -> bool {
    match ty.base() {
        Ty::Secret | Ty::Instance(_) | Ty::Function(_) => true,
        Ty::Option(inner) | Ty::List(inner) | Ty::Map(inner) => holds_secret(inner),
        Ty::Record(record) => record.fields.iter().any(|field| holds_secret(&field.ty)),
        Ty::Union(union) => union.arms.iter().any(holds_secret),
        _ => false,
    }
}

/// The type of a call where it follows from the arguments'.
fn result(name: &str, arguments: &[Ty]) -> Option<Ty> {
    let plain: Vec<&Ty> = arguments.iter().map(Ty::base).collect();
    Some(match (name, &plain[..]) {
        ("values", [Ty::Map(value)]) => Ty::list((**value).clone()),
        ("values", [Ty::Record(record)]) => Ty::list(join_fields(record)),
        ("sort" | "unique", [Ty::List(element)]) => Ty::list((**element).clone()),
        ("reverse" | "slice", [Ty::List(element), ..]) => Ty::list((**element).clone()),
        ("reverse" | "slice", _) => Ty::STRING,
        ("flatten", [Ty::List(element)]) => match element.base() {
            Ty::List(inner) => Ty::list((**inner).clone()),
            _ => Ty::list(Ty::Never),
        },
        ("zip", [Ty::List(first), Ty::List(second)]) => {
            let field = |name: &'static str, ty: &Ty| FieldTy {
                name: SmolStr::new_static(name),
                ty: ty.clone(),
                default: None,
                declared: None,
            };
            let fields = vec![field("first", first), field("second", second)];
            Ty::list(Ty::Record(Arc::new(RecordTy { name: None, fields, partial: false })))
        }
        ("sum", [Ty::List(element)]) if matches!(**element, Ty::Never) => Ty::Int,
        ("sum" | "min" | "max", [Ty::List(element)]) => (**element).clone(),
        _ => return None,
    })
}
