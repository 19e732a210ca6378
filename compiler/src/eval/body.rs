//! Bodies of declarations and blocks, against the record type that is expected.

use std::sync::Arc;

use super::code::Frame;
use super::{Data, Field, Fields, Interpreter, Record, Value};
use crate::diagnostics::catalog;
use crate::hir::{ExprId, Loop, Member, Name, RecordField, SmolStr};
use crate::text::{Place, TextRange};
use crate::types::{RecordTy, Ty, block_field};

/// A block of a body.
#[derive(Clone, Copy)]
pub(super) struct Block<'db> {
    pub word: &'db Name,
    pub label: Option<ExprId>,
    pub loop_: Option<&'db Loop>,
    pub condition: Option<ExprId>,
    pub body: ExprId,
    pub range: TextRange,
}

/// The entries that blocks of one word make: of the field at `index`.
struct Entries {
    index: usize,
    fields: Fields,
    set_at: Place,
    place: Place,
}

impl<'db> Interpreter<'db> {
    /// A body as a value of the type `target`.
    pub(super) fn body_as(&mut self, frame: &mut Frame<'db>, members: &'db [Member], target: &Ty, place: Place) -> Value {
        match super::expected::arm(target, |arm| matches!(arm, Ty::Record(_) | Ty::Map(_))) {
            Some(whole @ Ty::Record(record)) => {
                let record = self.body(frame, members, record, whole);
                self.sized(Value::new(Data::Record(Arc::new(record)), place))
            }
            Some(whole @ Ty::Map(entry)) => {
                let mut made = Fields::default();
                for member in members {
                    if let Member::Field { name, value, .. } = member {
                        let value = self.expr_as(frame, *value, entry);
                        made.insert(name.text.clone(), Field { value, set_at: frame.place(name.range), overridden: None });
                    }
                }
                self.record(made, Some(whole.clone()), place)
            }
            _ => self.free_body(frame, members, place),
        }
    }

    /// The record that a body makes: fields in the type's order, defaults filled in.
    pub(super) fn body(&mut self, frame: &mut Frame<'db>, members: &'db [Member], record: &RecordTy, whole: &Ty) -> Record {
        let mut given: Vec<Option<Field>> = vec![None; record.fields.len()];
        let mut entries: Vec<Entries> = Vec::new();
        for member in members {
            match member {
                Member::Field { name, value, .. } => {
                    let Some(index) = record.fields.iter().position(|field| field.name == name.text) else { continue };
                    let value = self.expr_as(frame, *value, &record.fields[index].ty);
                    given[index] = Some(Field { value, set_at: frame.place(name.range), overridden: None });
                }
                Member::Block { .. } => {
                    if let Some(block) = block(member) {
                        self.block(frame, block, record, &mut given, &mut entries);
                    }
                }
            }
        }
        for Entries { index, fields, set_at, place } in entries {
            let whole = record.fields[index].ty.present().base().clone();
            let fields = match given[index].take().as_ref().and_then(|field| field.value.fields()) {
                Some(set) => set.fields.iter().map(|(name, field)| (name.clone(), field.clone())).chain(fields).collect(),
                None => fields,
            };
            let value = self.record(fields, Some(whole), place);
            given[index] = Some(Field { value, set_at, overridden: None });
        }
        self.filled(record, whole, given.into_iter())
    }

    /// A record of these fields, in the type's order; where one is absent, its default.
    fn filled(&mut self, record: &RecordTy, whole: &Ty, given: impl Iterator<Item = Option<Field>>) -> Record {
        self.steps(record.fields.len() as u64 / 4, self.origin);
        let mut fields = Fields::with_capacity(record.fields.len());
        for (declared, given) in record.fields.iter().zip(given) {
            let field = match given {
                Some(field) if leaves_out(&field.value, &declared.ty, record.partial) => None,
                Some(field) => Some(field),
                None => self.default_field(declared),
            };
            if let Some(field) = field {
                fields.push(declared.name.clone(), field);
            }
        }
        Record::typed(fields, Some(whole.clone()))
    }

    /// `{ a = 1 }` where the record `whole` is expected.
    pub(super) fn record_as(&mut self, frame: &mut Frame<'db>, fields: &'db [RecordField], whole: &Ty, place: Place) -> Value {
        let Ty::Record(record) = whole else { return Value::error(place) };
        let mut given: Vec<Option<Field>> = vec![None; record.fields.len()];
        for field in fields {
            let Some(index) = record.fields.iter().position(|declared| declared.name == field.name.text) else { continue };
            let value = self.expr_as(frame, field.value, &record.fields[index].ty);
            given[index] = Some(Field { value, set_at: frame.place(field.name.range), overridden: None });
        }
        let record = self.filled(record, whole, given.into_iter());
        self.sized(Value::new(Data::Record(Arc::new(record)), place))
    }

