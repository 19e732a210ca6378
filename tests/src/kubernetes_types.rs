//! What `patch` can say, written in the language from the schema that an API server publishes of itself.
//!
//! What a patch may leave out is more than what an object may: everything but the keys by which Kubernetes finds the element that is
//! changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

const DEPLOYMENT: &str = "io.k8s.api.apps.v1.Deployment";

/// What the API server writes itself, or does not take in a Deployment.
const NOT_GIVEN: [(&str, &str); 3] =
    [("Deployment", "status"), ("ObjectMeta", "managedFields"), ("PodSpec", "ephemeralContainers")];

/// The longest documentation of a field, in characters.
const LONGEST: usize = 110;

const HEAD: &str = "// The parts of a Deployment, as the Kubernetes API has them: what `patch` takes.
//
// Written from the schema of an API server by a test, which keeps it so. Whatever a patch may leave out is optional here.

/// An amount, like `500m` or `4GiB`; as text, as Kubernetes writes it.
type Quantity = string | int | float | bytes | cpu

/// A number, or a name or percentage as text.
type IntOrString = int | string
";

/// Types by name, in order, from what `/openapi/v3/apis/apps/v1` answers.
///
/// # Panics
/// When the document has another form.
pub fn write(document: &Value) -> String {
    let mut written = BTreeMap::new();
    let keys = merge_keys(document);
    let names: BTreeSet<String> = closure_fields(document).into_iter().map(|(name, ..)| name).collect();
    for name in names {
        let text = record(&name, &document["components"]["schemas"][&name], &keys);
        let one = written.insert(short(&name).to_owned(), text);
        assert!(one.is_none(), "two types are called {}", short(&name));
    }
    written.into_values().fold(HEAD.to_owned(), |all, one| all + "\n" + &one)
}

/// The lists that a strategic merge patch merges: the field, the type of its elements, and the field that tells these apart.
/// Lists of plain values have no key.
///
/// # Panics
/// When the document has another form.
pub fn merged_lists(document: &Value) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    for (_, field, schema) in closure_fields(document) {
        let strategy = schema["x-kubernetes-patch-strategy"].as_str().unwrap_or_default();
        if schema["type"] == "array" {
            let key = schema["x-kubernetes-patch-merge-key"].as_str().map(str::to_owned);
            let merged = strategy.split(',').any(|part| part == "merge");
            let before = found.insert(field.clone(), merged.then_some(key.clone()));
            let same = before.is_none_or(|before: Option<Option<String>>| before == merged.then_some(key));
            assert!(same, "lists called {field} are merged in different ways");
        }
    }
    found.into_iter().filter_map(|(field, merged)| merged.map(|key| (field, key))).collect()
}

/// For each type by its whole name, the fields that tell its elements apart in a list that is merged.
fn merge_keys(document: &Value) -> BTreeSet<(String, String)> {
    let of = |(_, _, schema): (String, String, &Value)| {
        let key = schema["x-kubernetes-patch-merge-key"].as_str()?;
        Some((reference(&schema["items"])?, key.to_owned()))
    };
    closure_fields(document).into_iter().filter_map(of).collect()
}

/// Every field of every type that a Deployment holds: the type's name, the field's, its schema.
fn closure_fields(document: &Value) -> Vec<(String, String, &Value)> {
    let schemas = &document["components"]["schemas"];
    let (mut fields, mut waiting) = (Vec::new(), vec![DEPLOYMENT.to_owned()]);
    let mut seen = BTreeSet::new();
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        for (field, schema) in properties(&name, &schemas[&name]) {
            let inner = [schema, &schema["items"], &schema["additionalProperties"]];
            waiting.extend(inner.into_iter().filter_map(reference));
            fields.push((name.clone(), field.clone(), schema));
        }
    }
    fields
}

fn properties<'a>(name: &str, schema: &'a Value) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let name = short(name).to_owned();
    let given = move |field: &str| !NOT_GIVEN.contains(&(name.as_str(), field));
    schema["properties"].as_object().into_iter().flatten().filter(move |(field, _)| given(field))
}

fn record(name: &str, schema: &Value, keys: &BTreeSet<(String, String)>) -> String {
    let mut text = documentation(schema, "");
    let _ = writeln!(text, "type {} = {{", short(name));
    for (field, schema) in properties(name, schema) {
        let optional = if keys.contains(&(name.to_owned(), field.clone())) { "" } else { "?" };
        let ty = type_of(schema);
        let _ = writeln!(text, "{}  {field}: {ty}{optional}", documentation(schema, "  "));
    }
    text + "}\n"
}

fn type_of(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return match short(&name) {
            known @ ("Quantity" | "IntOrString") => known.to_owned(),
            "Time" | "MicroTime" => "string".to_owned(),
            other => other.to_owned(),
        };
    }
    if let Some(texts) = schema["enum"].as_array() {
        let quoted: Vec<String> = texts.iter().map(Value::to_string).collect();
        return quoted.join(" | ");
    }
    match schema["type"].as_str() {
        Some("string") => "string".to_owned(),
        Some("integer") => "int".to_owned(),
        Some("number") => "float".to_owned(),
        Some("boolean") => "bool".to_owned(),
        Some("array") => format!("list<{}>", type_of(&schema["items"])),
        Some("object") if schema["additionalProperties"].is_object() => {
            format!("map<{}>", type_of(&schema["additionalProperties"]))
        }
        other => panic!("a schema of the type {other:?}: {schema}"),
    }
}

/// What a schema refers to, by its whole name.
fn reference(schema: &Value) -> Option<String> {
    let direct = schema["$ref"].as_str();
    let wrapped = || schema["allOf"].as_array().and_then(|all| all.first()).and_then(|one| one["$ref"].as_str());
    direct.or_else(wrapped).and_then(|target| target.rsplit('/').next()).map(str::to_owned)
}

fn short(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The first sentence, as documentation.
fn documentation(schema: &Value, indent: &str) -> String {
    let text = schema["description"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let ends = |at: &usize| !["e.g", "i.e", "etc"].iter().any(|short| text[..*at].ends_with(short));
    let end = text.match_indices(". ").map(|(at, _)| at).find(ends).unwrap_or(text.len());
    let sentence = text[..end].trim_end_matches('.');
    if sentence.is_empty() {
        return String::new();
    }
    let short = match sentence.char_indices().nth(LONGEST) {
        Some((at, _)) => {
            let cut = sentence[..at].rsplit_once(' ').map_or(&sentence[..at], |(whole, _)| whole);
            format!("{} …", cut.trim_end_matches([',', ';', ':']))
        }
        None => format!("{sentence}."),
    };
    format!("{indent}/// {short}\n")
}
