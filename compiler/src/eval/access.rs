//! Fields and indices.

use smol_str::SmolStr;

use super::code::Frame;
use super::{Data, Interpreter, Record, Value};
use crate::db::ItemId;
use crate::diagnostics::catalog;
use crate::hir::{ExprId, Name};
use crate::names::Resolution;
use crate::text::Place;
use crate::types::{Signature, Ty, signature};

impl<'db> Interpreter<'db> {
    pub(super) fn field(
        &mut self,
        frame: &mut Frame<'db>,
        id: ExprId,
        base: ExprId,
        name: &'db Name,
        optional: bool,
        place: Place,
    ) -> Value {
        if !optional && let Some(resolution) = frame.global(id) {
            let resolution = resolution.clone();
            return self.resolved(&resolution, place);
        }
        if let Some(looped) = self.looped_declaration(frame, base) {
            return self.instance_named(looped, &name.text, frame.place(name.range), place);
        }
        let owner = self.expr(frame, base);
        match &owner.data {
            Data::None if optional => Value::new(Data::None, place),
            Data::Record(record) => self.entry(record, &name.text, true, frame.place(name.range), place),
            Data::Instance(instance) => self.entry(&instance.fields, &name.text, true, frame.place(name.range), place),
            _ => Value::error(place),
        }
    }

    pub(super) fn index(&mut self, frame: &mut Frame<'db>, base: ExprId, index: ExprId, place: Place) -> Value {
        if let Some(looped) = self.looped_declaration(frame, base) {
            let key = self.expr(frame, index);
            return match &key.data {
                Data::String(name) => self.instance_named(looped, name, frame.expr_place(index), place),
                _ => Value::error(place),
            };
        }
        let owner = self.expr(frame, base);
        let at = frame.expr_place(index);
        let index = self.expr(frame, index);
        match (&owner.data, &index.data) {
            (Data::List(list), Data::Int(position)) => {
                let found = usize::try_from(*position).ok().and_then(|position| list.items.get(position));
                match found {
                    Some(item) => item.clone(),
                    None => self.fail(catalog::index_out_of_range::new(at, *position, list.items.len())),
                }
            }
            (Data::Record(record), Data::String(key)) => self.entry(record, key, false, at, place),
            (Data::Instance(instance), Data::String(key)) => self.entry(&instance.fields, key, false, at, place),
            _ => Value::error(place),
        }
    }

    /// A record's or map's entry. A field that a record's type knows and that is absent is `none`.
    fn entry(&mut self, record: &Record, key: &str, dotted: bool, at: Place, place: Place) -> Value {
        if let Some(value) = record.get(key) {
            return value.clone();
        }
        let is_optional = match record.ty.as_ref() {
            Some(Ty::Record(ty)) => ty.field(key).is_some(),
            Some(_) => false,
            // A name after a dot was checked: some record of several has it.
            None => dotted,
        };
        if is_optional {
            return Value::new(Data::None, place);
        }
        let known: Vec<&str> = record.fields.keys().map(SmolStr::as_str).collect();
        self.fail(catalog::missing_key::new(at, key, &known))
    }

    /// The declaration with a loop that `base` names: one of its instances is found without making a map of all.
    fn looped_declaration(&self, frame: &Frame<'db>, base: ExprId) -> Option<ItemId> {
        match frame.global(base)? {
            Resolution::Item(item) => matches!(signature(self.db, *item), Signature::Instances(_)).then_some(*item),
            _ => None,
        }
    }

    fn instance_named(&mut self, item: ItemId, key: &str, at: Place, place: Place) -> Value {
        let made = self.instances_of(item);
        match &made.all {
            None => Value::error(place),
            Some(all) => match all.fields().and_then(|record| record.get(key)) {
                Some(value) => value.clone(),
                None if made.failed => Value::error(place),
                None => {
                    let known: Vec<&str> =
                        all.fields().into_iter().flat_map(|record| record.fields.keys()).map(SmolStr::as_str).collect();
                    self.fail(catalog::missing_key::new(at, key, &known))
                }
            },
        }
    }
}
