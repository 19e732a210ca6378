//! What an expression evaluates to. Each value knows the expression that made it.

use std::sync::Arc;

use smol_str::SmolStr;

pub use super::fields::Fields;
use crate::db::ItemId;
use crate::hir::DeclKind;
use crate::model::{Bytes, Cpu, SecretKey};
use crate::text::Place;
use crate::types::Ty;

/// `==` compares places too, as a query's result must; [`Value::equals`] is the language's own equality.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    pub data: Data,
    /// The expression that made it.
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Reported already; what is made of it is an error too, silently.
    Error,
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    String(SmolStr),
    Bytes(Bytes),
    Cpu(Cpu),
    /// In milliseconds.
    Duration(u64),
    Secret(Arc<SecretKey>),
    List(Arc<List>),
    /// Records and maps alike.
    Record(Arc<Record>),
    Instance(Arc<Instance>),
    /// A function or a template, by its declaration.
    Function(ItemId),
    /// A function of the standard library.
    Builtin(&'static str),
}

#[derive(Debug, PartialEq)]
pub struct List {
    pub items: Vec<Value>,
    /// How many values it holds, however deep and shared, itself included; saturating.
    pub weight: u64,
    /// How deep lists and records lie within each other, itself included.
    pub depth: u32,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub fields: Fields,
    /// As [`List::weight`].
    pub weight: u64,
    /// As [`List::depth`].
    pub depth: u32,
    /// The record or map type it was made to fit, by which a copy's changes are checked.
    pub ty: Option<Ty>,
}

/// A record's entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    pub value: Value,
    /// Where it was set: the field's name as typed.
    pub set_at: Place,
    /// What it was before `with` changed it, latest first.
    pub overridden: Option<Arc<Overridden>>,
}

#[derive(Debug, PartialEq)]
pub struct Overridden {
    pub set_at: Place,
    /// The value it had, as text, cut to 200 characters.
    pub shown: SmolStr,
    pub earlier: Option<Arc<Overridden>>,
}

/// An image or an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    pub kind: DeclKind,
    /// The declaration it is an instance of. A copy made by `with` keeps that of what it copies.
    pub item: ItemId,
    pub key: InstanceKey,
    /// The declaration whose block made it, of `item` itself or of what it copies: relative paths are of its repository.
    pub origin: ItemId,
    /// True once `with` changed it: it is no longer what the declaration alone says.
    pub changed: bool,
    pub fields: Record,
    /// The name that declares it; where a copy was made, the `with` expression.
    pub place: Place,
}

/// Which instance of a declaration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum InstanceKey {
    /// The declaration itself.
    Only,
    /// The element of its loop, by its name.
    Loop(SmolStr),
    /// A template with these arguments, as `name=value`, in the order of the parameters, those given only.
    Arguments(Vec<(SmolStr, SmolStr)>),
}

impl Value {
    pub fn new(data: Data, place: Place) -> Value {
        Value { data, place }
    }

    pub fn error(place: Place) -> Value {
        Value { data: Data::Error, place }
    }

    pub fn is_error(&self) -> bool {
        matches!(self.data, Data::Error)
    }

    /// How many values it holds, itself included.
    pub fn weight(&self) -> u64 {
        match &self.data {
            Data::List(list) => list.weight,
            Data::Record(record) => record.weight,
            Data::Instance(instance) => instance.fields.weight.saturating_add(1),
            _ => 1,
        }
    }

    /// How deep lists and records lie within each other; 0 for a scalar.
    pub fn depth(&self) -> u32 {
        match &self.data {
            Data::List(list) => list.depth,
            Data::Record(record) => record.depth,
            Data::Instance(instance) => instance.fields.depth,
            _ => 0,
        }
    }

    pub fn list(items: Vec<Value>, place: Place) -> Value {
        let (mut weight, mut depth) = (1_u64, 0);
        for item in &items {
            weight = weight.saturating_add(item.weight());
            depth = depth.max(item.depth());
        }
        Value::new(Data::List(Arc::new(List { items, weight, depth: depth + 1 })), place)
    }

    pub fn record(fields: Fields, place: Place) -> Value {
        Value::new(Data::Record(Arc::new(Record::new(fields))), place)
    }

    /// The fields of a record, a map, an image or an environment.
    pub fn fields(&self) -> Option<&Record> {
        match &self.data {
            Data::Record(record) => Some(record),
            Data::Instance(instance) => Some(&instance.fields),
            _ => None,
        }
    }

    /// Equality of the language: by content; amounts by amount; places do not count.
    pub fn equals(&self, other: &Value) -> bool {
        match (&self.data, &other.data) {
            (Data::Int(a), Data::Float(b)) | (Data::Float(b), Data::Int(a)) => *a as f64 == *b,
            (Data::Int(a), Data::Cpu(b)) | (Data::Cpu(b), Data::Int(a)) => a.checked_mul(1000) == i64::try_from(b.0).ok(),
            (Data::Float(a), Data::Cpu(b)) | (Data::Cpu(b), Data::Float(a)) => *a * 1000.0 == b.0 as f64,
            (Data::List(a), Data::List(b)) => {
                Arc::ptr_eq(a, b) || (a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(|(a, b)| a.equals(b)))
            }
            (Data::Record(a), Data::Record(b)) => Arc::ptr_eq(a, b) || a.equals(b),
            (Data::Instance(a), Data::Instance(b)) => {
                Arc::ptr_eq(a, b) || (a.kind == b.kind && a.item == b.item && a.key == b.key && a.fields.equals(&b.fields))
            }
            (a, b) => a == b,
        }
    }
}

impl Record {
    pub fn new(fields: Fields) -> Record {
        Record::typed(fields, None)
    }

    pub fn typed(fields: Fields, ty: Option<Ty>) -> Record {
        let (mut weight, mut depth) = (1_u64, 0);
        for field in fields.values() {
            weight = weight.saturating_add(field.value.weight());
            depth = depth.max(field.value.depth());
        }
        Record { fields, weight, depth: depth + 1, ty }
    }

    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).map(|field| &field.value)
    }

    /// As [`Value::equals`]; the order of the entries does not count.
    pub fn equals(&self, other: &Record) -> bool {
        self.fields.len() == other.fields.len()
            && self.fields.iter().all(|(name, field)| other.get(name).is_some_and(|value| value.equals(&field.value)))
    }
}
