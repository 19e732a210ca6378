//! Compares a plan with the pods and volumes that are there.
//!
//! A pod carries the hash of the object it was made of; that, and that its containers run, is the proof that nothing is to be done.

use std::collections::{BTreeMap, BTreeSet};

use compiler::plan::action::{Change, ObjectName};
use serde_json::Value;

use super::manifest;
use super::manifest::{ADDRESS, APPLIED, INSTANCE, NAMESPACE, SECRET};
use super::pods::{Pod, Volume};
use crate::providers::{Leftover, Observation, Observed};
use crate::render::applyset;
use crate::saved::{Plan, Provider, Step};

/// What is there.
pub struct There {
    pub pods: Vec<Pod>,
    pub volumes: Vec<Volume>,
    /// The digests of the images of the plan's builds, by destination.
    pub images: BTreeMap<String, String>,
}

pub fn observe(plan: &Plan, everything: bool, there: &There) -> Observation {
    let mut observation = Observation::default();
    let mut current: BTreeMap<&str, Change> = BTreeMap::new();
    let ours = || plan.applies().filter(|(_, apply)| apply.provider == Provider::Podman);
    for (action, apply) in ours() {
        if apply.object.get("kind").and_then(Value::as_str) != Some("Deployment") {
            continue;
        }
        let (change, message) = deployment(&apply.object, there);
        current.insert(manifest::name(&apply.object), change);
        observation.actions.push(observed(&action.address, change, message));
    }
    for (action, apply) in ours() {
        let name = manifest::name(&apply.object);
        let (change, message) = match apply.object.get("kind").and_then(Value::as_str) {
            Some("Deployment") => continue,
            Some("PersistentVolumeClaim") => match there.volumes.iter().any(|volume| volume.name == name) {
                true => (Change::None, "the volume is there"),
                false => (Change::Create, "there is no such volume"),
            },
            _ => match current.get(name) {
                Some(Change::None) => (Change::None, "the pod's ports are published"),
                Some(Change::Create) => (Change::Create, "it is published with its pod"),
                _ => (Change::Update, "it is published with its pod"),
            },
        };
        observation.actions.push(observed(&action.address, change, message));
    }
    for action in &plan.actions {
        if let Step::Wait(wait) = &action.step
            && wait.provider == Provider::Podman
        {
            let (change, message) = match current.get(wait.object.name.as_str()) {
                Some(Change::None) => (Change::None, "all its containers run"),
                _ => (Change::Unknown, "follows the deployment"),
            };
            observation.actions.push(observed(&action.address, change, message));
        }
    }
    if everything {
        observation.leftover = leftover(plan, there);
    }
    observation
}

fn observed(address: &str, change: Change, message: &str) -> Observed {
    Observed { address: address.to_owned(), change, message: message.to_owned(), changes: Vec::new() }
}

fn deployment(object: &Value, there: &There) -> (Change, &'static str) {
    let Some(pod) = there.pods.iter().find(|pod| pod.name == manifest::name(object)) else {
        return (Change::Create, "there is no such pod");
    };
    let Some(object) = by_digest(object, &there.images) else { return (Change::Update, "its image is still to be built") };
    if pod.labels.get(APPLIED) != Some(&manifest::hash(&object)) {
        return (Change::Update, "the pod was made of something else");
    }
    match pod.runs(&manifest::container_names(&object)) {
        true => (Change::None, "the pod was made of just this, and runs"),
        false => (Change::Update, "not all its containers run"),
    }
}

/// The object as it would be applied; `None` while an image of it is not built. Destinations end in a build ID, and no other
/// reference does.
fn by_digest(object: &Value, images: &BTreeMap<String, String>) -> Option<Value> {
    let mut object = object.clone();
    for list in ["/spec/template/spec/initContainers", "/spec/template/spec/containers"] {
        for container in object.pointer_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let Some(Value::String(image)) = container.get_mut("image") else { continue };
            if let Some(digest) = images.get(image.as_str()) {
                let repository = image.rsplit_once(':').map_or(image.as_str(), |(repository, _)| repository);
                *image = format!("{repository}@{digest}");
            } else if image.rsplit_once(":b-").is_some_and(|(_, id)| !id.contains('/') && !id.contains('@')) {
                return None;
            }
        }
    }
    Some(object)
}

