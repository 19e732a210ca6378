//! Whether the Secrets that environments use are there, and have the keys.
//!
//! No value is kept, shown or compared: of each Secret only the names of its keys leave this file.

use std::collections::{BTreeMap, BTreeSet};

use compiler::diagnostics::catalog::secret_missing;
use futures::future::join_all;
use kube::api::{GetParams, ListParams};
use kube::core::Request;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Connection;
use super::kind::SECRET;
use super::request::code;
use crate::execute::Failure;

/// Keys that must be there, by namespace and Secret; with an environment that uses it.
pub type Wanted = BTreeMap<(String, String), (BTreeSet<String>, String)>;

/// From here on one list of a namespace is cheaper than a request a Secret.
const MANY: usize = 20;

/// Adds what a Deployment's pods use.
pub fn used_by(deployment: &Value, namespace: &str, wanted: &mut Wanted) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let environment = text(&deployment["metadata"]["name"]);
    let mut add = |name: &Value, key: &Value| {
        let entry = wanted.entry((namespace.to_owned(), text(name))).or_insert_with(|| (BTreeSet::new(), environment.clone()));
        entry.0.insert(text(key));
    };
    let pod = &deployment["spec"]["template"]["spec"];
    for container in each(&pod["initContainers"]).chain(each(&pod["containers"])) {
        for reference in each(&container["env"]).filter_map(|variable| variable.pointer("/valueFrom/secretKeyRef")) {
            if reference["optional"] != true {
                add(&reference["name"], &reference["key"]);
            }
        }
    }
    for secret in each(&pod["volumes"]).filter_map(|volume| volume.get("secret")) {
        each(&secret["items"]).for_each(|item| add(&secret["secretName"], &item["key"]));
    }
    for secret in each(&pod["imagePullSecrets"]) {
        add(&secret["name"], &Value::String(".dockerconfigjson".to_owned()));
    }
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// A failure for each Secret that is missing, or lacks keys. What may not be read is taken to be there: the kubelet will tell.
pub async fn check(connection: &Connection, wanted: &Wanted) -> Vec<Failure> {
    let mut by_namespace: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    wanted.keys().for_each(|(namespace, name)| by_namespace.entry(namespace).or_default().push(name));
    let found = join_all(
        by_namespace
            .into_iter()
            .map(|(namespace, names)| async move { (namespace.to_owned(), read(connection, namespace, &names).await) }),
    );
    let found: BTreeMap<String, Result<Found, Failure>> = found.await.into_iter().collect();
    let mut failures = Vec::new();
    for (namespace, found) in &found {
        let found = match found {
            Ok(found) => found,
            Err(failure) => {
                failures.push(failure.clone());
                continue;
            }
        };
        for ((_, name), (keys, environment)) in wanted.iter().filter(|((of, _), _)| of == namespace) {
            match found.get(name) {
                Some(State::Unknown) => {}
                Some(State::Keys(there)) => {
                    let missing: Vec<&str> = keys.difference(there).map(String::as_str).collect();
                    if !missing.is_empty() {
                        failures.push(Failure::new(secret_missing::keys(name, namespace, &missing, environment)));
                    }
                }
                None => {
                    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                    failures.push(Failure::new(secret_missing::new(name, namespace, &keys, environment)));
                }
            }
        }
    }
    failures
}

enum State {
    Keys(BTreeSet<String>),
    /// It may not be read.
    Unknown,
}

type Found = BTreeMap<String, State>;

async fn read(connection: &Connection, namespace: &str, names: &[&str]) -> Result<Found, Failure> {
    let path = || Request::new(SECRET.path(Some(namespace)));
    let refused = |error: &kube::Error| connection.failure(&format!("looking for Secrets of `{namespace}`"), error);
    if names.len() > MANY {
        let request = path().list(&ListParams::default()).map_err(|error| refused(&kube::Error::BuildRequest(error)))?;
        match connection.client.request_text(request).await {
            Ok(text) => {
                let list: List = parse(&text).unwrap_or_default();
                return Ok(list.items.into_iter().map(|secret| (secret.metadata.name, State::Keys(secret.keys))).collect());
            }
            // Who may not list may still read one.
            Err(error) if code(&error) == Some(403) => {}
            Err(error) => return Err(refused(&error)),
        }
    }
    let one = |name: String| async move {
        let request = path().get(&name, &GetParams::default()).map_err(|error| refused(&kube::Error::BuildRequest(error)))?;
        match connection.client.request_text(request).await {
            Ok(text) => {
                let keys = parse::<Secret>(&text).map_or(State::Unknown, |secret| State::Keys(secret.keys));
                Ok(Some((name, keys)))
            }
            Err(error) if code(&error) == Some(404) => Ok(None),
            Err(error) if code(&error) == Some(403) => Ok(Some((name, State::Unknown))),
            Err(error) => Err(refused(&error)),
        }
    };
    let answers = join_all(names.iter().map(|name| one((*name).to_owned()))).await;
    answers.into_iter().filter_map(Result::transpose).collect()
}

/// Not by the client's own reading, which logs what it cannot read.
fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Option<T> {
    serde_json::from_str(text).ok()
}

#[derive(Default, Deserialize)]
struct List {
    #[serde(default)]
    items: Vec<Secret>,
}

#[derive(Deserialize)]
struct Secret {
    metadata: Metadata,
    #[serde(default, rename = "data", deserialize_with = "names_of_keys")]
    keys: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

fn names_of_keys<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<String>, D::Error> {
    let data: Option<BTreeMap<String, IgnoredAny>> = Option::deserialize(deserializer)?;
    Ok(data.unwrap_or_default().into_keys().collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_deployment_uses() {
        let deployment = json!({
            "metadata": { "name": "e" },
            "spec": { "template": { "spec": {
                "initContainers": [{ "env": [{ "name": "A", "value": "b" }] }],
                "containers": [{ "env": [
                    { "name": "T", "valueFrom": { "secretKeyRef": { "name": "api", "key": "token" } } },
                    { "name": "U", "valueFrom": { "secretKeyRef": { "name": "maybe", "key": "x", "optional": true } } },
                ] }],
                "volumes": [{ "name": "v", "secret": { "secretName": "api", "items": [{ "key": "cert", "path": "cert" }] } }],
                "imagePullSecrets": [{ "name": "pull" }],
            } } },
        });
        let mut wanted = Wanted::new();
        used_by(&deployment, "dev", &mut wanted);
        let shown: Vec<String> = wanted.iter().map(|((_, name), (keys, by))| format!("{name} {keys:?} {by}")).collect();
        assert_eq!(shown, [r#"api {"cert", "token"} e"#, r#"pull {".dockerconfigjson"} e"#]);
    }

    #[test]
    fn only_the_names_of_keys_are_read() {
        let secret: Secret = parse(r#"{"metadata":{"name":"a","uid":"1"},"data":{"token":"c2VjcmV0"},"type":"Opaque"}"#).unwrap();
        assert_eq!(secret.keys, BTreeSet::from(["token".to_owned()]));
        let secret: Secret = parse(r#"{"metadata":{"name":"a"},"data":null}"#).unwrap();
        assert!(secret.keys.is_empty());
    }
}
