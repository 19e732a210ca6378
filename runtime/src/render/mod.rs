//! Actions of a plan as Kubernetes objects: kaniko Jobs and their ConfigMaps, Deployments, Services and claims.
//!
//! Pure: no cluster, no clock, no randomness; the same action gives the same bytes. Text of a template reaches Kubernetes as
//! it was written, so `$(NAME)` in a container's command, arguments or environment is expanded there, by Kubernetes' rules.

pub mod applyset;
mod claim;
mod config_map;
mod container;
mod deployment;
mod job;
mod kaniko;
mod labels;
pub mod patch;
mod probe;
mod service;
mod source;
mod volume;

use std::collections::BTreeSet;

use compiler::plan::action::{Apply, Build, Change, ObjectKind, Package, Plan, Step};
use serde::Serialize;
use serde_json::Value;

pub use kaniko::{ANNOTATION_BUILD_ID, ANNOTATION_INPUTS, ANNOTATION_REVISION, ANNOTATION_SOURCE, annotations};

/// Fill in [`Apply::rendered`] of every action that applies an object.
pub fn render(plan: &mut Plan) {
    let package = plan.package.clone();
    for action in &mut plan.actions {
        if let Step::Apply(apply) = &mut action.step {
            apply.rendered = Some(object(apply, &package));
        }
    }
}

/// Everything that the plan would put into the cluster, for `plan -f yaml`: the kaniko Jobs of builds that are not proven to be
/// there, their ConfigMaps, then the environments' objects, each in the order of the plan.
pub fn objects(plan: &Plan) -> Vec<Value> {
    let (mut jobs, mut config_maps, mut applied) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    for action in &plan.actions {
        match &action.step {
            Step::Build(build) if action.change != Change::None && seen.insert(job::name(build)) => {
                jobs.push(value(&job::job(build, &action.address)));
                config_maps.push(value(&config_map::config_map(build, &action.address)));
            }
            Step::Apply(apply) => applied.push(apply.rendered.clone().unwrap_or_else(|| object(apply, &plan.package))),
            _ => {}
        }
    }
    jobs.append(&mut config_maps);
    jobs.append(&mut applied);
    jobs
}

/// The objects of one build: its Job, then the ConfigMap that the Job mounts. `address` is the action's.
pub fn build_objects(build: &Build, address: &str) -> Vec<Value> {
    vec![value(&job::job(build, address)), value(&config_map::config_map(build, address))]
}

fn object(apply: &Apply, package: &Package) -> Value {
    let labels = labels::of_environment(&apply.environment, package, apply.namespace.as_deref());
    match &apply.object {
        ObjectKind::Deployment => {
            let mut object = value(&deployment::deployment(apply, labels));
            if let Some(patch) = &apply.environment.patch {
                patch::merge(&mut object, &patch.value);
            }
            object
        }
        ObjectKind::Service => value(&service::service(apply, labels)),
        ObjectKind::Claim(volume) => value(&claim::claim(apply, volume, labels)),
    }
}

fn value<T: Serialize>(object: &T) -> Value {
    serde_json::to_value(object).expect("Kubernetes' types have text keys only, so each is JSON")
}

#[cfg(test)]
mod tests;
