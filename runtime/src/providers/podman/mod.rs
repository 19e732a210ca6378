//! Runs environments on this machine, with podman: the same generated manifests, by `podman kube play`.
//!
//! State lives in podman alone: labels of pods and volumes name the environment, its package and the object it was made of. What
//! podman is told by its own configuration (`CONTAINERS_CONF`, `CONTAINERS_STORAGE_CONF`) holds here too.

mod applied;
mod apply;
mod manifest;
mod observe;
mod pods;
pub mod secrets;
mod wait;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use compiler::diagnostics::catalog::{local_environment, local_secret, missing_program};
use compiler::plan::action::{Change, ObjectName};
use serde_json::Value;

use super::{Hold, Observation, Provider, Task};
use crate::builders::buildah;
use crate::execute::{ActionEvents, Events, Failure, Stop};
use crate::process::{Lock, runtime_folder};
use crate::render::applyset;
use crate::saved::{self, Plan, Wait};

/// Runs environments with podman.
#[derive(Debug)]
pub struct Podman {
    folder: PathBuf,
    /// The Deployments seen so far, by name: what is waited for says its probes there.
    deployments: Mutex<BTreeMap<String, Value>>,
}

impl Podman {
    /// # Errors
    /// When there is no folder for locks.
    pub fn new() -> Result<Podman, Failure> {
        let folder =
            runtime_folder().map_err(|error| Failure::new(missing_program::folder("of this user", &error.to_string())))?;
        Ok(Podman { folder, deployments: Mutex::default() })
    }

    fn see(&self, object: &Value) {
        let name = manifest::name(object).to_owned();
        self.deployments.lock().unwrap_or_else(PoisonError::into_inner).insert(name, object.clone());
    }

    fn seen(&self, name: &str) -> Option<Value> {
        self.deployments.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    async fn compare(&self, plan: &Plan, everything: bool) -> Result<Observation, Failure> {
        let mut images = BTreeMap::new();
        for (_, build) in plan.builds() {
            if let Some(image) = buildah::image(&build.destination).await? {
                images.insert(build.destination.clone(), image.digest);
            }
        }
        let there = observe::There { pods: pods::pods().await?, volumes: pods::volumes().await?, images };
        let mut observation = observe::observe(plan, everything, &there);
        for pod in &there.pods {
            let inside = format!("{}-", pod.name);
            let names = pod.containers.iter().map(|container| container.names.clone());
            let names: Vec<String> = names.filter(|name| name.starts_with(&inside)).collect();
            let namespace = pod.labels.get(manifest::NAMESPACE);
            for container in pods::containers(&names).await? {
                let name = container.name.strip_prefix(&inside).unwrap_or(&container.name).to_owned();
                observation.running.push((namespace.cloned(), pod.name.clone(), name, container.image_name));
            }
        }
        Ok(observation)
    }

    async fn check(&self, plan: &Plan) -> Vec<Failure> {
        let ours: Vec<_> = ours(plan).filter(|(action, _)| action.change != Change::None).collect();
        if ours.is_empty() {
            return Vec::new();
        }
        let every = match pods::every_pod().await {
            Ok(every) => every,
            Err(failure) => return vec![failure],
        };
        let mut failures = Vec::new();
        for (action, object) in ours {
            let name = manifest::name(object);
            let part_of = object.pointer("/metadata/labels").and_then(|labels| labels.get(applyset::PART_OF));
            let foreign = |pod: &&pods::Pod| {
                let theirs = pod.labels.get(applyset::PART_OF).map(String::as_str);
                pod.name == name && (!pods::is_ours(&pod.labels) || theirs != part_of.and_then(Value::as_str))
            };
            if is_deployment(object) && every.iter().any(|pod| foreign(&pod)) {
                failures.push(Failure::new(local_environment::name_taken(name)));
            }
            let environment = compiler::plan::owner(&action.address);
            let mut secrets = manifest::secrets(object);
            secrets.dedup_by(|one, other| (&one.name, &one.key) == (&other.name, &other.key));
            for of in secrets {
                match self::secrets::value(&of.name, &of.key).await {
                    Ok(self::secrets::Found::Value(_)) => {}
                    Ok(self::secrets::Found::NoKey) => {
                        failures.push(Failure::new(local_secret::key(&of.name, &of.key, environment)));
                    }
                    Ok(self::secrets::Found::Missing) => {
                        failures.push(Failure::new(local_secret::missing(&of.name, &of.key, environment)));
                    }
                    Err(failure) => failures.push(failure),
                }
            }
        }
        failures
    }

    /// The right to change an environment.
    async fn lease(&self, name: &str, events: &Events, stop: &Stop) -> Result<Lock, Failure> {
        let waiting = || events.note(format!("another apply of `{name}` is under way on this machine; waiting for its end"));
        Lock::take(&self.folder, &format!("environment {name}"), stop, waiting).await
    }

    async fn lock(&self, plan: &Plan, events: &Events, stop: &Stop) -> Result<Box<dyn Hold>, Failure> {
        let mut names: Vec<String> = ours(plan).map(|(_, object)| manifest::name(object).to_owned()).collect();
        names.extend(plan.actions.iter().filter_map(|action| match &action.step {
            saved::Step::Delete(object) => Some(object.name.to_string()),
            _ => None,
        }));
        // Always in one order: two applies never wait for each other.
        names.sort();
        names.dedup();
        let mut locks = Vec::new();
        for name in names {
            locks.push(self.lease(&name, events, stop).await?);
        }
        Ok(Box::new(Locks(locks)))
    }
}

struct Locks(Vec<Lock>);

impl Hold for Locks {
    fn release<'a>(self: Box<Self>) -> Task<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(async move { drop(self.0) })
    }
}

