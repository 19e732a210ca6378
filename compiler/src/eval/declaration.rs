//! The images and environments that a declaration without parameters stands for.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::code::{Code, Frame};
use super::limits::{INSTANCES, STEPS_OF_AN_INSTANCE, WEIGHT_OF_INSTANCES};
use super::{Data, Field, Fields, Instance, InstanceKey, Interpreter, Record, Value, comprehension::Element};
use crate::db::{Db, ItemId, item_tree, name_place};
use crate::diagnostics::{Diagnostic, catalog};
use crate::hir::{Decl, DeclBody, DeclKind, Definition, Expr, SmolStr};
use crate::model::name_problem;
use crate::text::Place;
use crate::types::{self, Ty};

/// What an `image` or `environment` declares.
#[derive(Debug, Default, PartialEq)]
pub struct Instances {
    /// In the order of the loop's elements. None where a condition is false, for a template, or after an error.
    pub entries: Vec<Arc<Instance>>,
    /// One or more are missing because of an error, which was reported.
    pub failed: bool,
    /// Of a declaration with a loop: the map that its name stands for.
    pub all: Option<Value>,
    pub diagnostics: Vec<Diagnostic>,
}

#[salsa::tracked(cycle_result = cyclic_instances)]
pub fn instances(db: &dyn Db, item: ItemId) -> Arc<Instances> {
    Arc::new(evaluated_instances(db, item))
}

/// As [`instances`], made anew at each call: for who asks of each declaration once, and has no use for the values afterwards.
pub fn evaluated_instances(db: &dyn Db, item: ItemId) -> Instances {
    let failed = || Instances { failed: true, ..Instances::default() };
    let Definition::Decl(decl) = &item_tree(db, item).item.definition else { return failed() };
    if decl.params.is_some() {
        return Instances::default();
    }
    if types::has_errors(db, item) {
        return failed();
    }
    let mut interpreter = Interpreter::new(db, item);
    let mut frame = interpreter.frame(item);
    let made = match &decl.loop_ {
        None => interpreter.single(&mut frame, decl),
        Some(_) => interpreter.looped(&mut frame, decl),
    };
    Instances { diagnostics: interpreter.finish(), ..made }
}

fn cyclic_instances(_: &dyn Db, _: salsa::Id, _: ItemId) -> Arc<Instances> {
    Arc::new(Instances { failed: true, ..Instances::default() })
}

impl<'db> Interpreter<'db> {
    fn single(&mut self, frame: &mut Frame<'db>, decl: &'db Decl) -> Instances {
        if let Some(condition) = decl.condition {
            match self.truth(frame, condition) {
                Some(true) => {}
                Some(false) => return Instances::default(),
                None => return Instances { failed: true, ..Instances::default() },
            }
        }
        match self.instance(frame, decl, InstanceKey::Only).data {
            Data::Instance(instance) => Instances { entries: vec![instance], ..Instances::default() },
            _ => Instances { failed: true, ..Instances::default() },
        }
    }

    fn looped(&mut self, frame: &mut Frame<'db>, decl: &'db Decl) -> Instances {
        let Some(loop_) = &decl.loop_ else { return Instances::default() };
        let mut made = Instances::default();
        let mut keys: FxHashMap<SmolStr, Place> = FxHashMap::default();
        let mut weight = 0_u64;
        let over = frame.expr_place(loop_.iterable);
        let shared = Arc::new(super::shared::shared_values(self.db, frame.code.id));
        frame.code = Rc::new(Code { shared: Some(shared), ..(*frame.code).clone() });
        let went = self.iterate(frame, loop_, &mut |this, frame, element| {
            match decl.condition.map(|condition| this.truth(frame, condition)) {
                None | Some(Some(true)) => {}
                Some(Some(false)) => return true,
                Some(None) => {
                    made.failed = true;
                    return !this.stopped;
                }
            }
            let Some(key) = this.instance_key(frame, &element, over) else {
                made.failed = true;
                return true;
            };
            if let Some(first) = keys.insert(key.clone(), element.place) {
                let at = this.own_place(element.place, over);
                this.report(catalog::duplicate_key::new(at, &key, first));
                made.failed = true;
                return true;
            }
            this.steps_left += STEPS_OF_AN_INSTANCE;
            match this.instance(frame, decl, InstanceKey::Loop(key)).data {
                Data::Instance(instance) => {
                    weight = weight.saturating_add(instance.fields.weight);
                    made.entries.push(instance);
                }
                _ => made.failed = true,
            }
            if made.entries.len() > INSTANCES || weight > WEIGHT_OF_INSTANCES {
                this.report(catalog::limit_size::instances(over, INSTANCES));
                made.failed = true;
                return false;
            }
            !this.stopped
        });
        made.failed |= !went || self.stopped;
        let entry = |instance: &Arc<Instance>| {
            let InstanceKey::Loop(key) = &instance.key else { return None };
            let value = Value::new(Data::Instance(instance.clone()), instance.place);
            let set_at = keys.get(key).copied().unwrap_or(instance.place);
            Some((key.clone(), Field { value, set_at, overridden: None }))
        };
        let fields: Fields = made.entries.iter().filter_map(entry).collect();
        let ty = Ty::map(Ty::Instance(decl.kind));
        made.all = Some(Value::new(Data::Record(Arc::new(Record::typed(fields, Some(ty)))), over));
        made
    }

