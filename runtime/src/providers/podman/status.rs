//! What runs on this machine, for `coderc status`.

use super::manifest::{ADDRESS, INSTANCE, NAMESPACE};
use super::{Podman, pods};
use crate::execute::Failure;
use crate::process;

/// An environment that is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// `environment.team-a`
    pub address: String,
    /// The instance's name, and its pod's.
    pub environment: String,
    pub namespace: Option<String>,
    /// As podman says it: `Running`, `Degraded`, `Exited`.
    pub state: String,
    pub containers: Vec<ContainerStatus>,
    /// `127.0.0.1:8080->8080/tcp`, as podman writes it.
    pub ports: Vec<String>,
    /// Volumes that keep their content.
    pub volumes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerStatus {
    pub name: String,
    /// What podman calls it: for `podman exec`.
    pub full_name: String,
    pub image: String,
    pub running: bool,
    /// `running`, `exited`, `created`.
    pub state: String,
    pub restarts: u64,
    pub exit_code: i64,
    /// RFC 3339.
    pub started_at: String,
}

impl Podman {
    /// Every environment that is applied on this machine, of whatever package, in order of name.
    pub async fn status(&self) -> Result<Vec<Status>, Failure> {
        let volumes = pods::volumes().await?;
        let mut all = Vec::new();
        for pod in pods::pods().await? {
            let inside = format!("{}-", pod.name);
            let names: Vec<String> = pod.containers.iter().map(|container| container.names.clone()).collect();
            let names: Vec<String> = names.into_iter().filter(|name| name.starts_with(&inside)).collect();
            let containers = pods::containers(&names).await?.into_iter().map(|container| ContainerStatus {
                name: container.name.strip_prefix(&inside).unwrap_or(&container.name).to_owned(),
                full_name: container.name,
                image: container.image_name,
                running: container.state.running,
                state: container.state.status,
                restarts: container.restart_count,
                exit_code: container.state.exit_code,
                started_at: container.state.started_at,
            });
            let mut containers: Vec<ContainerStatus> = containers.collect();
            containers.sort_by(|one, other| one.name.cmp(&other.name));
            let of_pod = |volume: &&pods::Volume| volume.labels.get(INSTANCE) == pod.labels.get(INSTANCE);
            let infra = pod.containers.iter().find(|container| container.names.ends_with("-infra"));
            let ports = match infra {
                Some(infra) => process::run("podman", &["port", &infra.names], None).await?.out,
                None => String::new(),
            };
            all.push(Status {
                address: pod.labels.get(ADDRESS).cloned().unwrap_or_default(),
                environment: pod.name.clone(),
                namespace: pod.labels.get(NAMESPACE).cloned(),
                state: pod.status.clone(),
                containers,
                ports: ports.lines().map(str::to_owned).collect(),
                volumes: volumes.iter().filter(of_pod).map(|volume| volume.name.clone()).collect(),
            });
        }
        all.sort_by(|one, other| one.environment.cmp(&other.environment));
        Ok(all)
    }
}
