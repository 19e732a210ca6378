//! Strategic merge patches: what `patch` says of a Deployment, merged as an API server merges it.
//!
//! Objects are merged field by field, `null` takes a field away, and lists are replaced, but for those that the API merges by a field
//! that tells their elements apart. `$patch` says what else is to be done with an object or an element.

use compiler::types::DIRECTIVE;
use serde_json::{Map, Value};

/// The lists of a Deployment that are merged, by their field, which is the same wherever it stands: what tells elements apart, or
/// nothing where they are plain values. The API's schema has it as `x-kubernetes-patch-merge-key`.
pub const MERGED_LISTS: [(&str, Option<&str>); 14] = [
    ("containers", Some("name")),
    ("env", Some("name")),
    ("finalizers", None),
    ("hostAliases", Some("ip")),
    ("imagePullSecrets", Some("name")),
    ("initContainers", Some("name")),
    ("ownerReferences", Some("uid")),
    ("ports", Some("containerPort")),
    ("resourceClaims", Some("name")),
    ("schedulingGates", Some("name")),
    ("topologySpreadConstraints", Some("topologyKey")),
    ("volumeDevices", Some("devicePath")),
    ("volumeMounts", Some("mountPath")),
    ("volumes", Some("name")),
];

/// Merges a patch into an object.
pub fn merge(object: &mut Value, patch: &Value) {
    let (Value::Object(fields), Value::Object(changes)) = (&mut *object, patch) else {
        *object = made(patch);
        return;
    };
    match directive(patch) {
        Some("replace") => *object = made(patch),
        Some("delete") => fields.clear(),
        _ => changes.iter().filter(|(name, _)| *name != DIRECTIVE).for_each(|(name, change)| field(fields, name, change)),
    }
}

fn field(fields: &mut Map<String, Value>, name: &str, change: &Value) {
    if change.is_null() || directive(change) == Some("delete") {
        fields.shift_remove(name);
        return;
    }
    match (fields.get_mut(name), change) {
        (Some(Value::Array(elements)), Value::Array(changes)) => match MERGED_LISTS.iter().find(|(field, _)| *field == name) {
            Some((_, key)) => list(elements, changes, *key),
            None => *elements = changes.iter().map(made).collect(),
        },
        (Some(present), change) => merge(present, change),
        (None, change) => {
            fields.insert(name.to_owned(), made(change));
        }
    }
}

fn list(elements: &mut Vec<Value>, changes: &[Value], key: Option<&str>) {
    // `{ $patch: replace }` among them: the others are the list.
    if changes.iter().any(|change| directive(change) == Some("replace")) {
        let others = changes.iter().filter(|change| directive(change) != Some("replace"));
        *elements = others.map(made).collect();
        return;
    }
    let same = |one: &Value, other: &Value| match key {
        Some(key) => one.get(key) == other.get(key),
        None => one == other,
    };
    // What the patch names, and the rest, with the places that they had.
    let mut named: Vec<(Option<usize>, Value)> = Vec::new();
    for change in changes.iter().filter(|change| directive(change) != Some("delete")) {
        let place = elements.iter().position(|element| same(element, change));
        let mut value = place.map_or_else(|| made(change), |place| elements[place].clone());
        if place.is_some() && key.is_some() {
            merge(&mut value, change);
        }
        match named.iter_mut().find(|(_, other)| same(other, change)) {
            Some(twice) => twice.1 = value,
            None => named.push((place, value)),
        }
    }
    let is_rest = |element: &Value| !changes.iter().any(|change| same(element, change));
    let rest = std::mem::take(elements).into_iter().enumerate().filter(|(_, element)| is_rest(element));
    *elements = interleaved(named, rest);
}

/// The order of the API server: that of the patch, and before each element of it those of the rest that stood before it.
fn interleaved(named: Vec<(Option<usize>, Value)>, rest: impl Iterator<Item = (usize, Value)>) -> Vec<Value> {
    let mut rest = rest.peekable();
    let mut all = Vec::new();
    for (place, value) in named {
        while let Some((_, before)) = rest.next_if(|(other, _)| place.is_some_and(|place| *other < place)) {
            all.push(before);
        }
        all.push(value);
    }
    all.extend(rest.map(|(_, value)| value));
    all
}

fn directive(change: &Value) -> Option<&str> {
    change.get(DIRECTIVE).and_then(Value::as_str)
}

/// A value of a patch where there was none: nothing is to be taken away, and no directive is left.
fn made(change: &Value) -> Value {
    match change {
        Value::Object(fields) => {
            let stays = |(name, value): &(&String, &Value)| *name != DIRECTIVE && !value.is_null();
            Value::Object(fields.iter().filter(stays).map(|(name, value)| (name.clone(), made(value))).collect())
        }
        Value::Array(elements) => {
            elements.iter().filter(|element| directive(element).is_none_or(|word| word == "merge")).map(made).collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn merged(mut object: Value, patch: &Value) -> Value {
        merge(&mut object, patch);
        object
    }

    #[test]
    fn objects_are_merged_and_null_takes_away() {
        let object = json!({ "spec": { "replicas": 1, "template": { "hostNetwork": true, "dnsPolicy": "Default" } } });
        let patch = json!({ "spec": { "minReadySeconds": 5, "template": { "hostNetwork": null, "hostPID": null } } });
        let wanted = json!({ "spec": { "replicas": 1, "minReadySeconds": 5, "template": { "dnsPolicy": "Default" } } });
        assert_eq!(merged(object, &patch), wanted);
        let replaced = json!({ "affinity": { "$patch": "replace", "podAffinity": { "$patch": "delete" }, "nodeAffinity": {} } });
        assert_eq!(
            merged(json!({ "affinity": { "a": 1 } }), &replaced),
            json!({ "affinity": { "podAffinity": {}, "nodeAffinity": {} } })
        );
        assert_eq!(merged(json!({ "a": { "b": 1 }, "c": 2 }), &json!({ "a": { "$patch": "delete" } })), json!({ "c": 2 }));
    }

    #[test]
    fn lists_are_merged_by_their_key_or_replaced() {
        let object = json!({ "containers": [{ "name": "a", "image": "x", "args": ["1"] }, { "name": "b" }], "tolerations": [{ "key": "k" }] });
        let patch = json!({ "containers": [{ "name": "a", "args": ["2"] }, { "name": "c" }], "tolerations": [{ "key": "l" }] });
        let wanted = json!({
            "containers": [{ "name": "a", "image": "x", "args": ["2"] }, { "name": "c" }, { "name": "b" }],
            "tolerations": [{ "key": "l" }],
        });
        assert_eq!(merged(object.clone(), &patch), wanted);
        let without = json!({ "containers": [{ "name": "a", "$patch": "delete" }] });
        assert_eq!(merged(object.clone(), &without)["containers"], json!([{ "name": "b" }]));
        let replaced = json!({ "containers": [{ "$patch": "replace" }, { "name": "d" }] });
        assert_eq!(merged(object, &replaced)["containers"], json!([{ "name": "d" }]));
        let finalizers = json!({ "finalizers": ["a", "b"] });
        assert_eq!(merged(json!({ "finalizers": ["a"] }), &finalizers), json!({ "finalizers": ["a", "b"] }));
    }
}
