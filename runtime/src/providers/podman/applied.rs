//! What is applied on this machine, for the commands on applied environments: found by the labels of pods and volumes.

use compiler::diagnostics::catalog::local_environment;

use super::manifest::{ADDRESS, INSTANCE, NAMESPACE, PRIMARY, SECRET, TTL};
use super::{Podman, apply, pods};
use crate::builders::{Task, buildah};
use crate::execute::{Events, Failure, Stop, stop};
use crate::process;
use crate::providers::applied::{Applied, Container, Destroyed, Environment, Part};
use crate::render::ANNOTATION_BUILD_ID;
use crate::render::applyset::PART_OF;

impl Applied for Podman {
    fn environments<'a>(&'a self) -> Task<'a, Result<Vec<Environment>, Failure>> {
        Box::pin(environments())
    }

    fn logs<'a>(
        &'a self,
        environment: &'a Environment,
        container: Option<&'a str>,
        part: Part,
        line: &'a mut (dyn FnMut(&str) + Send),
    ) -> Task<'a, Result<(), Failure>> {
        Box::pin(logs(environment, container, part, line))
    }

    fn destroy<'a>(
        &'a self,
        environment: &'a Environment,
        volumes: bool,
        events: &'a Events,
        stop: &'a Stop,
    ) -> Task<'a, Result<Vec<Destroyed>, Failure>> {
        Box::pin(async move {
            let _held = self.lease(&environment.name, events, stop).await?;
            let mut destroyed = Vec::new();
            let mut tell = |kind: &str, name: &str, remark: &str| {
                destroyed.push(Destroyed { object: format!("{kind} {name}"), remark: remark.to_owned() });
            };
            apply::remove(&environment.name).await?;
            tell("pod", &environment.name, "deleted");
            for volume in &environment.volumes {
                if volumes {
                    apply::remove_volume(volume).await?;
                    tell("volume", volume, "deleted");
                } else {
                    tell("volume", volume, "kept; `--prune-volumes` deletes it");
                }
            }
            Ok(destroyed)
        })
    }

    /// Images are kept: they are what the next build starts from.
    fn garbage<'a>(&'a self, _: bool) -> Task<'a, Result<Vec<String>, Failure>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

async fn environments() -> Result<Vec<Environment>, Failure> {
    let volumes = pods::volumes().await?;
    let mut environments = Vec::new();
    for pod in pods::pods().await? {
        let label = |name: &str| pod.labels.get(name).cloned();
        let inside = format!("{}-", pod.name);
        let primary = label(PRIMARY).unwrap_or_default();
        let names = pod.containers.iter().map(|container| container.names.clone());
        let names: Vec<String> = names.filter(|name| name.starts_with(&inside)).collect();
        let running = pods::containers(&names).await?;
        let available = !running.is_empty() && running.iter().all(|container| container.state.running);
        let mut containers = Vec::new();
        for container in running {
            let image = buildah::image(&container.image_name).await?.unwrap_or_default();
            let name = container.name.strip_prefix(&inside).unwrap_or(&container.name).to_owned();
            let build = image.annotations.get(ANNOTATION_BUILD_ID).cloned();
            containers.push(Container { name, image: container.image_name, build });
        }
        containers.sort_by_key(|container| (container.name != primary, container.name.clone()));
        let own = |volume: &&pods::Volume| {
            volume.labels.get(INSTANCE) == pod.labels.get(INSTANCE) && !volume.labels.contains_key(SECRET)
        };
        let created = crate::cluster::seconds(&pod.created);
        environments.push(Environment {
            address: label(ADDRESS).unwrap_or_default(),
            name: pod.name.clone(),
            namespace: label(NAMESPACE),
            part_of: label(PART_OF),
            provider: "podman",
            wanted: 1,
            ready: u32::from(available),
            available,
            containers,
            created,
            changed: created,
            ttl: label(TTL).and_then(|ttl| ttl.trim_end_matches('s').parse().ok()),
            volumes: volumes.iter().filter(own).map(|volume| volume.name.clone()).collect(),
            ..Environment::default()
        });
    }
    environments.sort_by(|one, other| one.address.cmp(&other.address));
    Ok(environments)
}

async fn logs(
    environment: &Environment,
    container: Option<&str>,
    part: Part,
    line: &mut (dyn FnMut(&str) + Send),
) -> Result<(), Failure> {
    // The primary one comes first.
    let first = environment.containers.first().map_or("", |container| container.name.as_str());
    let container = format!("{}-{}", environment.name, container.unwrap_or(first));
    let tail = part.tail.map(|lines| lines.to_string());
    let mut arguments = vec!["logs"];
    if part.follow {
        arguments.push("--follow");
    }
    if let Some(tail) = &tail {
        arguments.extend(["--tail", tail]);
    }
    arguments.push(&container);
    let (_stopper, stop) = stop();
    let followed = process::follow("podman", &arguments, &[], &stop, None, None, line).await?;
    if followed.code == Some(0) {
        return Ok(());
    }
    let said = followed.last.last().map_or("nothing", String::as_str);
    Err(Failure::new(local_environment::refused(&format!("show what `{container}` printed"), said)))
}
