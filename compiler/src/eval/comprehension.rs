//! Loops: over the elements of a list, or the entries of a map.

use super::code::Frame;
use super::limits::WEIGHT;
use super::{Data, Field, Fields, Interpreter, Value};
use crate::diagnostics::catalog;
use crate::hir::{ExprId, Loop, SmolStr};
use crate::text::Place;
use crate::types::Ty;

/// What a loop is at.
pub(super) struct Element<'a> {
    /// The key, over a map or a record.
    pub key: Option<&'a SmolStr>,
    pub value: &'a Value,
    /// Where the element, or the entry's name, was written.
    pub place: Place,
}

impl<'db> Interpreter<'db> {
    /// Runs `each` with the loop's names bound, until it says false. One name takes the elements of a list, the values of a
    /// map; two take position and element, key and value. False if there was nothing to go over, after an error.
    pub(super) fn iterate(
        &mut self,
        frame: &mut Frame<'db>,
        loop_: &'db Loop,
        each: &mut dyn FnMut(&mut Self, &mut Frame<'db>, Element<'_>) -> bool,
    ) -> bool {
        let over = self.expr(frame, loop_.iterable);
        let outer = frame.locals.len();
        let first = &loop_.binders.first.text;
        match (&over.data, &loop_.binders.second) {
            (Data::List(list), second) => {
                for (position, value) in list.items.iter().enumerate() {
                    if !self.steps(1, over.place) {
                        break;
                    }
                    match second {
                        None => frame.bind(first, value.clone()),
                        Some(second) => {
                            frame.bind(first, Value::new(Data::Int(position as i64), value.place));
                            frame.bind(&second.text, value.clone());
                        }
                    }
                    let goes_on = each(self, frame, Element { key: None, value, place: value.place });
                    frame.locals.truncate(outer);
                    if !goes_on {
                        break;
                    }
                }
                true
            }
            (Data::Record(_) | Data::Instance(_), second) => {
                for (key, field) in over.fields().into_iter().flat_map(|record| &record.fields) {
                    if !self.steps(1, over.place) {
                        break;
                    }
                    if let Some(second) = second {
                        frame.bind(first, Value::new(Data::String(key.clone()), field.set_at));
                        frame.bind(&second.text, field.value.clone());
                    } else {
                        frame.bind(first, field.value.clone());
                    }
                    let goes_on = each(self, frame, Element { key: Some(key), value: &field.value, place: field.set_at });
                    frame.locals.truncate(outer);
                    if !goes_on {
                        break;
                    }
                }
                true
            }
            _ => false,
        }
    }

    /// Runs `each` for every element, with the loop's names bound.
    pub(crate) fn each(&mut self, frame: &mut Frame<'db>, loop_: &'db Loop, each: &mut dyn FnMut(&mut Self, &mut Frame<'db>)) {
        self.iterate(frame, loop_, &mut |this, frame, _| {
            each(this, frame);
            !this.stopped
        });
    }

    pub(super) fn list_for(
        &mut self,
        frame: &mut Frame<'db>,
        loop_: &'db Loop,
        condition: Option<ExprId>,
        place: Place,
        mut element: impl FnMut(&mut Self, &mut Frame<'db>) -> Value,
    ) -> Value {
        let mut items = Vec::new();
        let mut weight = 0_u64;
        let went = self.iterate(frame, loop_, &mut |this, frame, _| {
            if condition.is_none_or(|condition| this.truth(frame, condition) == Some(true)) {
                let value = element(this, frame);
                weight = weight.saturating_add(value.weight());
                items.push(value);
            }
            weight <= WEIGHT
        });
        if went && !self.stopped { self.list(items, place) } else { Value::error(place) }
    }

    /// A map; `entry` is the type of its values.
    #[expect(clippy::too_many_arguments, reason = "the parts of the expression")]
    pub(super) fn map_for(
        &mut self,
        frame: &mut Frame<'db>,
        loop_: &'db Loop,
        condition: Option<ExprId>,
        key: ExprId,
        entry: &Ty,
        place: Place,
        mut value: impl FnMut(&mut Self, &mut Frame<'db>) -> Value,
    ) -> Value {
        let mut fields = Fields::default();
        let mut weight = 0_u64;
        let went = self.iterate(frame, loop_, &mut |this, frame, element| {
            if condition.is_some_and(|condition| this.truth(frame, condition) != Some(true)) {
                return true;
            }
            let name = this.expr(frame, key);
            let made = value(this, frame);
            let Data::String(text) = name.data else { return true };
            if fields.contains_key(&text) {
                let at = frame.expr_place(key);
                this.report(catalog::duplicate_key::new(at, &text, element.place));
                return false;
            }
            weight = weight.saturating_add(made.weight());
            fields.insert(text, Field { value: made, set_at: frame.expr_place(key), overridden: None });
            weight <= WEIGHT
        });
        if went && !self.stopped { self.record(fields, Some(Ty::map(entry.clone())), place) } else { Value::error(place) }
    }
}
