//! A plan as JSON: the saved form, and what scripts read.
//!
//! The shape is an interface: [`SCHEMA`] describes it and a test holds the two together. One action a line, so that two plans
//! can be compared by eye.

use serde_json::{Map, Value, json};
use smol_str::SmolStr;

use crate::diagnostics::{Report, render};
use crate::model::SecretKey;
use crate::plan::action::{Action, Build, Plan, Step};
use crate::plan::id::sha256;

/// The JSON Schema (2020-12) of the document.
pub const SCHEMA: &str = include_str!("plan.schema.json");

/// The document with a final newline. `reports` are the plan's diagnostics and those of the check, with absolute positions.
/// `hash` is the SHA-256 of the document without it, written without white space and with sorted keys.
pub fn json(plan: &Plan, reports: &[Report]) -> String {
    let actions: Vec<Value> = plan.actions.iter().map(action).collect();
    let document = json!({
        "version": 1,
        "package": plan.package,
        "actions": actions,
        "diagnostics": render::json::diagnostics(reports),
    });
    let hash = sha256(&canonical(&document));
    let (actions, diagnostics) = (lines(&document["actions"]), lines(&document["diagnostics"]));
    let package = &document["package"];
    format!(
        "{{\"version\": 1, \"hash\": \"{hash}\",\n \"package\": {package},\n \"actions\": {actions},\n \"diagnostics\": {diagnostics}}}\n"
    )
}

/// A list with one entry a line.
fn lines(list: &Value) -> String {
    match list {
        Value::Array(entries) if !entries.is_empty() => {
            let lines: Vec<String> = entries.iter().map(|entry| format!("  {entry}")).collect();
            format!("[\n{}\n ]", lines.join(",\n"))
        }
        other => other.to_string(),
    }
}

fn action(action: &Action) -> Value {
    let mut value = json!({
        "address": action.address,
        "kind": action.kind(),
        "change": action.change,
        "reason": action.reason,
        "needs": action.needs,
    });
    match &action.step {
        Step::Build(it) => value["build"] = build(it),
        Step::Tag(tag) => value["tag"] = json!(tag),
        Step::Apply(apply) => {
            value["object"] = apply.rendered.clone().unwrap_or(Value::Null);
            value["changes"] = json!(apply.changes);
        }
        Step::Wait(wait) => value["wait"] = json!({ "kind": "Deployment", "name": wait.environment.name }),
        Step::Delete(object) => value["delete"] = json!(object),
    }
    value
}

fn build(build: &Build) -> Value {
    json!({
        "id": build.id,
        "destination": build.destination,
        "tags": build.tags,
        "context": build.context,
        "dockerfile": build.dockerfile,
        "target": build.target,
        "args": pairs(&build.args),
        "platform": build.platform,
        "bases": build.bases,
        "builder": build.builder,
        "credentials": build.credentials,
        "digest": build.digest,
        "ignore": build.ignore,
        "labels": pairs(&build.labels),
        "secrets": secrets(&build.secrets),
        "assets": build.assets,
        "flags": build.flags,
        "git_image": build.git_image,
        "cache": build.cache,
        "cache_repository": build.cache_repository,
        "namespace": build.namespace,
        "cpu": build.cpu.map(|cpu| cpu.quantity()),
        "memory": build.memory.map(|memory| memory.quantity()),
        "timeout": build.timeout,
        "insecure": build.insecure,
        "record": build.record,
    })
}

fn pairs(pairs: &[(SmolStr, SmolStr)]) -> Value {
    Value::Object(pairs.iter().map(|(name, value)| (name.to_string(), json!(value))).collect())
}

/// Where each secret's value stands; the value itself is in no plan.
fn secrets(secrets: &[(SmolStr, SecretKey)]) -> Value {
    let entry = |(id, of): &(SmolStr, SecretKey)| (id.to_string(), json!({ "name": of.name, "key": of.key }));
    Value::Object(secrets.iter().map(entry).collect())
}

/// Without white space, keys sorted: the form that a hash is taken of.
fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort_unstable();
            Value::Object(keys.into_iter().map(|key| (key.clone(), sorted(&fields[key]))).collect::<Map<_, _>>())
        }
        Value::Array(entries) => entries.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
