//! What containers of an environment wrote: the last lines of a crash, or the log as it grows.
//!
//! Lines are given on as they are; colour and prefixes are the printer's.

use futures::TryStreamExt as _;
use futures::io::AsyncBufReadExt as _;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{ListParams, LogParams};

use super::Connection;
use crate::execute::Failure;
use crate::providers::applied::Part;

/// The last lines of a container that ended: of its previous run where there is one. None where they cannot be had.
pub(super) async fn last_lines(connection: &Connection, namespace: &str, pod: &str, container: &str, lines: i64) -> Vec<String> {
    let api: Api<Pod> = Api::namespaced(connection.client.clone(), namespace);
    for previous in [true, false] {
        let params =
            LogParams { container: Some(container.to_owned()), previous, tail_lines: Some(lines), ..LogParams::default() };
        if let Ok(text) = api.logs(pod, &params).await {
            return text.lines().map(str::to_owned).collect();
        }
    }
    Vec::new()
}

/// The log of a container of the environment's newest pod; without a name, of its default container.
///
/// # Errors
/// No pod is there, it has no such container, or the cluster refuses.
pub async fn logs(
    connection: &Connection,
    (namespace, environment): (&str, &str),
    container: Option<&str>,
    part: Part,
    line: &mut (dyn FnMut(&str) + Send),
) -> Result<(), Failure> {
    let api: Api<Pod> = Api::namespaced(connection.client.clone(), namespace);
    let doing = format!("reading the log of `{environment}`");
    let refused = |error: &kube::Error| connection.failure(&doing, error);
    let labels = format!("{},app.kubernetes.io/instance={environment}", super::owner::MANAGED);
    let mut pods = api.list(&ListParams::default().labels(&labels)).await.map_err(|error| refused(&error))?.items;
    pods.sort_by_key(|pod| {
        (pod.metadata.deletion_timestamp.is_none(), pod.metadata.creation_timestamp.as_ref().map(|time| time.0))
    });
    let answer = |detail: &str| Failure::new(compiler::diagnostics::catalog::cluster_answer::new(&doing, detail));
    let Some(pod) = pods.pop() else { return Err(answer("it has no pod")) };
    let names = names(&pod);
    let default = || pod.metadata.annotations.as_ref()?.get("kubectl.kubernetes.io/default-container").cloned();
    let container = match container {
        Some(name) if names.iter().any(|known| known == name) => name.to_owned(),
        Some(name) => return Err(answer(&format!("it has no container `{name}`, but {}", names.join(", ")))),
        None => default().or_else(|| names.last().cloned()).unwrap_or_default(),
    };
    let params = LogParams {
        container: Some(container),
        follow: part.follow,
        tail_lines: part.tail.map(i64::from),
        ..LogParams::default()
    };
    let name = pod.metadata.name.clone().unwrap_or_default();
    if !part.follow {
        let text = api.logs(&name, &params).await.map_err(|error| refused(&error))?;
        text.lines().for_each(line);
        return Ok(());
    }
    let mut stream = api.log_stream(&name, &params).await.map_err(|error| refused(&error))?.lines();
    while let Some(read) = stream.try_next().await.map_err(|error| answer(&error.to_string()))? {
        line(&read);
    }
    Ok(())
}

/// Init containers, then containers.
fn names(pod: &Pod) -> Vec<String> {
    let Some(spec) = &pod.spec else { return Vec::new() };
    spec.init_containers.iter().flatten().chain(&spec.containers).map(|container| container.name.clone()).collect()
}
