//! The claim of an environment's volume.
//!
//! It names the storage that is asked for, once: Kubernetes lets a claim's class never change and its size only grow.

use compiler::plan::action::Apply;
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, PersistentVolumeClaimSpec, VolumeResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::labels::{self, Map};

/// The name of a volume's claim: `team-a-home`.
pub fn name(environment: &str, volume: &str) -> String {
    format!("{environment}-{volume}")
}

pub fn claim(apply: &Apply, volume: &str, labels: Map) -> PersistentVolumeClaim {
    let environment = &apply.environment;
    let declared = environment.volumes.iter().find(|declared| declared.name == volume);
    let size = declared.and_then(|declared| declared.size);
    PersistentVolumeClaim {
        metadata: ObjectMeta {
            name: Some(name(&environment.name, volume)),
            namespace: apply.namespace.as_ref().map(ToString::to_string),
            labels: Some(labels),
            annotations: Some(labels::annotations(environment)),
            ..ObjectMeta::default()
        },
        spec: Some(PersistentVolumeClaimSpec {
            access_modes: Some(vec!["ReadWriteOnce".to_string()]),
            storage_class_name: declared.and_then(|declared| declared.class.as_ref()).map(ToString::to_string),
            resources: Some(VolumeResourceRequirements {
                requests: size.map(|size| [("storage".to_string(), Quantity(size.quantity()))].into()),
                limits: None,
            }),
            ..PersistentVolumeClaimSpec::default()
        }),
        status: None,
    }
}
