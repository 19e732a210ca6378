//! Makes a value fit the type it is given to: wider numbers, filled-in defaults, checked forms and refinements.
//!
//! That the value is of such a type at all was checked before; what does not fit here stays as it is, silently.

use std::sync::Arc;

use super::body::leaves_out;
use super::{Data, Fields, Interpreter, List, Record, Value, show};
use crate::db::item_text;
use crate::diagnostics::catalog;
use crate::hir::SmolStr;
use crate::model::{Bytes, Cpu};
use crate::text::Place;
use crate::types::{Checked, RecordTy, RefinedTy, Ty, UnionTy};

impl<'db> Interpreter<'db> {
    /// The value as one of type `ty`. `at` is the expression that gives it: what is wrong with it is reported there.
    pub(crate) fn coerce(&mut self, value: Value, ty: &Ty, at: Place) -> Value {
        match self.adapted(&value, ty, at) {
            Some(adapted) => adapted,
            None => value,
        }
    }

    /// The value changed to fit; `None` where it fits as it is.
    fn adapted(&mut self, value: &Value, ty: &Ty, at: Place) -> Option<Value> {
        match (ty, &value.data) {
            (_, Data::Error) | (Ty::Error | Ty::Never | Ty::Any | Ty::Function(_) | Ty::Instance(_), _) => None,
            (Ty::Option(_), Data::None) => None,
            (Ty::Option(inner), _) => self.adapted(value, inner, at),
            (Ty::Float, Data::Int(number)) => Some(Value::new(Data::Float(*number as f64), value.place)),
            // The sum of no amounts is 0.
            (Ty::Bytes, Data::Int(0)) => Some(Value::new(Data::Bytes(Bytes { amount: 0, binary: false }), value.place)),
            (Ty::Duration, Data::Int(0)) => Some(Value::new(Data::Duration(0), value.place)),
            (Ty::Cpu, Data::Int(_) | Data::Float(_)) => Some(self.processors(value, at)),
            (Ty::Checked(checked), _) => self.checked(value, *checked, at),
            (Ty::List(element), Data::List(list)) => self.elements(value, list, element, at),
            (Ty::Map(entry), Data::Record(record)) => self.map(value, record, entry, ty, at),
            (Ty::Record(fields), Data::Record(record)) => self.fields(value, record, fields, ty, at),
            (Ty::Union(union), _) => self.one_of(value, union, ty, at),
            (Ty::Literal(text), Data::String(given)) if text != given => {
                Some(self.fail(catalog::not_in_union::new(self.nearer(value, at), given, ty, &[text.as_str()])))
            }
            (Ty::Refined(refined), _) => self.refined(value, refined, at),
            _ => None,
        }
    }

    /// The value's own place where it lies within the expression that gives it, and that expression where it does not.
    fn nearer(&self, value: &Value, at: Place) -> Place {
        if value.place.owner == at.owner && at.range.contains_range(value.place.range) { value.place } else { at }
    }

    fn processors(&mut self, value: &Value, at: Place) -> Value {
        let place = self.nearer(value, at);
        let thousandths = match value.data {
            Data::Int(number) => match u64::try_from(number) {
                Ok(number) => number.checked_mul(1000),
                Err(_) => return self.fail(catalog::overflow::negative(place, "cpu")),
            },
            Data::Float(number) if number < 0.0 => return self.fail(catalog::overflow::negative(place, "cpu")),
            Data::Float(number) => {
                let (scaled, whole) = (number * 1000.0, (number * 1000.0).round());
                // `0.3` is no exact binary fraction; what is finer than a thousandth is further off than rounding is.
                if (scaled - whole).abs() > 1e-6 {
                    return self.fail(catalog::number_too_fine::new(place, &number.to_string(), ""));
                }
                (whole < 18_446_744_073_709_551_615.0).then_some(whole as u64)
            }
            _ => None,
        };
        match thousandths {
            Some(thousandths) => Value::new(Data::Cpu(Cpu(thousandths)), value.place),
            None => self.fail(catalog::overflow::new(place, "cpu")),
        }
    }

