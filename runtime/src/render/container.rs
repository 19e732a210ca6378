//! One container of an environment's pod.
//!
//! Its image is what the plan says; which image that is, this does not decide.

use std::collections::BTreeMap;

use compiler::model::{Container as Declared, EnvValue};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, EnvVar, EnvVarSource, ResourceRequirements, SecretKeySelector, SecurityContext,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::{probe, volume};

pub fn container(declared: &Declared, image: &str) -> Container {
    Container {
        name: declared.name.to_string(),
        image: Some(image.to_string()),
        command: words(&declared.command),
        args: words(&declared.args),
        working_dir: declared.workdir.as_ref().map(ToString::to_string),
        env: filled(declared.env.iter().map(|(name, value)| variable(name, value)).collect()),
        ports: filled(declared.ports.iter().map(port).collect()),
        resources: resources(declared),
        volume_mounts: filled(declared.mounts.iter().map(volume::mount).collect()),
        readiness_probe: declared.health.as_ref().map(probe::readiness),
        security_context: declared.user.map(|user| SecurityContext { run_as_user: Some(user), ..SecurityContext::default() }),
        ..Container::default()
    }
}

/// An init container: it runs to its end, so it is never probed.
pub fn init(declared: &Declared, image: &str) -> Container {
    Container { readiness_probe: None, ..container(declared, image) }
}

fn variable(name: &str, value: &EnvValue) -> EnvVar {
    match value {
        EnvValue::Text(text) => EnvVar { name: name.to_string(), value: Some(text.to_string()), value_from: None },
        EnvValue::Secret(secret) => {
            let reference = SecretKeySelector { name: secret.name.to_string(), key: secret.key.to_string(), optional: None };
            let source = EnvVarSource { secret_key_ref: Some(reference), ..EnvVarSource::default() };
            EnvVar { name: name.to_string(), value: None, value_from: Some(source) }
        }
    }
}

fn port(port: &compiler::model::Port) -> ContainerPort {
    ContainerPort {
        name: Some(port.name.to_string()),
        container_port: i32::from(port.number),
        protocol: Some(port.protocol.to_string()),
        ..ContainerPort::default()
    }
}

/// Limits, and requests that equal them unless the container says otherwise.
fn resources(declared: &Declared) -> Option<ResourceRequirements> {
    let map = |cpu: Option<String>, memory: Option<String>| {
        let entries = [("cpu", cpu), ("memory", memory)];
        let entries = entries.into_iter().filter_map(|(name, amount)| Some((name.to_string(), Quantity(amount?))));
        let map: BTreeMap<String, Quantity> = entries.collect();
        (!map.is_empty()).then_some(map)
    };
    let limits = map(declared.cpu.map(|cpu| cpu.quantity()), declared.memory.map(|memory| memory.quantity()));
    let requests = map(
        declared.requests_cpu.or(declared.cpu).map(|cpu| cpu.quantity()),
        declared.requests_memory.or(declared.memory).map(|memory| memory.quantity()),
    );
    if limits.is_none() && requests.is_none() {
        return None;
    }
    Some(ResourceRequirements { limits, requests, claims: None })
}

fn words<T: ToString>(words: &[T]) -> Option<Vec<String>> {
    filled(words.iter().map(ToString::to_string).collect())
}

/// A list that Kubernetes is told of: an empty one is left out.
pub fn filled<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
