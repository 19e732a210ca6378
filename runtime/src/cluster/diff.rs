//! What differs between two objects, field by field, without noise: amounts written otherwise, what is empty or absent, order in
//! lists whose elements have names, and everything that only the server sets.
//!
//! Pure: no cluster, no clock. Whether a difference would remain after an apply, only the server's dry run can tell.

use compiler::plan::action::FieldChange;
use serde_json::{Map, Value};

use super::quantity;

/// What coderc notes on an object that it applied; no source says it, so no source can lack it.
pub const NOTES: [&str; 3] = ["coderc.dev/plan", "coderc.dev/commit", "coderc.dev/builds"];

/// Who applies, for the server's book of who set which field.
pub const MANAGER: &str = "coderc";

/// What an apply of `wanted` would change in `live`: fields of `wanted` that are otherwise, and fields that coderc set (by the
/// server's book) and `wanted` no longer has.
pub fn apply_changes(wanted: &Value, live: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for (path, part) in parts() {
        if let Some(wanted) = wanted.pointer(part) {
            compare(path, wanted, live.pointer(part).unwrap_or(&Value::Null), false, &mut changes);
        }
    }
    for fields in owned(live) {
        removed("", fields, wanted, live, &mut changes);
    }
    changes
}

/// Everything that differs between a live object and what the server says it would become.
pub fn between(live: &Value, next: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    for (path, part) in parts() {
        let side = |object: &'_ Value| object.pointer(part).cloned().unwrap_or(Value::Null);
        compare(path, &side(next), &side(live), true, &mut changes);
    }
    changes.retain(|change| !NOTES.iter().any(|note| change.path == key("metadata.annotations", note)));
    changes
}

/// The first change that Kubernetes takes in no object of this kind: the object must be made anew.
pub fn immutable<'a>(kind: &str, changes: &'a [FieldChange]) -> Option<&'a FieldChange> {
    let never = |change: &&FieldChange| match kind {
        "Deployment" => change.path.starts_with("spec.selector"),
        "PersistentVolumeClaim" if change.path == "spec.resources.requests.storage" => {
            quantity::compare(&change.now, &change.was) == Some(std::cmp::Ordering::Less)
        }
        "PersistentVolumeClaim" => change.path.starts_with("spec."),
        _ => false,
    };
    changes.iter().find(never)
}

fn parts() -> [(&'static str, &'static str); 3] {
    [("metadata.labels", "/metadata/labels"), ("metadata.annotations", "/metadata/annotations"), ("spec", "/spec")]
}

/// `both`: what only `live` has is a difference too.
fn compare(path: &str, wanted: &Value, live: &Value, both: bool, changes: &mut Vec<FieldChange>) {
    match (wanted, live) {
        (Value::Object(wanted), Value::Object(live)) => {
            for (name, value) in wanted {
                compare(&key(path, name), value, live.get(name).unwrap_or(&Value::Null), both, changes);
            }
            if both {
                let gone = live.iter().filter(|(name, _)| !wanted.contains_key(*name));
                gone.for_each(|(name, value)| compare(&key(path, name), &Value::Null, value, both, changes));
            }
        }
        (Value::Array(ours), Value::Array(theirs)) => match (named(path, ours), named(path, theirs)) {
            (Some(wanted), Some(live)) => {
                let of = |list: &[(String, &Value)], name: &str| {
                    list.iter().find(|(other, _)| other == name).map_or(Value::Null, |(_, value)| (*value).clone())
                };
                for (name, value) in &wanted {
                    compare(&format!("{path}[{name}]"), value, &of(&live, name), both, changes);
                }
                if both {
                    let gone = live.iter().filter(|(name, _)| !wanted.iter().any(|(other, _)| other == name));
                    gone.for_each(|(name, value)| compare(&format!("{path}[{name}]"), &Value::Null, value, both, changes));
                }
            }
            _ if same_lists(path, ours, theirs) => {}
            _ => push(path, live, wanted, changes),
        },
        // An object with fields of its own, which the other side lacks, is shown field by field.
        (Value::Object(fields), Value::Null) if !fields.is_empty() && !path.ends_with(']') => {
            fields.iter().for_each(|(name, value)| compare(&key(path, name), value, &Value::Null, both, changes));
        }
        _ if same(path, wanted, live) => {}
        _ => push(path, live, wanted, changes),
    }
}

fn push(path: &str, was: &Value, now: &Value, changes: &mut Vec<FieldChange>) {
    changes.push(FieldChange { path: path.to_owned(), was: was.clone(), now: now.clone() });
}

