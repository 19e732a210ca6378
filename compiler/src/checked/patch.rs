//! An environment's `patch` as the data that Kubernetes merges.

use serde_json::{Map, Value as Json};

use crate::diagnostics::{Diagnostic, catalog};
use crate::eval::value::{Data, Field, Record, Value};
use crate::model::Sourced;
use crate::types::{DIRECTIVE, PATCH, Ty};

/// What coderc finds a Deployment by: what rendering puts there, which a test of it compares.
pub const PROTECTED: [&[&str]; 13] = [
    &["metadata", "name"],
    &["metadata", "generateName"],
    &["metadata", "namespace"],
    &["metadata", "labels", "app.kubernetes.io/name"],
    &["metadata", "labels", "app.kubernetes.io/instance"],
    &["metadata", "labels", "app.kubernetes.io/managed-by"],
    &["metadata", "labels", "applyset.kubernetes.io/part-of"],
    &["metadata", "annotations", "coderc.dev/address"],
    &["metadata", "annotations", "coderc.dev/ttl"],
    &["spec", "selector"],
    &["spec", "template", "metadata", "labels", "app.kubernetes.io/name"],
    &["spec", "template", "metadata", "labels", "app.kubernetes.io/instance"],
    &["spec", "template", "metadata", "labels", "app.kubernetes.io/managed-by"],
];

/// What the object is, which a patch may repeat.
const KIND: [(&str, &str); 2] = [("apiVersion", "apps/v1"), ("kind", "Deployment")];

pub(super) fn patch(fields: &Record, diagnostics: &mut Vec<Diagnostic>) -> Option<Sourced<Json>> {
    let patch = fields.field(PATCH)?;
    let whole = patch.value.fields()?;
    let before = diagnostics.len();
    for (name, said) in KIND {
        if let Some(field) = whole.fields.get(name).filter(|field| !is_text(field, said)) {
            diagnostics.push(catalog::patch_protected::new(field.set_at, name));
        }
    }
    for path in PROTECTED {
        let found = conflict(whole, path, 0);
        diagnostics.extend(found.filter(|found| diagnostics[before..].iter().all(|told| told.place != found.place)));
    }
    (diagnostics.len() == before).then(|| Sourced { value: json(&patch.value, None), place: patch.set_at })
}

fn is_text(field: &Field, text: &str) -> bool {
    matches!(&field.value.data, Data::String(given) if given == text)
}

/// What a patch says against the field at `path`, of which the first `depth` parts lead to `record`.
fn conflict(record: &Record, path: &[&str], depth: usize) -> Option<Diagnostic> {
    if let Some(directive) = record.field(DIRECTIVE).filter(|field| !is_text(field, "merge")) {
        return Some(catalog::patch_protected::removed(directive.set_at, &shown(&path[..depth]), &shown(path)));
    }
    let field = record.fields.get(path[depth])?;
    match &field.value.data {
        _ if depth + 1 == path.len() => Some(catalog::patch_protected::new(field.set_at, &shown(path))),
        Data::None => Some(catalog::patch_protected::removed(field.set_at, &shown(&path[..=depth]), &shown(path))),
        Data::Record(inner) => conflict(inner, path, depth + 1),
        _ => None,
    }
}

fn shown(path: &[&str]) -> String {
    if path.is_empty() { "patch".to_owned() } else { path.join(".") }
}

/// A value of a type as the JSON that Kubernetes writes: amounts are quantities, which are texts.
fn json(value: &Value, ty: Option<&Ty>) -> Json {
    match &value.data {
        Data::Bool(value) => Json::Bool(*value),
        Data::Int(number) if is_quantity(ty) => Json::from(number.to_string()),
        Data::Float(number) if is_quantity(ty) => Json::from(number.to_string()),
        Data::Int(number) => Json::from(*number),
        Data::Float(number) => Json::from(*number),
        Data::String(text) => Json::from(text.as_str()),
        Data::Bytes(bytes) => Json::from(bytes.quantity()),
        Data::Cpu(cpu) => Json::from(cpu.quantity()),
        Data::List(list) => {
            let element = match ty.map(|ty| ty.present().base()) {
                Some(Ty::List(element)) => Some(&**element),
                _ => None,
            };
            list.items.iter().map(|item| json(item, element)).collect()
        }
        Data::Record(record) => {
            let of = |name: &str| match record.ty.as_ref()? {
                Ty::Record(record) => record.field(name).map(|field| &field.ty),
                Ty::Map(entry) => Some(&**entry),
                _ => None,
            };
            let entries = record.fields.iter().map(|(name, field)| (name.to_string(), json(&field.value, of(name))));
            Json::Object(entries.collect::<Map<_, _>>())
        }
        // The types of the API have no others, and what is in error is not asked.
        Data::None
        | Data::Error
        | Data::Duration(_)
        | Data::Secret(_)
        | Data::Instance(_)
        | Data::Function(_)
        | Data::Builtin(_) => Json::Null,
    }
}

fn is_quantity(ty: Option<&Ty>) -> bool {
    matches!(ty.map(|ty| ty.present().base()), Some(Ty::Union(union)) if union.name.as_deref() == Some("Quantity"))
}