impl Provider for Podman {
    fn observe<'a>(&'a self, plan: &'a Plan, everything: bool) -> Task<'a, Result<Observation, Failure>> {
        Box::pin(self.compare(plan, everything))
    }

    fn ready<'a>(&'a self, plan: &'a Plan) -> Task<'a, Vec<Failure>> {
        Box::pin(self.check(plan))
    }

    fn hold<'a>(&'a self, plan: &'a Plan, events: &'a Events, stop: Stop) -> Task<'a, Result<Box<dyn Hold>, Failure>> {
        Box::pin(async move {
            for (_, object) in ours(plan).filter(|(_, object)| is_deployment(object)) {
                self.see(object);
            }
            self.lock(plan, events, &stop).await
        })
    }

    fn apply<'a>(
        &'a self,
        address: &'a str,
        object: Value,
        events: ActionEvents,
        stop: Stop,
    ) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            match object.get("kind").and_then(Value::as_str) {
                Some("Deployment") => {
                    self.see(&object);
                    apply::deployment(address, &object, &events, &stop).await
                }
                Some("PersistentVolumeClaim") => apply::claim(&object).await,
                Some("Service") => Ok("published with its pod".to_owned()),
                kind => Err(Failure::new(local_environment::unsupported(kind.unwrap_or("object without a kind")))),
            }
        })
    }

    fn wait<'a>(&'a self, wait: &'a Wait, events: ActionEvents, stop: Stop) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            match self.seen(&wait.object.name) {
                Some(deployment) => wait::ready(&deployment, &wait.declared, &events, &stop).await,
                None => Ok("it was not applied".to_owned()),
            }
        })
    }

    fn delete<'a>(&'a self, object: &'a ObjectName, _: ActionEvents, _: Stop) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            match object.kind.as_str() {
                "Deployment" => apply::remove(&object.name).await?,
                "PersistentVolumeClaim" => apply::remove_volume(&object.name).await?,
                _ => {}
            }
            Ok("deleted".to_owned())
        })
    }
}

/// The objects of a plan that run here.
fn ours(plan: &Plan) -> impl Iterator<Item = (&saved::Action, &Value)> {
    plan.applies().filter(|(_, apply)| apply.provider == saved::Provider::Podman).map(|(action, apply)| (action, &apply.object))
}

fn is_deployment(object: &Value) -> bool {
    object.get("kind").and_then(Value::as_str) == Some("Deployment")
}
