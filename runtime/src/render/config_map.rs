//! The ConfigMap that holds a build's Dockerfile, whole, and its ignore file.
//!
//! It is named as its Job, and never changes: another Dockerfile is another build.

use compiler::plan::action::Build;
use k8s_openapi::api::core::v1::ConfigMap;

use super::job;

/// The key, and so the file's name where the ConfigMap is mounted.
pub const DOCKERFILE: &str = "Dockerfile";
/// kaniko looks for an ignore file of this name beside the Dockerfile before it takes the context's own.
const IGNORE: &str = "Dockerfile.dockerignore";

pub fn config_map(build: &Build, address: &str) -> ConfigMap {
    ConfigMap {
        metadata: job::metadata(build, address),
        data: Some(
            [(DOCKERFILE, &build.dockerfile), (IGNORE, &build.ignore)]
                .map(|(name, text)| (name.to_string(), text.clone()))
                .into(),
        ),
        immutable: Some(true),
        binary_data: None,
    }
}
