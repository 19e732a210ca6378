//! What becomes of an environment, judged from what its Deployment, ReplicaSets, pods and their warnings say.
//!
//! Pure: how long a trouble is borne, and what is told of it, is for who waits.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};

/// Warnings by the kind and name of what they are of: reason and message, oldest first.
pub type Warnings = BTreeMap<(String, String), Vec<(String, String)>>;

/// What was seen of one environment.
#[derive(Default)]
pub struct Seen<'a> {
    pub deployment: Option<&'a Deployment>,
    pub sets: Vec<&'a ReplicaSet>,
    pub pods: Vec<&'a Pod>,
    pub warnings: Option<&'a Warnings>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Available; in words.
    Ready(String),
    /// On its way; in words.
    Waiting(String),
    Trouble(Trouble),
}

/// Why an environment does not become available, as far as can be told.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// `decisive`: trying again gives the same answer.
    Image {
        container: String,
        image: String,
        detail: String,
        decisive: bool,
    },
    Crash {
        container: String,
        pod: String,
        exit_code: i32,
        out_of_memory: bool,
        limit: Option<String>,
    },
    /// The container cannot be made: a Secret or a key is missing, a mount is wrong.
    Configuration {
        container: String,
        detail: String,
    },
    Probe {
        container: String,
        detail: String,
    },
    Unschedulable {
        detail: String,
    },
    /// A volume is not there yet.
    Volume {
        detail: String,
    },
    Quota {
        detail: String,
    },
    /// Pods are refused, by a policy say.
    Refused {
        detail: String,
    },
    /// Kubernetes gave up.
    Deadline,
}

/// `generation`: of the Deployment when it was applied; what is older is not judged.
pub fn verdict(seen: &Seen<'_>, generation: i64) -> Verdict {
    let Some(deployment) = seen.deployment else { return Verdict::Waiting("the Deployment to be seen".to_owned()) };
    let status = deployment.status.clone().unwrap_or_default();
    let current = deployment.metadata.generation.unwrap_or(0);
    if current < generation || status.observed_generation.unwrap_or(0) < current {
        return Verdict::Waiting("the Deployment to be looked at".to_owned());
    }
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let updated = status.updated_replicas.unwrap_or(0);
    let ready = status.available_replicas.unwrap_or(0).min(updated);
    let replicas = format!("{ready} of {wanted} replicas");
    if updated >= wanted && status.replicas.unwrap_or(0) <= updated && status.available_replicas.unwrap_or(0) >= updated {
        return Verdict::Ready(replicas);
    }
    if let Some(trouble) = trouble(seen, deployment) {
        return Verdict::Trouble(trouble);
    }
    let doing = newest_pods(seen, deployment).into_iter().find_map(doing);
    Verdict::Waiting(match doing {
        Some(doing) => format!("{replicas}, {doing}"),
        None => replicas,
    })
}

fn trouble(seen: &Seen<'_>, deployment: &Deployment) -> Option<Trouble> {
    let pods = newest_pods(seen, deployment);
    if let Some(trouble) = pods.iter().find_map(|pod| of_pod(pod, seen)) {
        return Some(trouble);
    }
    let conditions = deployment.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let condition = |kind: &str| conditions.iter().find(|condition| condition.type_ == kind);
    if let Some(failure) = condition("ReplicaFailure").filter(|failure| failure.status == "True") {
        let detail = failure.message.clone().unwrap_or_default();
        let quota = detail.contains("exceeded quota");
        return Some(if quota { Trouble::Quota { detail } } else { Trouble::Refused { detail } });
    }
    let progressing = condition("Progressing")?;
    (progressing.status == "False" && progressing.reason.as_deref() == Some("ProgressDeadlineExceeded"))
        .then_some(Trouble::Deadline)
}

/// The pods of the newest ReplicaSet, those on their way out left out.
fn newest_pods<'a>(seen: &Seen<'a>, deployment: &Deployment) -> Vec<&'a Pod> {
    let revision = |set: &&&ReplicaSet| {
        let annotations = set.metadata.annotations.as_ref();
        annotations.and_then(|map| map.get("deployment.kubernetes.io/revision")?.parse::<u64>().ok()).unwrap_or(0)
    };
    let owned = |set: &&&ReplicaSet| {
        let owners = set.metadata.owner_references.as_deref().unwrap_or_default();
        owners.iter().any(|owner| Some(&owner.uid) == deployment.metadata.uid.as_ref())
    };
    let Some(newest) = seen.sets.iter().filter(owned).max_by_key(revision) else { return Vec::new() };
    let of_newest = |pod: &&&Pod| {
        let owners = pod.metadata.owner_references.as_deref().unwrap_or_default();
        pod.metadata.deletion_timestamp.is_none() && owners.iter().any(|owner| Some(&owner.uid) == newest.metadata.uid.as_ref())
    };
    seen.pods.iter().filter(of_newest).copied().collect()
}

