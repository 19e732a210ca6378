//! With whose credentials a registry is asked: this machine's, and where it has none, those of the Secret that builds push with.
//!
//! The Secret is read from the cluster for that alone; nothing of it is kept, or can be printed.

use compiler::diagnostics::catalog::{push_denied, push_refused};
use k8s_openapi::api::core::v1::Secret;
use kube::Api;

use crate::cluster::Connection;
use crate::execute::Failure;
use crate::registry::{self, FailureKind, Registry};

/// The key of a registry secret.
pub const DOCKER_CONFIG: &str = ".dockerconfigjson";

pub struct Access {
    connection: Connection,
    registry: Registry,
}

impl Access {
    pub fn new(connection: Connection, registry: Registry) -> Access {
        Access { connection, registry }
    }

    /// `credentials` names the Secret in `namespace`.
    pub async fn registry(&self, reference: &str, credentials: Option<&str>, namespace: &str) -> Registry {
        let Some(name) = credentials else { return self.registry.clone() };
        if self.registry.has_credentials(reference).await {
            return self.registry.clone();
        }
        let secrets: Api<Secret> = Api::namespaced(self.connection.client.clone(), namespace);
        // Who may not read it, or where there is none, asks without: the registry's answer says what is wrong.
        let secret = secrets.get_opt(name).await.ok().flatten();
        let json = secret.and_then(|secret| secret.data?.remove(DOCKER_CONFIG));
        json.and_then(|json| self.registry.with_docker_config(&json.0)).unwrap_or_else(|| self.registry.clone())
    }
}

/// What a registry says against looking for what a build pushes.
pub fn not_looked(failure: &registry::Failure, credentials: Option<&str>) -> Failure {
    Failure::new(match failure.kind {
        FailureKind::Unauthorized => push_denied::new(&failure.reference, credentials, &failure.detail),
        _ => failure.diagnostic(None),
    })
}

/// What a registry says against moving a tag.
pub fn not_moved(failure: &registry::Failure, credentials: Option<&str>) -> Failure {
    match failure.kind {
        FailureKind::Unexpected | FailureKind::NotFound => Failure::new(push_refused::new(&failure.reference, &failure.detail)),
        _ => not_looked(failure, credentials),
    }
}