    /// The key of a loop's element: the map's key, the text itself, or its field `name`.
    fn instance_key(&mut self, frame: &Frame<'db>, element: &Element<'_>, over: Place) -> Option<SmolStr> {
        let (key, written) = match (element.key, &element.value.data) {
            (Some(key), _) => (key.clone(), element.place),
            (None, Data::String(text)) => (text.clone(), element.place),
            (None, Data::Int(number)) => (SmolStr::from(number.to_string()), element.place),
            (None, Data::Record(record)) => match record.fields.get("name") {
                Some(Field { value: Value { data: Data::String(text), place }, .. }) => (text.clone(), *place),
                Some(Field { value, .. }) => return self.no_key(frame, value, "a `name` that is no text", over),
                None => return self.no_key(frame, element.value, "a record without `name`", over),
            },
            (None, data) => {
                let found = match data {
                    Data::List(_) => "a list",
                    Data::Bool(_) => "a `bool`",
                    Data::Float(_) => "a `float`",
                    Data::Bytes(_) => "an amount of bytes",
                    Data::Cpu(_) => "an amount of processors",
                    Data::Duration(_) => "a duration",
                    Data::None => "`none`",
                    Data::Instance(_) => "an image or an environment",
                    _ => "no text",
                };
                return self.no_key(frame, element.value, found, over);
            }
        };
        let name = frame.code.id.name(self.db);
        // The name in the cluster is `dev-ana`.
        let problem = match name_problem(&key) {
            None if key.len() + 1 + name.len() > 63 => {
                Some("with the name of the declaration before it, it is longer than 63 characters")
            }
            problem => problem,
        };
        if let Some(problem) = problem {
            let at = self.own_place(written, over);
            let word = frame.code.id.decl_kind(self.db).map_or("declaration", DeclKind::word);
            self.report(catalog::invalid_name::new(at, &key, word, problem));
            return None;
        }
        Some(key)
    }

    /// Reports that an element names no instance, unless it is in error.
    fn no_key(&mut self, frame: &Frame<'db>, value: &Value, found: &str, over: Place) -> Option<SmolStr> {
        if !value.is_error() {
            let at = self.own_place(value.place, over);
            let word = frame.code.id.decl_kind(self.db).map_or("declaration", DeclKind::word);
            self.report(catalog::loop_key::new(at, word, found));
        }
        None
    }

    /// `place`, or, where that is in another package, what led there.
    fn own_place(&self, place: Place, otherwise: Place) -> Place {
        let is_own = ItemId::of(place).is_some_and(|item| item.package(self.db) == self.home);
        if is_own { place } else { otherwise }
    }

    /// One instance of a declaration, whose loop's names or parameters are bound.
    pub(super) fn instance(&mut self, frame: &mut Frame<'db>, decl: &'db Decl, key: InstanceKey) -> Value {
        let item = frame.code.id;
        let place = name_place(self.db, item);
        let kind = decl.kind;
        match decl.body {
            DeclBody::Block(body) => {
                let data = frame.item();
                let Expr::Body(members) = data.expr(body) else { return Value::error(place) };
                if !self.steps(1, place) {
                    return Value::error(place);
                }
                let schema = self.schema(kind, members);
                let fields = self.body(frame, members, &schema, &Ty::Record(schema.clone()));
                let instance = Instance { kind, item, key, origin: item, changed: false, fields, place };
                self.sized(Value::new(Data::Instance(Arc::new(instance)), place))
            }
            DeclBody::Expr(expr) => {
                let Data::Instance(made) = self.expr(frame, expr).data else { return Value::error(place) };
                // Most are made for this declaration alone.
                let (origin, fields) = match Arc::try_unwrap(made) {
                    Ok(made) => (made.origin, made.fields),
                    Err(shared) => (shared.origin, shared.fields.clone()),
                };
                let instance = Instance { kind, item, key, origin, changed: false, fields, place };
                Value::new(Data::Instance(Arc::new(instance)), place)
            }
        }
    }
}