/// What the package has here that its sources no longer have.
fn leftover(plan: &Plan, there: &There) -> Vec<Leftover> {
    let own = |labels: &BTreeMap<String, String>| {
        let namespace = labels.get(NAMESPACE).map(String::as_str);
        labels.get(applyset::PART_OF) == Some(&applyset::id(&plan.package, namespace))
    };
    let named = |kind: &str| -> BTreeSet<&str> {
        let of_kind = plan.applies().filter(|(_, apply)| apply.object.get("kind").and_then(Value::as_str) == Some(kind));
        of_kind.map(|(_, apply)| manifest::name(&apply.object)).collect()
    };
    let (deployments, claims) = (named("Deployment"), named("PersistentVolumeClaim"));
    let entry = |kind: &'static str, name: &str, labels: &BTreeMap<String, String>, part: &str, kept: bool| {
        let address = labels.get(ADDRESS).cloned().unwrap_or_else(|| format!("environment.{name}"));
        let namespace = labels.get(NAMESPACE).map(|namespace| namespace.as_str().into());
        let object = ObjectName { kind: kind.into(), namespace, name: name.into() };
        Leftover { object, address: format!("{address}/{part}"), kept }
    };
    let pods = there.pods.iter().filter(|pod| own(&pod.labels) && !deployments.contains(pod.name.as_str()));
    let mut leftover: Vec<Leftover> = pods.map(|pod| entry("Deployment", &pod.name, &pod.labels, "deployment", false)).collect();
    let volumes = there
        .volumes
        .iter()
        .filter(|volume| own(&volume.labels) && !volume.labels.contains_key(SECRET) && !claims.contains(volume.name.as_str()));
    leftover.extend(volumes.map(|volume| {
        let environment = volume.labels.get(INSTANCE).map_or("", String::as_str);
        let part = volume.name.strip_prefix(environment).map_or(volume.name.as_str(), |rest| rest.trim_start_matches('-'));
        entry("PersistentVolumeClaim", &volume.name, &volume.labels, &format!("volume-{part}"), true)
    }));
    leftover
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::pods::PodContainer;
    use super::*;

    fn deployment_object(image: &str) -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": "dev", "annotations": { "coderc.dev/address": "environment.dev" },
                "labels": { INSTANCE: "dev", applyset::PART_OF: applyset::id(&package(), None) } },
            "spec": { "template": { "spec": { "containers": [{ "name": "env", "image": image }] } } }
        })
    }

    fn package() -> compiler::plan::action::Package {
        compiler::plan::action::Package { url: "u".into(), commit: "c".into(), path: "".into() }
    }

    fn plan(objects: &[Value]) -> Plan {
        let reason = json!({ "kind": "new", "message": "", "because": [] });
        let mut actions: Vec<Value> = objects
            .iter()
            .map(|object| {
                json!({ "address": format!("environment.dev/{}", object["kind"].as_str().unwrap()), "kind": "apply", "change": "unknown",
                    "needs": [], "reason": reason, "object": object, "provider": "podman", "changes": [] })
            })
            .collect();
        actions.push(
            json!({ "address": "environment.dev/ready", "kind": "wait", "change": "unknown", "needs": [], "reason": reason,
            "wait": { "kind": "Deployment", "namespace": null, "name": "dev", "provider": "podman" } }),
        );
        let mut document = json!({ "version": 1, "package": { "url": "u", "commit": "c", "path": "" }, "lock": null,
            "actions": actions, "diagnostics": [] });
        document["hash"] = Value::String(crate::saved::hash(document.clone()));
        Plan::parse(&document.to_string(), "plan.json").unwrap()
    }

    fn pod(object: &Value, status: &str) -> Pod {
        let containers = vec![PodContainer { names: "dev-env".into(), status: status.into() }];
        Pod { name: "dev".into(), status: "Running".into(), labels: manifest::labels(object), containers, ..Pod::default() }
    }

    fn changes(plan: &Plan, there: &There) -> Vec<Change> {
        observe(plan, true, there).actions.iter().map(|observed| observed.change).collect()
    }

    #[test]
    fn only_what_runs_as_it_is_planned_is_left_alone() {
        let images = BTreeMap::from([("r.dev/x:b-1".to_owned(), "sha256:1".to_owned())]);
        let service = json!({ "kind": "Service", "metadata": { "name": "dev" } });
        let plan = plan(&[deployment_object("r.dev/x:b-1"), service]);
        let applied = deployment_object("r.dev/x@sha256:1");
        let there =
            |pods: Vec<Pod>, images: &BTreeMap<String, String>| There { pods, volumes: Vec::new(), images: images.clone() };
        assert_eq!(changes(&plan, &there(Vec::new(), &images)), [Change::Create, Change::Create, Change::Unknown]);
        assert_eq!(changes(&plan, &there(vec![pod(&applied, "running")], &images)), [Change::None; 3]);
        let (update, unknown) = (Change::Update, Change::Unknown);
        assert_eq!(changes(&plan, &there(vec![pod(&applied, "exited")], &images)), [update, update, unknown]);
        assert_eq!(changes(&plan, &there(vec![pod(&applied, "running")], &BTreeMap::new())), [update, update, unknown]);
        let other = deployment_object("r.dev/x@sha256:2");
        assert_eq!(changes(&plan, &there(vec![pod(&other, "running")], &images)), [update, update, unknown]);
    }

    #[test]
    fn what_left_the_sources_is_left_over_and_volumes_are_kept() {
        let object = deployment_object("x");
        let volume = Volume { name: "dev-home".into(), mountpoint: String::new(), labels: manifest::labels(&object) };
        let there = There { pods: vec![pod(&object, "running")], volumes: vec![volume], images: BTreeMap::new() };
        let found = observe(&plan(&[]), true, &there).leftover;
        let shown: Vec<(&str, bool)> = found.iter().map(|leftover| (leftover.address.as_str(), leftover.kept)).collect();
        assert_eq!(shown, [("environment.dev/deployment", false), ("environment.dev/volume-home", true)]);
        assert_eq!(observe(&plan(&[]), false, &there).leftover, []);
        let shown: Vec<bool> = observe(&plan(&[object]), true, &there).leftover.iter().map(|leftover| leftover.kept).collect();
        assert_eq!(shown, [true]);
    }
}
