//! Records, blocks and `with` against the record type that is expected.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Checker;
use super::paths::{owner_with_article, with_article};
use crate::diagnostics::{catalog, nearest};
use crate::hir::{Expr, ExprId, FieldOperator, Member, Name, RecordField};
use crate::text::TextRange;
use crate::types::{FieldTy, RecordTy, Ty, block_field, body_schema};

impl Checker<'_> {
    pub(super) fn record_literal(&mut self, expr: ExprId, fields: &[RecordField], record: &RecordTy) {
        self.duplicate_fields(fields);
        for field in fields {
            match record.field(&field.name.text) {
                Some(declared) => self.check_as(field.value, &declared.ty.clone(), Some(&field.name.text)),
                None => self.unknown_field(&field.name, record, field.value),
            }
        }
        let set = |name: &str| {
            fields.iter().any(|field| field.name.text == name || meant_by_field(record, &field.name.text) == Some(name))
        };
        self.missing_fields(record, set, self.item.expr_range(expr));
    }

    /// A body of members; what is missing is reported at `at`, the name of what is declared.
    pub(super) fn body(&mut self, members: &[Member], record: &RecordTy, at: TextRange) {
        let mut seen: FxHashMap<(SmolStr, Option<SmolStr>), TextRange> = FxHashMap::default();
        for member in members {
            self.member(member, record, false);
            self.member_once(member, &mut seen);
        }
        let set = |name: &str| {
            members.iter().any(|member| match member {
                Member::Field { name: field, .. } => field.text == name || meant_by_field(record, &field.text) == Some(name),
                Member::Block { word, label, .. } => match block_field(record, &word.text, label.is_some()) {
                    Some(field) => field.name == name,
                    None => meant_by_block(record, &word.text, label.is_some()) == Some(name),
                },
            })
        };
        self.missing_fields(record, set, at);
    }

    fn member_once(&mut self, member: &Member, seen: &mut FxHashMap<(SmolStr, Option<SmolStr>), TextRange>) {
        let (key, range) = match member {
            Member::Field { name, .. } => ((name.text.clone(), None), name.range),
            Member::Block { loop_: Some(_), .. } | Member::Block { condition: Some(_), .. } => return,
            Member::Block { word, label: None, .. } => ((word.text.clone(), None), word.range),
            Member::Block { word, label: Some(label), .. } => match self.plain_text(*label) {
                Some(text) => ((word.text.clone(), Some(text)), self.item.expr_range(*label)),
                None => return,
            },
        };
        match seen.get(&key).copied() {
            Some(first) => {
                let shown = key.1.as_ref().map_or_else(|| key.0.to_string(), |label| format!("{} {label}", key.0));
                let diagnostic = catalog::duplicate_field::new(self.place(range), &shown, self.place(first));
                self.report(diagnostic);
            }
            None => {
                seen.insert(key, range);
            }
        }
    }

    /// One member of a body; in a `with`, required fields may be absent, and `+=` appends.
    fn member(&mut self, member: &Member, record: &RecordTy, changes: bool) {
        match member {
            Member::Field { name, operator, value, .. } => match record.field(&name.text).map(|field| field.ty.clone()) {
                Some(ty) if *operator == FieldOperator::Append => self.appended(name, *value, &ty),
                Some(ty) => self.check_as(*value, &ty, Some(&name.text)),
                None => self.unknown_field(name, record, *value),
            },
            Member::Block { word, label, loop_, condition, body, .. } => {
                let Some(field) = block_field(record, &word.text, label.is_some()).map(|field| field.ty.clone()) else {
                    self.unknown_block(word, *label, record);
                    return;
                };
                let entry = match (field.present().base(), label) {
                    (Ty::Map(entry), Some(_)) => entry.present().base().clone(),
                    (ty, _) => ty.clone(),
                };
                self.looped(loop_.as_ref(), *condition, |checker| {
                    if let Some(label) = label {
                        checker.check(*label, &Ty::STRING);
                    }
                    let at = label.map_or(word.range, |label| checker.item.expr_range(label));
                    checker.block_body(*body, &entry, at, changes);
                });
            }
        }
    }

    fn block_body(&mut self, body: ExprId, entry: &Ty, at: TextRange, changes: bool) {
        let item = self.item;
        let Expr::Body(members) = item.expr(body) else { return };
        match entry {
            Ty::Record(record) if changes => {
                for member in members {
                    self.member(member, record, true);
                }
            }
            Ty::Record(record) => self.body(members, record, at),
            Ty::Map(value) => {
                for member in members {
                    if let Member::Field { name, value: given, .. } = member {
                        self.check_as(*given, value, Some(&name.text));
                    }
                }
            }
            _ => {
                for member in members {
                    if let Member::Field { value, .. } = member {
                        self.infer(*value, None);
                    }
                }
            }
        }
        self.record(body, entry);
    }

    fn appended(&mut self, name: &Name, value: ExprId, ty: &Ty) {
        match ty.present().base() {
            Ty::List(_) | Ty::Map(_) => self.check_as(value, &ty.present().clone(), Some(&name.text)),
            // Which fields are added is the record's to say, when the copy is checked as a whole.
            Ty::Error | Ty::Any => {
                self.infer(value, None);
            }
            other => {
                self.infer(value, None);
                let place = self.place(name.range);
                self.report(catalog::cannot_append::new(place, &name.text, other));
            }
        }
    }

    pub(super) fn with(&mut self, base: ExprId, members: &[Member]) -> Ty {
        let ty = self.infer(base, None);
        let record = match ty.base() {
            Ty::Instance(kind) => body_schema(self.db, *kind, members),
            Ty::Record(record) => record.clone(),
            Ty::Map(value) => {
                for member in members {
                    if let Member::Field { value: given, name, .. } = member {
                        self.check_as(*given, value, Some(&name.text));
                    }
                }
                return ty;
            }
            Ty::Error | Ty::Any => return Ty::Error,
            other => {
                let place = self.expr_place(base);
                return self.report(catalog::cannot_change::new(place, other));
            }
        };
        let mut seen = FxHashMap::default();
        for member in members {
            self.member(member, &record, true);
            self.member_once(member, &mut seen);
        }
        // A literal's known texts are no longer known where they were replaced.
        widen(ty)
    }

    fn unknown_field(&mut self, name: &Name, record: &RecordTy, value: ExprId) {
        self.infer(value, None);
        let known: Vec<&str> = record.fields.iter().map(|field| field.name.as_str()).collect();
        let owner = record.name.as_ref().map_or_else(|| "this record".to_owned(), |name| with_article(name));
        let mut diagnostic = catalog::unknown_field::new(self.place(name.range), &name.text, &owner, &known);
        // A block's word used as a field: `container = …`.
        if let Some(field) = block_field(record, &name.text, true) {
            diagnostic.fixes.clear();
            diagnostic.help = vec![format!("write a block, `{} NAME {{ … }}`, or the map `{}`", name.text, field.name)];
        }
        self.report(diagnostic);
    }

    fn unknown_block(&mut self, word: &Name, label: Option<ExprId>, record: &RecordTy) {
        let labelled = label.is_some();
        let known = block_words(record, labelled);
        let owner = owner_with_article(&Ty::Record(std::sync::Arc::new(record.clone_fields())));
        let place = self.place(word.range);
        let mut diagnostic = catalog::unknown_block::new(place, &word.text, &owner, &known);
        if labelled && record.field(&word.text).is_some() {
            diagnostic.help = vec![format!("`{}` takes no name", word.text)];
            diagnostic.fixes.clear();
        } else if !labelled && block_field(record, &word.text, true).is_some() {
            diagnostic.help = vec![format!("give it a name: `{} NAME {{ … }}`", word.text)];
            diagnostic.fixes.clear();
        } else if nearest::nearest(&word.text, known.iter().copied()).is_none() && record.field(&word.text).is_some() {
            diagnostic.help = vec![format!("`{0}` is a field: write `{0} = …`", word.text)];
        }
        self.report(diagnostic);
    }

    fn missing_fields(&mut self, record: &RecordTy, set: impl Fn(&str) -> bool, at: TextRange) {
        let missing: Vec<&str> = record.missing(set).map(SmolStr::as_str).collect();
        if !missing.is_empty() {
            let owner = record.name.as_ref().map_or_else(|| "this record".to_owned(), |name| with_article(name));
            let diagnostic = catalog::missing_field::new(self.place(at), &owner, &missing);
            self.report(diagnostic);
        }
    }
}