    fn checked(&mut self, value: &Value, checked: Checked, at: Place) -> Option<Value> {
        let problem = match (checked, &value.data) {
            (Checked::Port, Data::Int(number)) if !(1..=65_535).contains(number) => {
                "a port is a number from 1 to 65535".to_owned()
            }
            (Checked::Path, Data::String(text)) => super::forms::path(text).err()?,
            (Checked::Repository, Data::String(text)) => super::forms::repository(text).err()?,
            (Checked::Reference, Data::String(text)) => super::forms::image_reference(text).err()?,
            _ => return None,
        };
        let place = self.nearer(value, at);
        let diagnostic = catalog::checked_form::new(place, checked.word(), &show(value), &problem);
        Some(self.fail_for(diagnostic, value, place))
    }

    /// Fails at `place`; where the value comes from elsewhere, that place is shown, too.
    fn fail_for(&mut self, diagnostic: crate::diagnostics::Diagnostic, value: &Value, place: Place) -> Value {
        let diagnostic =
            if value.place == place { diagnostic } else { diagnostic.label(value.place, "the value comes from here") };
        self.fail(diagnostic)
    }

    fn elements(&mut self, value: &Value, list: &Arc<List>, element: &Ty, at: Place) -> Option<Value> {
        if fits_as_is(element) || !self.steps(list.items.len() as u64 / 8, at) {
            return None;
        }
        let mut changed: Option<Vec<Value>> = None;
        for (index, item) in list.items.iter().enumerate() {
            match (self.adapted(item, element, at), &mut changed) {
                (Some(adapted), Some(items)) => items.push(adapted),
                (Some(adapted), None) => {
                    let mut items = Vec::with_capacity(list.items.len());
                    items.extend_from_slice(&list.items[..index]);
                    items.push(adapted);
                    changed = Some(items);
                }
                (None, Some(items)) => items.push(item.clone()),
                (None, None) => {}
            }
        }
        changed.map(|items| self.list(items, value.place))
    }

    fn map(&mut self, value: &Value, record: &Arc<Record>, entry: &Ty, ty: &Ty, at: Place) -> Option<Value> {
        if is_known_as(record, ty) || !self.steps(record.fields.len() as u64 / 4, at) {
            return None;
        }
        let mut fields = record.fields.clone();
        if !fits_as_is(entry) {
            for field in fields.values_mut() {
                if let Some(adapted) = self.adapted(&field.value, entry, at) {
                    field.value = adapted;
                }
            }
        }
        Some(self.record(fields, Some(ty.clone()), value.place))
    }

    /// A record with its fields in the type's order, and the defaults of those that are absent.
    fn fields(&mut self, value: &Value, record: &Arc<Record>, ty: &Arc<RecordTy>, whole: &Ty, at: Place) -> Option<Value> {
        if is_known_as(record, whole) || !self.steps(ty.fields.len() as u64 / 4, at) {
            return None;
        }
        let mut made = Fields::with_capacity(ty.fields.len());
        for declared in &ty.fields {
            match record.fields.get(&declared.name) {
                Some(field) if leaves_out(&field.value, &declared.ty, ty.partial) => {}
                Some(field) => {
                    let mut field = field.clone();
                    if let Some(adapted) = self.adapted(&field.value, &declared.ty, at) {
                        field.value = adapted;
                    }
                    made.push(declared.name.clone(), field);
                }
                None => {
                    if let Some(default) = self.default_field(declared) {
                        made.push(declared.name.clone(), default);
                    }
                }
            }
        }
        Some(self.record(made, Some(whole.clone()), value.place))
    }

    fn one_of(&mut self, value: &Value, union: &UnionTy, ty: &Ty, at: Place) -> Option<Value> {
        if let Data::String(text) = &value.data {
            let mut texts = union.arms.iter().filter_map(|arm| match arm {
                Ty::Literal(literal) => Some(literal.as_str()),
                _ => None,
            });
            if texts.any(|literal| literal == text) {
                return None;
            }
            if union.arms.iter().all(|arm| matches!(arm, Ty::Literal(_))) {
                let known: Vec<&str> = union
                    .arms
                    .iter()
                    .filter_map(|arm| match arm {
                        Ty::Literal(literal) => Some(literal.as_str()),
                        _ => None,
                    })
                    .collect();
                let place = self.nearer(value, at);
                return Some(self.fail_for(catalog::not_in_union::new(place, text, ty, &known), value, place));
            }
        }
        let arm = union.arms.iter().find(|arm| is_of_kind(value, arm))?;
        self.adapted(value, arm, at)
    }

