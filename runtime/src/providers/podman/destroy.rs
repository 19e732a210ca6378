//! Takes environments away, for `coderc destroy`.

use super::manifest::{INSTANCE, SECRET};
use super::{Podman, apply, pods};
use crate::execute::Failure;

/// What was taken away, and what was kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destroyed {
    pub environments: Vec<String>,
    pub volumes: Vec<String>,
    /// Volumes that still hold what they held.
    pub kept: Vec<String>,
}

impl Podman {
    /// Removes the pods of these environments, by their names, and with `volumes` what their claims hold. Images stay.
    pub async fn destroy(&self, environments: &[String], volumes: bool) -> Result<Destroyed, Failure> {
        let mut destroyed = Destroyed::default();
        let pods = pods::pods().await?;
        for pod in pods.iter().filter(|pod| environments.contains(&pod.name)) {
            apply::remove(&pod.name).await?;
            destroyed.environments.push(pod.name.clone());
        }
        for volume in pods::volumes().await? {
            let ours = volume.labels.get(INSTANCE).is_some_and(|instance| environments.contains(instance));
            if !ours || volume.labels.contains_key(SECRET) {
                continue;
            }
            if volumes {
                apply::remove_volume(&volume.name).await?;
                destroyed.volumes.push(volume.name);
            } else {
                destroyed.kept.push(volume.name);
            }
        }
        Ok(destroyed)
    }
}