/// The words that may start a block in a body.
fn block_words(record: &RecordTy, labelled: bool) -> Vec<&str> {
    let word = |field: &FieldTy| match field.ty.present().base() {
        Ty::Map(entry) if labelled => matches!(entry.base(), Ty::Record(_)),
        Ty::Record(_) | Ty::Map(_) | Ty::Any => !labelled,
        _ => false,
    };
    let words = record.fields.iter().filter(|field| word(field));
    words.filter_map(|field| if labelled { field.name.strip_suffix('s') } else { Some(field.name.as_str()) }).collect()
}

/// The field that an unknown one most likely means. What is told there is not told again as missing.
fn meant_by_field<'a>(record: &'a RecordTy, name: &str) -> Option<&'a str> {
    if record.field(name).is_some() {
        return None;
    }
    // A block's word used as a field.
    let block = block_field(record, name, true).map(|field| field.name.as_str());
    block.or_else(|| nearest::nearest(name, record.fields.iter().map(|field| field.name.as_str())))
}

/// The field that an unknown block most likely means.
fn meant_by_block<'a>(record: &'a RecordTy, word: &str, labelled: bool) -> Option<&'a str> {
    let near = || nearest::nearest(word, block_words(record, labelled));
    let field = record.field(word).or_else(|| block_field(record, word, !labelled));
    field.or_else(|| block_field(record, near()?, labelled)).map(|field| field.name.as_str())
}

/// A record's type without the texts its fields happen to be known to have.
fn widen(ty: Ty) -> Ty {
    match ty {
        Ty::String(Some(_)) => Ty::STRING,
        Ty::Record(record) if record.name.is_none() => {
            let fields = record.fields.iter().map(|field| FieldTy { ty: widen(field.ty.clone()), ..field.clone() }).collect();
            Ty::Record(std::sync::Arc::new(RecordTy { name: None, fields, partial: record.partial }))
        }
        Ty::List(element) => Ty::list(widen((*element).clone())),
        Ty::Map(value) => Ty::map(widen((*value).clone())),
        other => other,
    }
}

impl RecordTy {
    fn clone_fields(&self) -> RecordTy {
        RecordTy { name: self.name.clone(), fields: self.fields.clone(), partial: self.partial }
    }
}
