//! Loops and records without an expected type.

use std::sync::Arc;

use smol_str::SmolStr;

use super::Checker;
use crate::diagnostics::catalog;
use crate::hir::{ExprId, Loop, RecordField};
use crate::types::{FieldTy, RecordTy, Ty, join, schema};

impl Checker<'_> {
    /// Checks a loop's head, then its condition and `body` with its variables bound.
    pub(super) fn looped(&mut self, loop_: Option<&Loop>, condition: Option<ExprId>, body: impl FnOnce(&mut Self)) {
        let outer = self.locals.len();
        if let Some(loop_) = loop_ {
            let (first, second) = self.loop_variables(loop_);
            self.locals.push((loop_.binders.first.text.clone(), first));
            if let Some(name) = &loop_.binders.second {
                self.locals.push((name.text.clone(), second));
            }
        }
        if let Some(condition) = condition {
            self.check(condition, &Ty::Bool);
        }
        body(self);
        self.locals.truncate(outer);
    }

    /// The types of a loop's first and second variable. One variable over a map takes its values; two take key and value, over
    /// a list the position and the element.
    fn loop_variables(&mut self, loop_: &Loop) -> (Ty, Ty) {
        let both = loop_.binders.second.is_some();
        let iterated = self.infer(loop_.iterable, None);
        let values = match iterated.base() {
            Ty::List(element) => return if both { (Ty::Int, (**element).clone()) } else { ((**element).clone(), Ty::Error) },
            Ty::Map(value) => (**value).clone(),
            Ty::Record(record) => join_fields(record),
            Ty::Instance(kind) => join_fields(&schema(self.db, *kind)),
            Ty::Error | Ty::Any | Ty::Never => Ty::Error,
            other => {
                let place = self.expr_place(loop_.iterable);
                self.report(catalog::not_iterable::new(place, other))
            }
        };
        if both { (Ty::STRING, values) } else { (values, Ty::Error) }
    }

    pub(super) fn free_record(&mut self, fields: &[RecordField]) -> Ty {
        self.duplicate_fields(fields);
        let mut types: Vec<FieldTy> = Vec::with_capacity(fields.len());
        for field in fields {
            let ty = self.infer(field.value, None);
            types.push(FieldTy { name: field.name.text.clone(), ty, default: None, declared: None });
        }
        Ty::Record(Arc::new(RecordTy { name: None, fields: types, partial: false }))
    }

    pub(super) fn duplicate_fields(&mut self, fields: &[RecordField]) {
        let mut seen: rustc_hash::FxHashMap<&SmolStr, crate::text::TextRange> = Default::default();
        for field in fields {
            match seen.get(&field.name.text).copied() {
                Some(first) => {
                    let diagnostic =
                        catalog::duplicate_field::new(self.place(field.name.range), &field.name.text, self.place(first));
                    self.report(diagnostic);
                }
                None => {
                    seen.insert(&field.name.text, field.name.range);
                }
            }
        }
    }
}

/// What all fields of a record fit.
pub(super) fn join_fields(record: &RecordTy) -> Ty {
    record.fields.iter().try_fold(Ty::Never, |all, field| join(all, field.ty.clone())).unwrap_or(Ty::Any)
}