    fn block(
        &mut self,
        frame: &mut Frame<'db>,
        block: Block<'db>,
        record: &RecordTy,
        given: &mut [Option<Field>],
        entries: &mut Vec<Entries>,
    ) {
        let Some(field) = block_field(record, &block.word.text, block.label.is_some()) else { return };
        let Some(index) = record.fields.iter().position(|declared| std::ptr::eq(declared, field)) else { return };
        let Some(label) = block.label else {
            self.each_block(frame, block, &mut |this, frame| {
                let value = this.expr_as(frame, block.body, field.ty.present());
                given[index] = Some(Field { value, set_at: frame.place(block.word.range), overridden: None });
            });
            return;
        };
        let at = match entries.iter().position(|entries| entries.index == index) {
            Some(at) => at,
            None => {
                let (set_at, place) = (frame.place(block.word.range), frame.place(block.range));
                entries.push(Entries { index, fields: Fields::default(), set_at, place });
                entries.len() - 1
            }
        };
        let any = Ty::Any;
        let entry_ty = match field.ty.present().base() {
            Ty::Map(entry) => &**entry,
            _ => &any,
        };
        let mut weight = entries[at].fields.values().map(|field| field.value.weight()).sum::<u64>();
        self.each_block(frame, block, &mut |this, frame| {
            let Some(name) = this.label(frame, label) else { return };
            let set_at = frame.expr_place(label);
            if let Some(first) = entries[at].fields.get(&name) {
                let first = first.set_at;
                this.report(catalog::duplicate_field::new(set_at, &format!("{} {name}", block.word.text), first));
                return;
            }
            let value = this.expr_as(frame, block.body, entry_ty);
            weight = weight.saturating_add(value.weight());
            if weight > super::limits::WEIGHT {
                this.report(catalog::limit_size::values(set_at, super::limits::WEIGHT));
                // Whatever follows would only be more of it.
                this.stopped = true;
                return;
            }
            entries[at].fields.insert(name, Field { value, set_at, overridden: None });
        });
    }

    /// Runs `each` for a block: as often as its loop and condition say.
    pub(super) fn each_block(
        &mut self,
        frame: &mut Frame<'db>,
        block: Block<'db>,
        each: &mut dyn FnMut(&mut Self, &mut Frame<'db>),
    ) {
        let mut guarded = |this: &mut Self, frame: &mut Frame<'db>| {
            if block.condition.is_none_or(|condition| this.truth(frame, condition) == Some(true)) {
                each(this, frame);
            }
        };
        match block.loop_ {
            None => guarded(self, frame),
            Some(loop_) => {
                self.iterate(frame, loop_, &mut |this, frame, _| {
                    guarded(this, frame);
                    !this.stopped
                });
            }
        }
    }

    /// A block's name. Whether the cluster takes it is checked with the whole.
    pub(super) fn label(&mut self, frame: &mut Frame<'db>, label: ExprId) -> Option<SmolStr> {
        match self.expr(frame, label).data {
            Data::String(name) => Some(name),
            _ => None,
        }
    }

    /// A body whose type says nothing of its fields: a record of what is written.
    pub(super) fn free_body(&mut self, frame: &mut Frame<'db>, members: &'db [Member], place: Place) -> Value {
        let mut made = Fields::default();
        for member in members {
            match member {
                Member::Field { name, value, .. } => {
                    let value = self.expr(frame, *value);
                    made.insert(name.text.clone(), Field { value, set_at: frame.place(name.range), overridden: None });
                }
                Member::Block { .. } => {
                    let Some(block) = block(member) else { continue };
                    let set_at = frame.place(block.word.range);
                    let mut entries = Fields::default();
                    self.each_block(frame, block, &mut |this, frame| match block.label {
                        Some(label) => {
                            let Some(name) = this.label(frame, label) else { return };
                            let value = this.expr(frame, block.body);
                            entries.insert(name, Field { value, set_at: frame.expr_place(label), overridden: None });
                        }
                        None => {
                            let value = this.expr(frame, block.body);
                            made.insert(block.word.text.clone(), Field { value, set_at, overridden: None });
                        }
                    });
                    if block.label.is_some() {
                        let earlier =
                            made.get(&block.word.text).and_then(|field| field.value.fields()).cloned().unwrap_or_default();
                        let fields = earlier.fields.into_iter().chain(entries).collect();
                        let value = self.record(fields, None, frame.place(block.range));
                        made.insert(block.word.text.clone(), Field { value, set_at, overridden: None });
                    }
                }
            }
        }
        self.record(made, None, place)
    }
}

/// Whether a value for a field of this type says that it is not set; in a part of an object that is there, `none` is kept.
pub(super) fn leaves_out(value: &Value, ty: &Ty, partial: bool) -> bool {
    matches!(value.data, Data::None) && matches!(ty, Ty::Option(_)) && !partial
}

/// A member that is a block.
pub(super) fn block(member: &Member) -> Option<Block<'_>> {
    match member {
        Member::Field { .. } => None,
        Member::Block { word, label, loop_, condition, body, range, .. } => {
            Some(Block { word, label: *label, loop_: loop_.as_ref(), condition: *condition, body: *body, range: *range })
        }
    }
}
