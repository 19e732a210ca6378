//! What an action is given to work on: the images it needs, by the digests that were built meanwhile.
//!
//! Pure; a plan names images by their build ID, and a cluster is only ever told digests.

use std::collections::BTreeMap;

use compiler::diagnostics::catalog::cluster_answer;
use compiler::plan::action::{Build, Declared};
use compiler::plan::owner;
use serde_json::Value;

use super::Failure;
use crate::builders::Order;
use crate::saved::{self, Apply, Plan, Step, Tag};

/// `digests` are those of the builds that an action needs, by address, in all of this file.
pub fn build(plan: &Plan, address: &str, build: &Build, digests: &BTreeMap<String, String>) -> Order {
    let mut build = build.clone();
    for (destination, by_digest) in images(plan, digests) {
        build.dockerfile = replaced(&build.dockerfile, &destination, &by_digest);
    }
    Order { address: address.to_owned(), build }
}

/// Repository and digest of each image that a tag is to name.
pub fn tagged(plan: &Plan, tag: &Tag, digests: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let one = |address: &String| match &plan.action(address)?.step {
        Step::Build(build) => Some((repository(&build.destination).to_owned(), digests.get(address)?.clone())),
        _ => None,
    };
    tag.of.iter().filter_map(one).collect()
}

pub fn object(plan: &Plan, apply: &Apply, digests: &BTreeMap<String, String>) -> Value {
    let mut object = apply.object.clone();
    let images = images(plan, digests);
    for list in ["/spec/template/spec/initContainers", "/spec/template/spec/containers"] {
        let containers = object.pointer_mut(list).and_then(Value::as_array_mut);
        for image in containers.into_iter().flatten().filter_map(|container| container.get_mut("image")) {
            if let Some(by_digest) = image.as_str().and_then(|image| images.get(image)) {
                *image = Value::String(by_digest.clone());
            }
        }
    }
    object
}

/// The failure of an object's apply with the lines that say what the object is, where the cluster refused it.
pub fn placed(plan: &Plan, address: &str, failure: Failure) -> Failure {
    if failure.source.is_some() || failure.info.name != cluster_answer::INFO.name {
        return failure;
    }
    let declared = plan.action(&format!("{}/ready", owner(address))).and_then(|action| match &action.step {
        Step::Wait(wait) => Some(&wait.declared),
        _ => None,
    });
    failure.at(declared.and_then(Declared::refused))
}

pub fn kind(step: &Step) -> &'static str {
    match step {
        Step::Build(_) => "build",
        Step::Tag(_) => "tag",
        Step::Apply(_) => "apply",
        Step::Wait(_) => "wait",
        Step::Delete(_) => "delete",
    }
}

pub fn no_provider(of: saved::Provider) -> Failure {
    Failure::new(compiler::diagnostics::catalog::saved_plan::unreadable(
        "the plan",
        &format!("has an environment for {of:?}, which this run was not set up for"),
    ))
}

/// Destination to reference by digest.
fn images(plan: &Plan, digests: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let of = |(address, digest): (&String, &String)| match &plan.action(address)?.step {
        Step::Build(build) => Some((build.destination.clone(), format!("{}@{digest}", repository(&build.destination)))),
        _ => None,
    };
    digests.iter().filter_map(of).collect()
}

fn repository(destination: &str) -> &str {
    destination.rsplit_once(':').map_or(destination, |(repository, _)| repository)
}

/// A destination ends in a hash of fixed length, so it is part of nothing longer.
fn replaced(text: &str, destination: &str, by_digest: &str) -> String {
    text.replace(destination, by_digest)
}
