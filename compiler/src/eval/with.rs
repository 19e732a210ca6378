//! `base with { … }`: a copy with changes, each of which remembers what it replaced.

use std::sync::Arc;

use super::body::{Block, block, leaves_out};
use super::code::Frame;
use super::{Data, Field, Fields, Instance, Interpreter, Overridden, Record, Value, show};
use crate::diagnostics::{catalog, nearest};
use crate::hir::{ExprId, FieldOperator, Member, SmolStr};
use crate::text::Place;
use crate::types::{self, Ty, block_field, owner_with_article};

/// How many replaced values a field remembers.
const HISTORY: usize = 32;

impl<'db> Interpreter<'db> {
    pub(super) fn with(&mut self, frame: &mut Frame<'db>, base: ExprId, members: &'db [Member], place: Place) -> Value {
        let base = self.expr(frame, base);
        let value = match &base.data {
            Data::Record(record) => {
                let copy = self.copy(frame, record, record.ty.clone(), members);
                Value::new(Data::Record(Arc::new(copy)), place)
            }
            Data::Instance(instance) => {
                let patched = types::has_patch(instance.kind, members).then(|| types::patched_environment(self.db));
                let ty = patched.map(Ty::Record).or_else(|| instance.fields.ty.clone());
                let fields = self.copy(frame, &instance.fields, ty, members);
                let (key, changed) = (instance.key.clone(), instance.changed || !members.is_empty());
                let copy =
                    Instance { kind: instance.kind, item: instance.item, key, origin: instance.origin, changed, fields, place };
                Value::new(Data::Instance(Arc::new(copy)), place)
            }
            _ => return Value::error(place),
        };
        self.sized(value)
    }

    fn copy(&mut self, frame: &mut Frame<'db>, record: &Record, ty: Option<Ty>, members: &'db [Member]) -> Record {
        self.steps(record.fields.len() as u64 / 4, self.origin);
        let mut fields = record.fields.clone();
        for member in members {
            match member {
                Member::Field { name, operator, value, .. } => {
                    let set_at = frame.place(name.range);
                    self.change(frame, &mut fields, ty.as_ref(), (&name.text, set_at), *operator, *value);
                }
                Member::Block { .. } => {
                    if let Some(block) = block(member) {
                        self.each_block(frame, block, &mut |this, frame| {
                            this.change_block(frame, &mut fields, ty.as_ref(), block)
                        });
                    }
                }
            }
        }
        Record::typed(fields, ty)
    }

    fn change(
        &mut self,
        frame: &mut Frame<'db>,
        fields: &mut Fields,
        ty: Option<&Ty>,
        (name, set_at): (&SmolStr, Place),
        operator: FieldOperator,
        value: ExprId,
    ) {
        let declared = match ty {
            Some(Ty::Record(record)) => record.field(name).map(|field| field.ty.clone()),
            Some(Ty::Map(entry)) => Some((**entry).clone()),
            _ => None,
        };
        let partial = matches!(ty, Some(Ty::Record(record)) if record.partial);
        let old = fields.get(name);
        let expected = declared.unwrap_or_else(|| old.map_or(Ty::Any, |old| number_like(&old.value)));
        let value = match (operator, old) {
            (FieldOperator::Set, _) => self.expr_as(frame, value, &expected),
            (FieldOperator::Append, None) => self.expr_as(frame, value, expected.present()),
            (FieldOperator::Append, Some(old)) => {
                let added = self.expr_as(frame, value, expected.present().base());
                let joined = self.joined(&old.value, &added);
                // What holds for the whole is checked once more.
                self.refine(joined, &expected, added.place)
            }
        };
        if leaves_out(&value, &expected, partial) {
            fields.remove(name);
            return;
        }
        let overridden = old.map(remembered);
        fields.insert(name.clone(), Field { value, set_at, overridden });
    }

    /// A list and more elements, or a map and more entries, of which the later win.
    fn joined(&mut self, old: &Value, added: &Value) -> Value {
        match (&old.data, &added.data) {
            (Data::List(old), Data::List(more)) => self.appended(old, more, added.place),
            (Data::Record(old), Data::Record(more)) => {
                self.steps((old.fields.len() + more.fields.len()) as u64 / 4, added.place);
                let mut fields = old.fields.clone();
                for (name, field) in &more.fields {
                    let overridden = fields.get(name).map(remembered);
                    fields.insert(name.clone(), Field { overridden, ..field.clone() });
                }
                self.record(fields, old.ty.clone(), added.place)
            }
            (Data::None, _) => added.clone(),
            _ => Value::error(added.place),
        }
    }

