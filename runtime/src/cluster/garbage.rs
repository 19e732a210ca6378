//! Builds that are over, as the cluster still has them: Jobs that ended, and ConfigMaps of builds whose Jobs are gone.
//!
//! A build that runs is never touched. Images and tags are the registry's.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Connection;
use super::kind::{CONFIG_MAP, JOB, Kind};
use super::owner::{leaving, name, uid};
use super::request::code;
use crate::execute::Failure;

/// What finds the objects of builds.
const OF_BUILDS: &str = "app.kubernetes.io/managed-by=coderc,app.kubernetes.io/name=coderc-build";

/// A line for each; deleted where `delete` says so.
///
/// # Errors
/// Where the cluster refuses.
pub async fn garbage(connection: &Connection, namespace: Option<&str>, delete: bool) -> Result<Vec<String>, Failure> {
    let (jobs, scope) = listed(connection, JOB, namespace).await?;
    let (config_maps, _) = listed(connection, CONFIG_MAP, scope.as_deref()).await?;
    let running: BTreeSet<(String, String)> = jobs.iter().filter(|job| !over(job)).map(place).collect();
    let gone = jobs.iter().filter(|job| over(job)).map(|job| (JOB, job));
    let gone = gone.chain(config_maps.iter().filter(|map| !running.contains(&place(map))).map(|map| (CONFIG_MAP, map)));
    let mut lines = Vec::new();
    for (kind, object) in gone.filter(|(_, object)| !leaving(object)) {
        let (namespace, name) = place(object);
        if delete {
            let deleted = connection.delete(kind, &namespace, &name, uid(object)).await;
            deleted.map_err(|error| connection.failure(&format!("deleting the {} `{name}`", kind.name), &error))?;
        }
        lines.push(format!("{} {namespace}/{name}", kind.name));
    }
    Ok(lines)
}

async fn listed(connection: &Connection, kind: Kind, namespace: Option<&str>) -> Result<(Vec<Value>, Option<String>), Failure> {
    let refused = |error: &kube::Error| connection.failure(&format!("listing {}", kind.plural), error);
    match connection.list(kind, namespace, OF_BUILDS).await {
        Err(error) if namespace.is_none() && code(&error) == Some(403) => {
            let own = connection.namespace.clone();
            Ok((connection.list(kind, Some(&own), OF_BUILDS).await.map_err(|error| refused(&error))?, Some(own)))
        }
        result => Ok((result.map_err(|error| refused(&error))?, namespace.map(str::to_owned))),
    }
}

fn over(job: &Value) -> bool {
    let conditions = job.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten();
    conditions
        .into_iter()
        .any(|condition| condition["status"] == "True" && (condition["type"] == "Complete" || condition["type"] == "Failed"))
}

fn place(object: &Value) -> (String, String) {
    let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
    (namespace.to_owned(), name(object))
}
