//! A plan as JSON: the saved form, and what scripts read.
//!
//! The shape is an interface: [`SCHEMA`] describes it and a test holds the two together. One action a line, so that two plans
//! can be compared by eye.

use std::fmt::Write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use crate::diagnostics::{Report, render};
use crate::model::SecretKey;
use crate::plan::action::{Action, Build, Plan, Step};
use crate::plan::id::hex;

/// The JSON Schema (2020-12) of the document.
pub const SCHEMA: &str = include_str!("plan.schema.json");

/// The document with a final newline. `reports` are the plan's diagnostics and those of the check, with absolute positions.
/// `hash` is the SHA-256 of the document without it, written without white space and with sorted keys.
pub fn json(plan: &Plan, reports: &[Report]) -> String {
    let diagnostics = render::json::diagnostics(reports);
    let diagnostics = diagnostics.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut hash = Sha256::new();
    hash.update("{\"actions\":");
    let actions = list(plan.actions.iter().map(action), &mut hash);
    hash.update(",\"diagnostics\":");
    let diagnostics = list(diagnostics.iter().cloned(), &mut hash);
    let mut package = json!(plan.package);
    let written = package.to_string();
    package.sort_all_objects();
    let lock = json!(plan.lock);
    hash.update(format!(",\"lock\":{lock},\"package\":{package},\"version\":1}}"));
    let hash = hex(&hash.finalize());
    format!(
        "{{\"version\": 1, \"hash\": \"sha256:{hash}\",\n \"package\": {written},\n \"lock\": {lock},\n \"actions\": {actions},\n \"diagnostics\": {diagnostics}}}\n"
    )
}

/// A list with one entry a line. Entry by entry, because a plan may be large: its canonical form goes into `hash`.
fn list(entries: impl Iterator<Item = Value>, hash: &mut Sha256) -> String {
    let mut text = String::from("[");
    hash.update("[");
    for (index, mut entry) in entries.enumerate() {
        let (comma, canonical_comma) = if index == 0 { ("\n", "") } else { (",\n", ",") };
        let _ = write!(text, "{comma}  {entry}");
        entry.sort_all_objects();
        hash.update(format!("{canonical_comma}{entry}"));
    }
    hash.update("]");
    text.push_str(if text.len() == 1 { "]" } else { "\n ]" });
    text
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
            value["provider"] = json!(apply.environment.provider.to_string());
        }
        Step::Wait(wait) => {
            value["wait"] = json!({
                "kind": "Deployment",
                "namespace": wait.namespace,
                "name": wait.environment.name,
                "provider": wait.environment.provider.to_string(),
                "declared": wait.declared,
            })
        }
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
        "lines": build.lines,
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