fn same(path: &str, one: &Value, other: &Value) -> bool {
    one == other || empty(one) && empty(other) || is_amount(path) && quantity::equal(one, other)
}

/// Lists without names: equal when each element is, defaults of the server left out.
fn same_lists(path: &str, wanted: &[Value], live: &[Value]) -> bool {
    let element = |(wanted, live): (&Value, &Value)| {
        let mut changes = Vec::new();
        compare(path, wanted, live, false, &mut changes);
        changes.is_empty()
    };
    wanted.len() == live.len() && wanted.iter().zip(live).all(element)
}

/// What Kubernetes does not tell from what is absent.
fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.values().all(empty),
        _ => false,
    }
}

fn is_amount(path: &str) -> bool {
    [".limits.", ".requests.", ".capacity."].iter().any(|part| path.contains(part))
}

/// The elements of a list by the field that tells them apart, where this list has one and no two share it.
fn named<'a>(path: &str, list: &'a [Value]) -> Option<Vec<(String, &'a Value)>> {
    let field = match path.rsplit('.').next()? {
        "containers" | "initContainers" | "env" | "volumes" | "imagePullSecrets" => "name",
        "volumeMounts" => "mountPath",
        "ports" if path.starts_with("spec.template") => "containerPort",
        "ports" => "port",
        _ => return None,
    };
    let named: Vec<(String, &Value)> = list
        .iter()
        .map(|element| match element.get(field)? {
            Value::String(text) => Some((text.clone(), element)),
            Value::Number(number) => {
                let protocol = element.get("protocol").and_then(Value::as_str).filter(|protocol| *protocol != "TCP");
                Some((protocol.map_or(number.to_string(), |protocol| format!("{number}/{protocol}")), element))
            }
            _ => None,
        })
        .collect::<Option<_>>()?;
    let twice = named.iter().enumerate().any(|(at, (name, _))| named[..at].iter().any(|(other, _)| other == name));
    (!twice).then_some(named)
}

/// `spec.replicas`, `metadata.labels["a/b"]`.
fn key(path: &str, name: &str) -> String {
    let plain = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_' || character == '-');
    match (plain, path.is_empty()) {
        (true, true) => name.to_owned(),
        (true, false) => format!("{path}.{name}"),
        (false, _) => format!("{path}[{name:?}]"),
    }
}

/// What coderc's applies set, as the server's book has it.
fn owned(live: &Value) -> impl Iterator<Item = &Map<String, Value>> {
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    let ours = entries.filter(|entry| entry["manager"] == MANAGER && entry["operation"] == "Apply");
    ours.filter_map(|entry| entry.get("fieldsV1")?.as_object())
}

/// Fields of the book that the live object still has and `wanted` lacks. The book's format: `f:name` is a field, `k:{…}` the
/// element of a list with these keys, `v:…` an element that is a value, `.` the thing itself.
fn removed(path: &str, fields: &Map<String, Value>, wanted: &Value, live: &Value, changes: &mut Vec<FieldChange>) {
    for (name, inner) in fields {
        let (path, wanted, live) = if let Some(name) = name.strip_prefix("f:") {
            (key(path, name), wanted.get(name), live.get(name))
        } else if let Some(keys) = name.strip_prefix("k:").and_then(|keys| serde_json::from_str::<Value>(keys).ok()) {
            (format!("{path}[{}]", shown(&keys)), element(wanted, &keys), element(live, &keys))
        } else {
            continue;
        };
        let Some(live) = live.filter(|live| !live.is_null()) else { continue };
        if NOTES.iter().any(|note| path == key("metadata.annotations", note)) {
            continue;
        }
        match (wanted, inner.as_object()) {
            (None, _) => push(&path, live, &Value::Null, changes),
            (Some(wanted), Some(inner)) => removed(&path, inner, wanted, live, changes),
            _ => {}
        }
    }
}

fn element<'a>(list: &'a Value, keys: &Value) -> Option<&'a Value> {
    let keys = keys.as_object()?;
    let has = |element: &&Value| {
        keys.iter().all(|(name, value)| match element.get(name) {
            Some(found) => found == value,
            None => name == "protocol" && value == "TCP",
        })
    };
    list.as_array()?.iter().find(has)
}

/// The first key, as [`named`] shows it.
fn shown(keys: &Value) -> String {
    let first = keys.as_object().and_then(|keys| keys.iter().find(|(name, _)| *name != "protocol"));
    match first {
        Some((_, Value::String(text))) => text.clone(),
        Some((_, value)) => value.to_string(),
        None => keys.to_string(),
    }
}

#[cfg(test)]
#[path = "diff_tests.rs"]
mod tests;
