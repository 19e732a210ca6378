//! The Deployment of an environment.
//!
//! Nothing in it depends on a commit or a time, so an environment restarts only when its image or what it says changed.

use compiler::model::{Environment, Toleration as Declared};
use compiler::plan::action::Apply;
use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, DeploymentStrategy};
use k8s_openapi::api::core::v1::{Container, LocalObjectReference, PodSpec, PodTemplateSpec, Toleration};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};

use super::container::filled;
use super::labels::{self, Map};
use super::{container, volume};

pub fn deployment(apply: &Apply, labels: Map) -> Deployment {
    let environment = &apply.environment;
    Deployment {
        metadata: ObjectMeta {
            name: Some(environment.name.to_string()),
            namespace: apply.namespace.as_ref().map(ToString::to_string),
            labels: Some(labels),
            annotations: Some(labels::annotations(environment)),
            ..ObjectMeta::default()
        },
        spec: Some(DeploymentSpec {
            replicas: Some(i32::try_from(environment.replicas).unwrap_or(i32::MAX)),
            selector: LabelSelector { match_labels: Some(labels::selector(environment)), match_expressions: None },
            // The claims are ReadWriteOnce: a new pod on another node would wait for ever for a volume that the old one holds.
            strategy: volume::has_claim(environment)
                .then(|| DeploymentStrategy { type_: Some("Recreate".to_string()), rolling_update: None }),
            template: PodTemplateSpec { metadata: Some(pod_metadata(environment)), spec: Some(pod(apply)) },
            ..DeploymentSpec::default()
        }),
        status: None,
    }
}

fn pod_metadata(environment: &Environment) -> ObjectMeta {
    let mut annotations = labels::pairs(&environment.annotations);
    if let Some(primary) = environment.containers.iter().find(|container| container.primary) {
        // What `kubectl exec` and `kubectl logs` take when no container is named.
        annotations.insert("kubectl.kubernetes.io/default-container".to_string(), primary.name.to_string());
    }
    ObjectMeta { labels: Some(labels::of_pod(environment)), annotations: Some(annotations), ..ObjectMeta::default() }
}

fn pod(apply: &Apply) -> PodSpec {
    let environment = &apply.environment;
    let (inits, containers) = containers(apply);
    PodSpec {
        init_containers: filled(inits),
        containers,
        volumes: filled(volume::volumes(environment)),
        image_pull_secrets: filled(pull_secrets(environment)),
        service_account_name: environment.service_account.as_ref().map(ToString::to_string),
        // A token of the cluster is given to those who name an account, not to whatever an image runs.
        automount_service_account_token: environment.service_account.is_none().then_some(false),
        node_selector: Some(labels::pairs(&environment.node_selector)).filter(|map| !map.is_empty()),
        tolerations: filled(environment.tolerations.iter().map(toleration).collect()),
        ..PodSpec::default()
    }
}

/// Init containers and containers in the order of the source, which is also that of the plan's images.
fn containers(apply: &Apply) -> (Vec<Container>, Vec<Container>) {
    let environment = &apply.environment;
    let mut images = apply.images.iter().map(String::as_str).chain(std::iter::repeat(""));
    let mut image = || images.next().unwrap_or_default();
    let inits = environment.inits.iter().map(|declared| container::init(declared, image())).collect();
    let containers = environment.containers.iter().map(|declared| container::container(declared, image())).collect();
    (inits, containers)
}

fn pull_secrets(environment: &Environment) -> Vec<LocalObjectReference> {
    let mut secrets: Vec<LocalObjectReference> = Vec::new();
    for name in environment.inits.iter().chain(&environment.containers).filter_map(|each| each.credentials.as_ref()) {
        if !secrets.iter().any(|secret| secret.name == name.as_str()) {
            secrets.push(LocalObjectReference { name: name.to_string() });
        }
    }
    secrets
}

fn toleration(declared: &Declared) -> Toleration {
    let text = |value: &Option<smol_str::SmolStr>| value.as_ref().map(ToString::to_string);
    Toleration {
        key: text(&declared.key),
        operator: text(&declared.operator),
        value: text(&declared.value),
        effect: text(&declared.effect),
        toleration_seconds: declared.seconds,
    }
}
