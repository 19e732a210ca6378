//! The environments of a cluster as their objects tell of them, and their end.
//!
//! No package is loaded: labels and annotations name an environment, its plan, its commit and its builds.

use std::collections::BTreeMap;

use compiler::plan::action::ObjectName;
use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use super::diff::{MANAGER, NOTES};
use super::kind::{CLAIM, DEPLOYMENT, OF_ENVIRONMENTS};
use super::owner::{MANAGED, annotation, label, name};
use super::request::code;
use super::{Connection, leftover, observe, order, prune};
use crate::execute::{Failure, Stop};
use crate::providers::applied::{Container, Destroyed, Environment};
use crate::render::applyset::PART_OF;

/// Those of a namespace; without one, of all namespaces that this user may look into.
///
/// # Errors
/// Where the cluster refuses.
pub async fn environments(connection: &Connection, namespace: Option<&str>) -> Result<Vec<Environment>, Failure> {
    let refused = |error: &kube::Error| connection.failure("listing environments", error);
    let (deployments, namespace) = match connection.list(DEPLOYMENT, namespace, MANAGED).await {
        Err(error) if namespace.is_none() && code(&error) == Some(403) => {
            let own = Some(connection.namespace.as_str());
            (connection.list(DEPLOYMENT, own, MANAGED).await.map_err(|error| refused(&error))?, own)
        }
        result => (result.map_err(|error| refused(&error))?, namespace),
    };
    let claims = connection.list(CLAIM, namespace, MANAGED).await.map_err(|error| refused(&error))?;
    let mut found: Vec<Environment> = deployments.iter().map(|deployment| environment(deployment, &claims)).collect();
    found.sort_by(|one, other| (&one.address, &one.namespace).cmp(&(&other.address, &other.namespace)));
    Ok(found)
}

fn environment(deployment: &Value, claims: &[Value]) -> Environment {
    let text = |pointer: &str| deployment.pointer(pointer).and_then(Value::as_str);
    let number =
        |pointer: &str| deployment.pointer(pointer).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    let [plan, commit, builds] = NOTES.map(|note| annotation(deployment, note));
    let builds: BTreeMap<&str, &str> = builds.unwrap_or_default().split(' ').filter_map(|pair| pair.split_once('=')).collect();
    let namespace = text("/metadata/namespace");
    let instance = label(deployment, "app.kubernetes.io/instance");
    let its = |claim: &&Value| {
        claim.pointer("/metadata/namespace").and_then(Value::as_str) == namespace
            && label(claim, "app.kubernetes.io/instance") == instance
    };
    let containers = deployment.pointer("/spec/template/spec/containers").and_then(Value::as_array).into_iter().flatten();
    Environment {
        address: leftover::environment(deployment),
        name: name(deployment),
        namespace: namespace.map(str::to_owned),
        part_of: label(deployment, PART_OF).map(str::to_owned),
        provider: "kubernetes",
        wanted: number("/spec/replicas").unwrap_or(1),
        ready: number("/status/readyReplicas").unwrap_or(0),
        available: observe::available(deployment).is_ok(),
        containers: containers
            .map(|container| {
                let text = |field: &str| container[field].as_str().unwrap_or_default().to_owned();
                let build = builds.get(text("name").as_str()).map(ToString::to_string);
                Container { name: text("name"), image: text("image"), build }
            })
            .collect(),
        created: text("/metadata/creationTimestamp").and_then(seconds),
        changed: changed(deployment),
        ttl: annotation(deployment, "coderc.dev/ttl").and_then(|ttl| ttl.strip_suffix('s')?.parse().ok()),
        commit: commit.map(str::to_owned),
        plan: plan.map(str::to_owned),
        volumes: claims.iter().filter(its).map(name).collect(),
    }
}

/// When coderc last changed it, by the server's book.
fn changed(object: &Value) -> Option<i64> {
    let book = object.pointer("/metadata/managedFields")?.as_array()?;
    let ours = book.iter().filter(|entry| entry["manager"] == MANAGER && entry["operation"] == "Apply");
    ours.filter_map(|entry| seconds(entry["time"].as_str()?)).max()
}

fn seconds(time: &str) -> Option<i64> {
    time.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// Deletes everything of an environment; its volumes only when asked. Its lease is the caller's to hold.
///
/// # Errors
/// Where the cluster refuses, or something does not go.
pub async fn destroy(
    connection: &Connection,
    namespace: &str,
    environment: &str,
    volumes: bool,
    stop: &Stop,
) -> Result<Vec<Destroyed>, Failure> {
    let labels = format!("{MANAGED},app.kubernetes.io/instance={environment}");
    let mut objects = Vec::new();
    for kind in OF_ENVIRONMENTS {
        let found = connection.list(kind, Some(namespace), &labels).await;
        let found = found.map_err(|error| connection.failure(&format!("listing {} of `{namespace}`", kind.plural), &error))?;
        objects.extend(found.iter().map(|object| ObjectName {
            kind: kind.name.into(),
            namespace: Some(namespace.into()),
            name: name(object).into(),
        }));
    }
    order::for_deletion(&mut objects);
    let mut destroyed = Vec::new();
    for object in objects {
        let remark = prune::delete(connection, &object, None, volumes, stop).await?;
        destroyed.push(Destroyed { object: format!("{} {namespace}/{}", object.kind, object.name), remark });
    }
    Ok(destroyed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_environment_is_told_by_its_deployment() {
        let deployment = json!({
            "metadata": {
                "name": "dev-ana", "namespace": "dev", "generation": 1, "creationTimestamp": "2026-01-01T00:00:00Z",
                "labels": { "app.kubernetes.io/instance": "dev-ana" },
                "annotations": {
                    "coderc.dev/address": "environment.dev[\"ana\"]", "coderc.dev/ttl": "3600s", "coderc.dev/plan": "sha256:1",
                    "coderc.dev/commit": "abc", "coderc.dev/builds": "env=b-4kq9",
                },
                "managedFields": [{ "manager": "coderc", "operation": "Apply", "time": "2026-01-01T01:00:00Z" }],
            },
            "spec": { "replicas": 2, "template": { "spec": { "containers": [
                { "name": "env", "image": "r/x@sha256:1" }, { "name": "db", "image": "postgres" },
            ] } } },
            "status": { "readyReplicas": 1, "observedGeneration": 1 },
        });
        let claim = |namespace: &str| json!({ "metadata": { "name": "dev-ana-home", "namespace": namespace, "labels": { "app.kubernetes.io/instance": "dev-ana" } } });
        let found = environment(&deployment, &[claim("dev"), claim("other")]);
        assert_eq!(
            (found.address.as_str(), found.wanted, found.ready, found.available),
            ("environment.dev[\"ana\"]", 2, 1, false)
        );
        assert_eq!(found.containers[0].build.as_deref(), Some("b-4kq9"));
        assert_eq!(found.containers[1].build, None);
        assert_eq!(found.volumes, ["dev-ana-home"]);
        assert_eq!(found.expires(), Some(1_767_225_600 + 3600 + 3600));
    }
}
