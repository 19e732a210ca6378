//! The volumes of an environment's pod: its own, and one for each key of a secret that is mounted.
//!
//! A mounted secret is one file at the path given, so its volume holds one key.

use std::collections::BTreeSet;

use compiler::model::{Environment, Mount, SecretKey};
use k8s_openapi::api::core::v1::{
    EmptyDirVolumeSource, KeyToPath, PersistentVolumeClaimVolumeSource, SecretVolumeSource, Volume, VolumeMount,
};

use super::{claim, job};

/// Declared volumes in their order, then mounted secrets in the order of the containers.
pub fn volumes(environment: &Environment) -> Vec<Volume> {
    let mut volumes: Vec<Volume> = environment.volumes.iter().map(|volume| declared(environment, volume)).collect();
    let mut seen = BTreeSet::new();
    let containers = environment.inits.iter().chain(&environment.containers);
    for secret in containers.flat_map(|container| &container.mounts).filter_map(|mount| mount.secret.as_ref()) {
        if seen.insert(secret_volume(secret)) {
            volumes.push(of_secret(secret));
        }
    }
    volumes
}

/// Whether a volume that only one node can hold is among them: then an old pod must go before its successor starts.
pub fn has_claim(environment: &Environment) -> bool {
    environment.volumes.iter().any(|volume| volume.size.is_some())
}

pub fn mount(mount: &Mount) -> VolumeMount {
    let (name, sub_path) = match &mount.secret {
        Some(secret) => (secret_volume(secret), Some(secret.key.to_string())),
        None => (mount.name.to_string(), None),
    };
    let read_only = mount.read_only || mount.secret.is_some();
    VolumeMount {
        name,
        mount_path: mount.path.to_string(),
        sub_path,
        read_only: read_only.then_some(true),
        ..VolumeMount::default()
    }
}

fn declared(environment: &Environment, volume: &compiler::model::Volume) -> Volume {
    let mut object = Volume { name: volume.name.to_string(), ..Volume::default() };
    match volume.size {
        Some(_) => {
            let claim_name = claim::name(&environment.name, &volume.name);
            object.persistent_volume_claim = Some(PersistentVolumeClaimVolumeSource { claim_name, read_only: None });
        }
        None => object.empty_dir = Some(EmptyDirVolumeSource::default()),
    }
    object
}

fn of_secret(secret: &SecretKey) -> Volume {
    let item = KeyToPath { key: secret.key.to_string(), path: secret.key.to_string(), mode: None };
    let source = SecretVolumeSource {
        secret_name: Some(secret.name.to_string()),
        items: Some(vec![item]),
        ..SecretVolumeSource::default()
    };
    Volume { name: secret_volume(secret), secret: Some(source), ..Volume::default() }
}

/// A name that no declared volume has by chance, the same wherever this key is mounted.
fn secret_volume(secret: &SecretKey) -> String {
    format!("secret-{}", job::short_hash(&format!("{}/{}", secret.name, secret.key)))
}