    fn change_block(&mut self, frame: &mut Frame<'db>, fields: &mut Fields, ty: Option<&Ty>, block: Block<'db>) {
        let declared = match ty {
            Some(Ty::Record(record)) => block_field(record, &block.word.text, block.label.is_some()),
            _ => None,
        };
        let name = match (declared, block.label) {
            (Some(field), _) => field.name.clone(),
            (None, None) => block.word.text.clone(),
            (None, Some(_)) => SmolStr::from(format!("{}s", block.word.text)),
        };
        let expected = declared.map_or(Ty::Any, |field| field.ty.present().clone());
        let set_at = frame.place(block.word.range);
        let Some(label) = block.label else {
            let mut field = self.changed_entry(frame, fields.get(&name), &expected, block.body, set_at);
            if !fields.contains_key(&name) {
                self.whole(&mut field, &expected, set_at, None);
            }
            fields.insert(name, field);
            return;
        };
        let Some(key) = self.label(frame, label) else { return };
        let entry_ty = match expected.base() {
            Ty::Map(entry) => (**entry).clone(),
            _ => Ty::Any,
        };
        let mut outer = fields.get(&name).cloned();
        let mut entries =
            outer.as_ref().and_then(|field| field.value.fields()).map(|record| record.fields.clone()).unwrap_or_default();
        self.steps(entries.len() as u64 / 4, set_at);
        let place = frame.expr_place(label);
        let mut entry = self.changed_entry(frame, entries.get(&key), &entry_ty, block.body, place);
        if !entries.contains_key(&key) {
            let near = nearest::nearest(&key, entries.keys().map(SmolStr::as_str));
            self.whole(&mut entry, &entry_ty, place, near);
        }
        entries.insert(key, entry);
        let place = outer.as_ref().map_or(frame.place(block.range), |field| field.value.place);
        let value = self.record(entries, Some(expected.base().clone()).filter(|ty| matches!(ty, Ty::Map(_))), place);
        match &mut outer {
            Some(field) => field.value = value,
            None => outer = Some(Field { value, set_at, overridden: None }),
        }
        fields.extend(outer.map(|field| (name, field)));
    }

    /// What a block adds needs all that its type wants, which is not known before: it might have been a change. `near` is an entry
    /// that it may have meant.
    fn whole(&mut self, added: &mut Field, ty: &Ty, at: Place, near: Option<&str>) {
        let (Ty::Record(record), Some(value)) = (ty.base(), added.value.fields()) else { return };
        let missing: Vec<&str> = record.missing(|name| value.fields.contains_key(name)).map(SmolStr::as_str).collect();
        if missing.is_empty() {
            return;
        }
        let mut diagnostic = catalog::missing_field::new(at, &owner_with_article(ty), &missing);
        if let Some(near) = near {
            diagnostic = diagnostic.help(format!("or did you mean to change `{near}`, which is there?"));
        }
        added.value = self.fail(diagnostic);
    }

    /// The entry that a block changes, or adds where there is none.
    fn changed_entry(&mut self, frame: &mut Frame<'db>, old: Option<&Field>, ty: &Ty, body: ExprId, set_at: Place) -> Field {
        let item = frame.item();
        let place = frame.expr_place(body);
        match (old, item.expr(body)) {
            (Some(old @ Field { value: Value { data: Data::Record(record), .. }, .. }), crate::hir::Expr::Body(members)) => {
                let copy = self.copy(frame, record, record.ty.clone(), members);
                let value = self.sized(Value::new(Data::Record(Arc::new(copy)), old.value.place));
                let value = self.refine(value, ty, place);
                Field { value, ..old.clone() }
            }
            _ => Field { value: self.expr_as(frame, body, ty), set_at, overridden: None },
        }
    }
}

/// A number that replaces another becomes one of the same kind, where no type is declared.
fn number_like(old: &Value) -> Ty {
    match old.data {
        Data::Cpu(_) => Ty::Cpu,
        Data::Float(_) => Ty::Float,
        _ => Ty::Any,
    }
}

/// What a field was, for the field that replaces it.
fn remembered(old: &Field) -> Arc<Overridden> {
    let mut length = 0;
    let mut earlier = old.overridden.as_ref();
    while let Some(overridden) = earlier {
        length += 1;
        earlier = overridden.earlier.as_ref();
    }
    let earlier = old.overridden.clone().filter(|_| length < HISTORY);
    Arc::new(Overridden { set_at: old.set_at, shown: show(&old.value).into(), earlier })
}
