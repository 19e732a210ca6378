//! The kinds of objects that coderc reads and writes, as the paths of the Kubernetes API name them.
//!
//! Nothing is discovered: each of them is part of every cluster.

/// One kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// As objects name it: `Deployment`.
    pub name: &'static str,
    /// `apps/v1`
    pub version: &'static str,
    /// As paths name it: `deployments`.
    pub plural: &'static str,
}

pub const DEPLOYMENT: Kind = Kind { name: "Deployment", version: "apps/v1", plural: "deployments" };
pub const SERVICE: Kind = Kind { name: "Service", version: "v1", plural: "services" };
pub const CLAIM: Kind = Kind { name: "PersistentVolumeClaim", version: "v1", plural: "persistentvolumeclaims" };
pub const CONFIG_MAP: Kind = Kind { name: "ConfigMap", version: "v1", plural: "configmaps" };
pub const LEASE: Kind = Kind { name: "Lease", version: "coordination.k8s.io/v1", plural: "leases" };
pub const NAMESPACE: Kind = Kind { name: "Namespace", version: "v1", plural: "namespaces" };
pub const SECRET: Kind = Kind { name: "Secret", version: "v1", plural: "secrets" };
pub const JOB: Kind = Kind { name: "Job", version: "batch/v1", plural: "jobs" };

/// What environments consist of.
pub const OF_ENVIRONMENTS: [Kind; 3] = [CLAIM, SERVICE, DEPLOYMENT];

/// The kind of an environment's object by its name; none other is applied or deleted for a plan.
pub fn of_environment(name: &str) -> Option<Kind> {
    OF_ENVIRONMENTS.into_iter().find(|kind| kind.name == name)
}

impl Kind {
    /// The path of its objects: `/apis/apps/v1/namespaces/dev/deployments`; without a namespace, those of all.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.version.contains('/') { "apis" } else { "api" };
        match namespace {
            Some(namespace) => format!("/{root}/{}/namespaces/{namespace}/{}", self.version, self.plural),
            None => format!("/{root}/{}/{}", self.version, self.plural),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        assert_eq!(DEPLOYMENT.path(Some("dev")), "/apis/apps/v1/namespaces/dev/deployments");
        assert_eq!(SERVICE.path(None), "/api/v1/services");
        assert_eq!(of_environment("Secret"), None);
    }
}
