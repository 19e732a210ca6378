//! What a build's pod says of itself: where it is, what holds it up, and how its containers ended.
//!
//! Pure. What a build's log says is read elsewhere.

use k8s_openapi::api::core::v1::{ContainerState, ContainerStatus, Pod};

/// The containers, in the order in which they run.
pub const CONTAINERS: [&str; 3] = ["source", "build", "push"];

/// A reading of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Where it is, for people.
    pub waits: Option<String>,
    pub trouble: Option<Trouble>,
    /// Containers that have begun: they have a log.
    pub begun: Vec<&'static str>,
    /// Containers that are over, in order.
    pub over: Vec<Over>,
    /// It was removed from its node, in the kubelet's words. The Job makes another.
    pub evicted: Option<String>,
}

/// What may stay so for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// In the scheduler's words.
    Unschedulable(String),
    /// An image that is not pulled, and why. `final_`: asking again does not help.
    Pull { image: String, why: String, hopeless: bool },
    /// A container that the node cannot make.
    Container { why: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Over {
    pub container: &'static str,
    pub exit_code: i32,
    pub reason: String,
    /// Of `build`: the digest, when it ended well.
    pub message: String,
}

pub fn read(pod: &Pod) -> Seen {
    let mut seen = Seen::default();
    let Some(status) = &pod.status else { return seen };
    let conditions = status.conditions.iter().flatten();
    for condition in conditions.filter(|condition| condition.type_ == "PodScheduled" && condition.status == "False") {
        let message = condition.message.clone().unwrap_or_default();
        seen.waits = Some("a node".to_owned());
        if condition.reason.as_deref() == Some("Unschedulable") {
            seen.trouble = Some(Trouble::Unschedulable(message));
        }
    }
    let disrupted = status.conditions.iter().flatten().find(|each| each.type_ == "DisruptionTarget" && each.status == "True");
    if status.reason.as_deref() == Some("Evicted") || disrupted.is_some() {
        let message = status.message.clone().or_else(|| disrupted.and_then(|condition| condition.message.clone()));
        seen.evicted = Some(message.unwrap_or_default());
    }
    let init = status.init_container_statuses.iter().flatten();
    for container in init.chain(status.container_statuses.iter().flatten()) {
        if let Some(name) = CONTAINERS.into_iter().find(|name| *name == container.name) {
            read_container(&mut seen, name, container);
        }
    }
    seen
}

fn read_container(seen: &mut Seen, name: &'static str, container: &ContainerStatus) {
    let Some(ContainerState { running, terminated, waiting }) = &container.state else { return };
    if let Some(terminated) = terminated {
        seen.begun.push(name);
        seen.over.push(Over {
            container: name,
            exit_code: terminated.exit_code,
            reason: terminated.reason.clone().unwrap_or_default(),
            message: terminated.message.clone().unwrap_or_default(),
        });
    } else if running.is_some() {
        seen.begun.push(name);
    } else if let Some(waiting) = waiting {
        let why = waiting.message.clone().unwrap_or_default();
        let image = container.image.clone();
        match waiting.reason.as_deref().unwrap_or_default() {
            "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" | "ImageInspectError" => {
                let hopeless = waiting.reason.as_deref() == Some("InvalidImageName");
                seen.trouble = Some(Trouble::Pull { image, why, hopeless });
            }
            "CreateContainerConfigError" | "CreateContainerError" | "RunContainerError" => {
                seen.trouble = Some(Trouble::Container { why });
            }
            "ContainerCreating" | "PodInitializing" if seen.waits.is_none() && seen.over.len() == seen.begun.len() => {
                seen.waits = Some(format!("the image of `{name}`"));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(status: serde_json::Value) -> Seen {
        read(&serde_json::from_value(json!({"metadata": {"name": "p"}, "status": status})).unwrap())
    }

    #[test]
    fn the_schedulers_words_are_kept() {
        let condition = json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes"});
        let seen = seen(json!({"phase": "Pending", "conditions": [condition]}));
        assert_eq!(seen.trouble, Some(Trouble::Unschedulable("0/1 nodes".into())));
        assert_eq!(seen.waits.as_deref(), Some("a node"));
    }

    #[test]
    fn containers_follow_each_other() {
        let container = |name: &str, state: serde_json::Value| json!({"name": name, "image": "i", "imageID": "", "ready": false, "restartCount": 0, "state": state});
        let seen = seen(json!({
            "phase": "Pending",
            "initContainerStatuses": [
                container("source", json!({"terminated": {"exitCode": 0, "reason": "Completed"}})),
                container("build", json!({"running": {}})),
            ],
            "containerStatuses": [container("push", json!({"waiting": {"reason": "PodInitializing"}}))],
        }));
        assert_eq!(seen.begun, ["source", "build"]);
        assert_eq!(seen.over.len(), 1);
        assert_eq!(seen.waits, None);
    }

    #[test]
    fn an_eviction_is_no_failure_of_the_build() {
        let seen =
            seen(json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: ephemeral-storage."}));
        assert!(seen.evicted.is_some_and(|why| why.contains("ephemeral-storage")));
    }
}
