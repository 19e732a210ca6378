//! The parent of a package's ApplySet in each namespace: the ConfigMap by which every tool, and the next plan, finds its members.
//!
//! It is there before the first member is, so nothing that was applied is ever out of sight.

use std::collections::BTreeSet;

use compiler::plan::action::Package;
use futures::future::try_join_all;
use serde_json::{Value, json};

use super::Connection;
use super::kind::CONFIG_MAP;
use super::request::Rules;
use crate::execute::Failure;
use crate::render::applyset;

/// The kinds that a set may have, as <https://kubernetes.io/docs/reference/labels-annotations-taints/> says of
/// `applyset.kubernetes.io/contains-group-kinds`. Always all of them, so it never changes.
const KINDS: &str = "Deployment.apps,PersistentVolumeClaim,Service";

/// On a parent: where objects went that name no namespace, by the apply that made it. Applied with `-n a` and with `-n b`, a package
/// is there twice, and what the one has is not left over from the other.
pub const DEFAULT_NAMESPACE: &str = "coderc.dev/default-namespace";

/// Makes the parents where they are not.
///
/// # Errors
/// Where the cluster refuses.
pub async fn begin(connection: &Connection, package: &Package, namespaces: &BTreeSet<String>) -> Result<(), Failure> {
    let parents = namespaces.iter().map(|namespace| async move {
        let rules = Rules { force: true, dry_run: false };
        let parent = parent(package, namespace, &connection.namespace);
        let applied = connection.apply(CONFIG_MAP, namespace, &parent, rules).await;
        applied.map_err(|error| match super::request::code(&error) {
            Some(404) => Failure::new(compiler::diagnostics::catalog::namespace_missing::new(namespace)),
            _ => connection.failure(&format!("applying the ConfigMap `{}`", applyset::parent(package)), &error),
        })
    });
    try_join_all(parents).await.map(|_| ())
}

fn parent(package: &Package, namespace: &str, default: &str) -> Value {
    let source = if package.path.is_empty() { package.url.to_string() } else { format!("{}//{}", package.url, package.path) };
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": applyset::parent(package),
            "namespace": namespace,
            "labels": {
                "app.kubernetes.io/managed-by": "coderc",
                "applyset.kubernetes.io/id": applyset::id(package, Some(namespace)),
            },
            "annotations": {
                "applyset.kubernetes.io/tooling": concat!("coderc/v", env!("CARGO_PKG_VERSION")),
                "applyset.kubernetes.io/contains-group-kinds": KINDS,
                "coderc.dev/package": source,
                DEFAULT_NAMESPACE: default,
            },
        },
    })
}
