//! What podman says is there: pods, their containers, and volumes, of coderc.
//!
//! Only reads.

use std::collections::BTreeMap;

use compiler::diagnostics::catalog::local_environment;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::manifest::{MANAGED_BY, MANAGER};
use crate::execute::Failure;
use crate::process;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Pod {
    pub name: String,
    pub status: String,
    /// RFC 3339.
    pub created: String,
    #[serde(deserialize_with = "null_is_default")]
    pub labels: BTreeMap<String, String>,
    /// The one that holds the pod's network among them.
    #[serde(deserialize_with = "null_is_default")]
    pub containers: Vec<PodContainer>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PodContainer {
    pub names: String,
    pub status: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Volume {
    pub name: String,
    pub mountpoint: String,
    #[serde(deserialize_with = "null_is_default")]
    pub labels: BTreeMap<String, String>,
}

/// A container as it is inspected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Container {
    pub name: String,
    pub image_name: String,
    pub restart_count: u64,
    pub state: State,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct State {
    pub status: String,
    pub running: bool,
    #[serde(rename = "OOMKilled")]
    pub oom_killed: bool,
    pub exit_code: i64,
    /// RFC 3339.
    pub started_at: String,
    pub error: String,
}

impl Pod {
    /// Whether all these containers run.
    pub fn runs(&self, containers: &[String]) -> bool {
        let running = |name: &String| {
            self.containers.iter().any(|container| container.names == *name && container.status.eq_ignore_ascii_case("running"))
        };
        containers.iter().all(running)
    }
}

/// Every pod of this user, of whatever made it.
pub async fn every_pod() -> Result<Vec<Pod>, Failure> {
    asked(&["pod", "ps", "--format", "json"], "list its pods").await
}

/// coderc's pods.
pub async fn pods() -> Result<Vec<Pod>, Failure> {
    let mut pods = every_pod().await?;
    pods.retain(|pod| is_ours(&pod.labels));
    Ok(pods)
}

pub fn is_ours(labels: &BTreeMap<String, String>) -> bool {
    labels.get(MANAGED_BY).is_some_and(|manager| manager == MANAGER)
}

/// coderc's volumes.
pub async fn volumes() -> Result<Vec<Volume>, Failure> {
    let mut volumes: Vec<Volume> = asked(&["volume", "ls", "--format", "json"], "list its volumes").await?;
    volumes.retain(|volume| is_ours(&volume.labels));
    Ok(volumes)
}

/// Containers by their names; those that are gone are left out.
pub async fn containers(names: &[String]) -> Result<Vec<Container>, Failure> {
    let mut found = Vec::new();
    for name in names {
        let output = process::run("podman", &["container", "inspect", name], None).await?;
        if output.ok() {
            let inspected: Vec<Container> = parsed(&output.out, "inspect a container")?;
            found.extend(inspected);
        }
    }
    Ok(found)
}

/// The end of what a container printed.
pub async fn last_lines(container: &str) -> Vec<String> {
    match process::run("podman", &["logs", "--tail", "20", container], None).await {
        Ok(output) => output.out.lines().chain(output.err.lines()).map(str::to_owned).collect(),
        Err(_) => Vec::new(),
    }
}

/// Asks podman for JSON.
async fn asked<T: DeserializeOwned>(arguments: &[&str], deed: &str) -> Result<Vec<T>, Failure> {
    let output = process::run("podman", arguments, None).await?;
    if !output.ok() {
        return Err(Failure::new(local_environment::refused(deed, &output.complaint())).log(output.last_lines()));
    }
    parsed(&output.out, deed)
}

fn parsed<T: DeserializeOwned>(text: &str, deed: &str) -> Result<Vec<T>, Failure> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str::<Option<Vec<T>>>(text)
        .map(Option::unwrap_or_default)
        .map_err(|error| Failure::new(local_environment::refused(deed, &format!("something unexpected: {error}"))))
}

fn null_is_default<'de, D: serde::Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pod_runs_when_all_its_containers_do() {
        let text = r#"[{"Name": "dev", "Status": "Degraded", "Labels": {"app.kubernetes.io/managed-by": "coderc"},
            "Containers": [{"Id": "1", "Names": "1-infra", "Status": "running"}, {"Id": "2", "Names": "dev-env", "Status": "running"},
            {"Id": "3", "Names": "dev-db", "Status": "exited"}]}, {"Name": "other", "Labels": null, "Containers": null}]"#;
        let pods: Vec<Pod> = parsed(text, "").unwrap();
        assert!(pods[0].runs(&["dev-env".to_owned()]));
        assert!(!pods[0].runs(&["dev-env".to_owned(), "dev-db".to_owned()]));
        assert_eq!([is_ours(&pods[0].labels), is_ours(&pods[1].labels)], [true, false]);
        assert!(parsed::<Pod>("null", "").unwrap().is_empty());
        assert!(parsed::<Pod>("{", "").is_err());
    }
}