    fn refined(&mut self, value: &Value, refined: &RefinedTy, at: Place) -> Option<Value> {
        let adapted = self.adapted(value, &refined.base, at);
        self.broken(adapted.as_ref().unwrap_or(value), refined, at).or(adapted)
    }

    /// A value whose parts are known to fit, if the refinements of the type as a whole hold.
    pub(super) fn refine(&mut self, value: Value, ty: &Ty, at: Place) -> Value {
        match ty {
            Ty::Option(inner) => self.refine(value, inner, at),
            Ty::Refined(refined) => {
                let value = self.refine(value, &refined.base, at);
                self.broken(&value, refined, at).unwrap_or(value)
            }
            _ => value,
        }
    }

    /// The error of a value that breaks a refinement; `None` where it keeps it.
    fn broken(&mut self, value: &Value, refined: &RefinedTy, at: Place) -> Option<Value> {
        if matches!(value.data, Data::Error | Data::None) {
            return None;
        }
        let (item, condition) = refined.condition;
        let mut frame = self.frame(item);
        if !frame.code.sound {
            return None;
        }
        frame.bind(&SmolStr::new_static("it"), value.clone());
        self.trail.push(at);
        let holds = self.truth(&mut frame, condition);
        self.trail.pop();
        if holds != Some(false) {
            return None;
        }
        let range = frame.item().expr_range(condition);
        let source = item_text(self.db, item).get(std::ops::Range::<usize>::from(range)).unwrap_or_default();
        let name = refined.name.as_deref();
        let place = self.nearer(value, at);
        let diagnostic = catalog::refinement::new(place, &show(value), name, source, frame.place(range));
        Some(self.fail_for(diagnostic, value, place))
    }
}

/// Types whose values are never changed or refused.
fn fits_as_is(ty: &Ty) -> bool {
    matches!(
        ty,
        Ty::Error
            | Ty::Never
            | Ty::Any
            | Ty::Bool
            | Ty::Int
            | Ty::String(_)
            | Ty::Bytes
            | Ty::Duration
            | Ty::Secret
            | Ty::Instance(_)
    )
}

/// Whether a record was made to fit this very type.
fn is_known_as(record: &Record, ty: &Ty) -> bool {
    match (record.ty.as_ref(), ty) {
        (Some(Ty::Record(known)), Ty::Record(ty)) => Arc::ptr_eq(known, ty),
        (Some(Ty::Map(known)), Ty::Map(ty)) => Arc::ptr_eq(known, ty) || (known == ty && fits_as_is(ty)),
        _ => false,
    }
}

/// Whether a value can be meant by this arm of a union.
fn is_of_kind(value: &Value, arm: &Ty) -> bool {
    match (arm.base(), &value.data) {
        (Ty::Instance(kind), Data::Instance(instance)) => instance.kind == *kind,
        (Ty::String(_) | Ty::Checked(Checked::Path | Checked::Repository | Checked::Reference), Data::String(_)) => true,
        (Ty::Checked(Checked::Port) | Ty::Int, Data::Int(_)) => true,
        (Ty::Float, Data::Int(_) | Data::Float(_)) => true,
        (Ty::Cpu, Data::Int(_) | Data::Float(_) | Data::Cpu(_)) => true,
        (Ty::Bool, Data::Bool(_)) | (Ty::Bytes, Data::Bytes(_)) | (Ty::Duration, Data::Duration(_)) => true,
        (Ty::Secret, Data::Secret(_)) | (Ty::List(_), Data::List(_)) | (Ty::Map(_), Data::Record(_)) => true,
        (Ty::Record(ty), Data::Record(record)) => {
            record.fields.keys().all(|name| ty.field(name).is_some())
                && ty.missing(|name| record.fields.contains_key(name)).next().is_none()
        }
        (Ty::Any | Ty::Error, _) => true,
        _ => false,
    }
}
