//! The Service of an environment that declares a port.
//!
//! It reaches each port by its name, so a port's number can change in the container alone.

use std::collections::BTreeSet;

use compiler::plan::action::Apply;
use k8s_openapi::api::core::v1::{Service, ServicePort, ServiceSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::labels::{self, Map};

pub fn service(apply: &Apply, labels: Map) -> Service {
    let environment = &apply.environment;
    // Two ports of one name cannot both be reached by it; the compiler refuses them, and the first is kept here.
    let mut seen = BTreeSet::new();
    let ports = environment.containers.iter().flat_map(|container| &container.ports);
    let ports = ports.filter(|port| seen.insert(port.name.as_str())).map(|port| ServicePort {
        name: Some(port.name.to_string()),
        port: i32::from(port.number),
        target_port: Some(IntOrString::String(port.name.to_string())),
        protocol: Some(port.protocol.to_string()),
        ..ServicePort::default()
    });
    Service {
        metadata: ObjectMeta {
            name: Some(environment.name.to_string()),
            namespace: apply.namespace.as_ref().map(ToString::to_string),
            labels: Some(labels),
            annotations: Some(labels::annotations(environment)),
            ..ObjectMeta::default()
        },
        spec: Some(ServiceSpec {
            selector: Some(labels::selector(environment)),
            ports: Some(ports.collect()),
            ..ServiceSpec::default()
        }),
        status: None,
    }
}