fn of_pod(pod: &Pod, seen: &Seen<'_>) -> Option<Trouble> {
    let status = pod.status.as_ref()?;
    let warnings = |reason: &str| {
        let name = pod.metadata.name.clone().unwrap_or_default();
        let list = seen.warnings.and_then(|warnings| warnings.get(&("Pod".to_owned(), name)))?;
        list.iter().rev().find(|(of, _)| of == reason).map(|(_, message)| message.clone())
    };
    let scheduled = status.conditions.iter().flatten().find(|condition| condition.type_ == "PodScheduled");
    if let Some(refused) = scheduled.filter(|condition| condition.status == "False") {
        let detail = refused.message.clone().unwrap_or_default();
        let volume =
            ["PersistentVolumeClaim", "persistentvolumeclaim", "volume node affinity"].iter().any(|part| detail.contains(part));
        return Some(if volume { Trouble::Volume { detail } } else { Trouble::Unschedulable { detail } });
    }
    let statuses = || status.init_container_statuses.iter().chain(&status.container_statuses).flatten();
    if let Some(trouble) = statuses().find_map(|container| of_container(container, pod)) {
        return Some(trouble);
    }
    for reason in ["FailedAttachVolume", "FailedMount"] {
        if let Some(detail) = warnings(reason).filter(|_| !statuses().any(started)) {
            return Some(Trouble::Volume { detail });
        }
    }
    let failing = status.container_statuses.iter().flatten().find(|container| started(container) && !container.ready)?;
    Some(Trouble::Probe { container: failing.name.clone(), detail: warnings("Unhealthy")? })
}

fn started(container: &ContainerStatus) -> bool {
    container.state.as_ref().is_some_and(|state| state.running.is_some())
}

fn of_container(container: &ContainerStatus, pod: &Pod) -> Option<Trouble> {
    let waiting = container.state.as_ref()?.waiting.as_ref()?;
    let detail = waiting.message.clone().unwrap_or_default();
    let name = container.name.clone();
    match waiting.reason.as_deref()? {
        reason @ ("ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" | "ImageInspectError") => {
            let lower = detail.to_lowercase();
            let signs = ["not found", "unauthorized", "denied", "manifest unknown", "no match for platform", "forbidden"];
            let decisive = !reason.contains("Pull") || signs.iter().any(|sign| lower.contains(sign));
            Some(Trouble::Image { container: name, image: container.image.clone(), detail, decisive })
        }
        "CrashLoopBackOff" => {
            let last = container.last_state.as_ref().and_then(|state| state.terminated.as_ref());
            let out_of_memory = last.is_some_and(|last| last.reason.as_deref() == Some("OOMKilled"));
            Some(Trouble::Crash {
                pod: pod.metadata.name.clone().unwrap_or_default(),
                exit_code: last.map_or(0, |last| last.exit_code),
                out_of_memory,
                limit: memory_limit(pod, &name),
                container: name,
            })
        }
        "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" | "StartError" => {
            Some(Trouble::Configuration { container: name, detail })
        }
        _ => None,
    }
}

fn memory_limit(pod: &Pod, container: &str) -> Option<String> {
    let spec = pod.spec.as_ref()?;
    let mut containers = spec.init_containers.iter().flatten().chain(&spec.containers);
    let limits = containers.find(|each| each.name == container)?.resources.as_ref()?.limits.as_ref()?;
    Some(limits.get("memory")?.0.clone())
}

/// What a pod that is well is doing.
fn doing(pod: &Pod) -> Option<String> {
    let status = pod.status.as_ref()?;
    let statuses = || status.init_container_statuses.iter().chain(&status.container_statuses).flatten();
    let waiting = statuses().find_map(|container| {
        let reason = container.state.as_ref()?.waiting.as_ref()?.reason.as_deref()?;
        Some(format!("`{}`: {reason}", container.name))
    });
    let unready = || {
        statuses()
            .find(|container| started(container) && !container.ready)
            .map(|container| format!("`{}` is not ready", container.name))
    };
    waiting.or_else(unready)
}

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod tests;
