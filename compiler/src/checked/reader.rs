//! Fields of an evaluated record, by name and type. What is absent or in error reads as `None`.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::diagnostics::{Diagnostic, catalog};
use crate::eval::value::{Data, Field, Record, Value};
use crate::model::{Bytes, Cpu, SecretKey, Sourced};
use crate::text::Place;

impl Record {
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name).filter(|field| !matches!(field.value.data, Data::None))
    }

    pub(super) fn text(&self, name: &str) -> Option<SmolStr> {
        self.get(name).and_then(text)
    }

    /// A field that names something in the cluster, `what`; told where it can be no name of one.
    pub(super) fn name_of(
        &self,
        name: &str,
        what: &str,
        problem: fn(&str) -> Option<&'static str>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<SmolStr> {
        let field = self.sourced(name)?;
        if let Some(problem) = problem(&field.value) {
            diagnostics.push(catalog::invalid_name::new(field.place, &field.value, what, problem));
        }
        Some(field.value)
    }

    /// A text with the place of its expression.
    pub(super) fn sourced(&self, name: &str) -> Option<Sourced<SmolStr>> {
        self.get(name).and_then(|value| text(value).map(|text| Sourced { value: text, place: value.place }))
    }

    pub(super) fn bool(&self, name: &str) -> Option<bool> {
        match self.get(name)?.data {
            Data::Bool(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)?.data {
            Data::Int(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn bytes(&self, name: &str) -> Option<Bytes> {
        match self.get(name)?.data {
            Data::Bytes(value) => Some(value),
            _ => None,
        }
    }

    pub(super) fn cpu(&self, name: &str) -> Option<Cpu> {
        match self.get(name)?.data {
            Data::Cpu(value) => Some(value),
            _ => None,
        }
    }

    /// A duration in whole seconds, rounded up.
    pub(super) fn seconds(&self, name: &str) -> Option<u64> {
        match self.get(name)?.data {
            Data::Duration(milliseconds) => Some(milliseconds.div_ceil(1000)),
            _ => None,
        }
    }

    pub(super) fn secret(&self, name: &str) -> Option<Arc<SecretKey>> {
        match &self.get(name)?.data {
            Data::Secret(secret) => Some(secret.clone()),
            _ => None,
        }
    }

    pub(super) fn record(&self, name: &str) -> Option<&Record> {
        self.get(name)?.fields()
    }

    /// The entries of a record or map, in the order of the source.
    pub(super) fn entries(&self, name: &str) -> impl Iterator<Item = (&SmolStr, &Field)> {
        self.record(name).into_iter().flat_map(|record| &record.fields)
    }

    pub(super) fn elements(&self, name: &str) -> &[Value] {
        match self.get(name).map(|value| &value.data) {
            Some(Data::List(list)) => &list.items,
            _ => &[],
        }
    }

    pub(super) fn texts(&self, name: &str) -> Vec<SmolStr> {
        self.elements(name).iter().filter_map(text).collect()
    }

    /// The texts of a map, in the order of the source.
    pub(super) fn text_entries(&self, name: &str) -> Vec<(SmolStr, SmolStr)> {
        self.entries(name).filter_map(|(key, field)| Some((key.clone(), text(&field.value)?))).collect()
    }

    /// Where a field was set, or `otherwise`.
    pub(super) fn set_at(&self, name: &str, otherwise: Place) -> Place {
        self.fields.get(name).map_or(otherwise, |field| field.set_at)
    }
}

pub(super) fn text(value: &Value) -> Option<SmolStr> {
    match &value.data {
        Data::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// Whether any value within is in error: then the whole is not checked further.
pub(super) fn broken(record: &Record) -> bool {
    record.fields.values().any(|field| broken_value(&field.value))
}

fn broken_value(value: &Value) -> bool {
    match &value.data {
        Data::Error => true,
        Data::List(list) => list.items.iter().any(broken_value),
        Data::Record(record) => broken(record),
        Data::Instance(instance) => broken(&instance.fields),
        _ => false,
    }
}
