//! Environments on Kubernetes, by the parts of `cluster`.
//!
//! It remembers what a run is of, and what it applied; everything else is the cluster's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use compiler::plan::action::{ObjectName, Package};
use serde_json::Value;

use super::{Hold, Observation, Provider, Task};
use crate::cluster::apply::{self, Allowed};
use crate::cluster::lease::{self, Leases, Lost};
use crate::cluster::wait::{self, Patience, Target};
use crate::cluster::watching::Watching;
use crate::cluster::{Connection, applyset, notes, observe, prune, ready};
use crate::execute::{ActionEvents, Events, Failure, Stop, changed_environments};
use crate::saved::{Plan, Step, Wait};

/// What the user allows, and how long is waited.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub allowed: Allowed,
    pub patience: Patience,
    /// For another apply to give a lease back.
    pub lease: Duration,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { allowed: Allowed::default(), patience: Patience::default(), lease: Duration::from_secs(600) }
    }
}

pub struct Kubernetes {
    connection: Connection,
    settings: Settings,
    watching: Watching,
    run: Mutex<Run>,
}

/// What is known of the plan that is carried out.
#[derive(Default)]
struct Run {
    package: Option<Package>,
    /// What is noted on the object of an action, by its address.
    notes: BTreeMap<String, Vec<(&'static str, String)>>,
    lost: Lost,
    /// The generation of each Deployment that was applied, by namespace and name.
    applied: BTreeMap<(String, String), i64>,
}

impl Kubernetes {
    pub fn new(connection: Connection, settings: Settings) -> Kubernetes {
        Kubernetes { watching: Watching::new(connection.clone()), connection, settings, run: Mutex::default() }
    }

    fn run(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn namespace(&self, object: &ObjectName) -> String {
        object.namespace.as_ref().map_or_else(|| self.connection.namespace.clone(), ToString::to_string)
    }

    async fn take(&self, plan: &Plan, events: &Events, stop: &Stop) -> Result<Box<dyn Hold>, Failure> {
        {
            let mut run = self.run();
            run.package = Some(plan.package.clone());
            run.notes = notes::of(plan);
        }
        let default = &self.connection.namespace;
        let of = |namespace: Option<String>| namespace.unwrap_or_else(|| default.clone());
        let mut environments: BTreeSet<(String, String)> =
            changed_environments(plan).into_iter().map(|(namespace, name)| (of(namespace), name)).collect();
        environments.extend(deleted(plan).map(|object| (self.namespace(object), object.name.to_string())));
        if environments.is_empty() {
            return Ok(Box::new(Nothing));
        }
        let namespaces = environments.iter().map(|(namespace, _)| namespace.clone()).collect();
        applyset::begin(&self.connection, &plan.package, &namespaces).await?;
        let environments: Vec<(String, String)> = environments.into_iter().collect();
        let leases = lease::take(&self.connection, &environments, self.settings.lease, events, stop).await?;
        self.run().lost = leases.lost();
        Ok(Box::new(leases))
    }
}

/// The Deployments that a plan deletes: each is an environment.
fn deleted(plan: &Plan) -> impl Iterator<Item = &ObjectName> {
    plan.actions.iter().filter_map(|action| match &action.step {
        Step::Delete(object) if object.kind == "Deployment" => Some(object),
        _ => None,
    })
}

/// Where nothing changes, nothing is held.
struct Nothing;

impl Hold for Nothing {
    fn release<'a>(self: Box<Self>) -> Task<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(async {})
    }
}

impl Hold for Leases {
    fn release<'a>(self: Box<Self>) -> Task<'a, ()>
    where
        Self: 'a,
    {
        Box::pin(async move { Leases::release(*self).await })
    }
}

impl Provider for Kubernetes {
    fn observe<'a>(&'a self, plan: &'a Plan, everything: bool) -> Task<'a, Result<Observation, Failure>> {
        Box::pin(observe::observe(&self.connection, plan, everything))
    }

    fn ready<'a>(&'a self, plan: &'a Plan) -> Task<'a, Vec<Failure>> {
        Box::pin(ready::ready(&self.connection, plan))
    }

    fn hold<'a>(&'a self, plan: &'a Plan, events: &'a Events, stop: Stop) -> Task<'a, Result<Box<dyn Hold>, Failure>> {
        Box::pin(async move { self.take(plan, events, &stop).await })
    }

    fn apply<'a>(
        &'a self,
        address: &'a str,
        object: Value,
        events: ActionEvents,
        stop: Stop,
    ) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            let (notes, lost) = {
                let run = self.run();
                (run.notes.get(address).cloned().unwrap_or_default(), run.lost.clone())
            };
            lost.check()?;
            let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
            let deployment = text("/kind") == Some("Deployment");
            let namespace = text("/metadata/namespace").unwrap_or(&self.connection.namespace).to_owned();
            let key = (namespace, text("/metadata/name").unwrap_or_default().to_owned());
            let applied = apply::apply(&self.connection, object, &notes, self.settings.allowed, &events, &stop).await?;
            if deployment {
                self.run().applied.insert(key, applied.generation);
            }
            Ok(applied.remark)
        })
    }

    fn wait<'a>(&'a self, wait: &'a Wait, events: ActionEvents, stop: Stop) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            let namespace = self.namespace(&wait.object);
            let name = &wait.object.name;
            let generation = self.run().applied.get(&(namespace.clone(), name.to_string())).copied().unwrap_or(0);
            let target = Target { namespace: &namespace, name, generation, declared: &wait.declared };
            wait::wait(&self.connection, &self.watching, &target, &self.settings.patience, &events, &stop).await
        })
    }

    fn delete<'a>(&'a self, object: &'a ObjectName, _: ActionEvents, stop: Stop) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            let (package, lost) = {
                let run = self.run();
                (run.package.clone(), run.lost.clone())
            };
            lost.check()?;
            prune::delete(&self.connection, object, package.as_ref(), self.settings.allowed.prune_volumes, &stop).await
        })
    }
}
