//! Deletes objects that left the sources, or that the user wants gone: only coderc's own, and a volume only when asked.
//!
//! What is to go is decided by a plan or a command.

use compiler::diagnostics::catalog::object_not_ours;
use compiler::plan::action::{ObjectName, Package};

use super::kind::{self, CLAIM, DEPLOYMENT};
use super::observe::namespace;
use super::owner::{self, Owner};
use super::{Connection, apply};
use crate::execute::{Failure, Stop};

/// Deletes one object and waits until it is gone. `package`: only if it is that package's. Returns a remark for people.
///
/// # Errors
/// It is somebody else's, does not go, or the cluster refuses.
pub async fn delete(
    connection: &Connection,
    object: &ObjectName,
    package: Option<&Package>,
    volumes: bool,
    stop: &Stop,
) -> Result<String, Failure> {
    let namespace = namespace(connection, object);
    let name = object.name.as_str();
    let Some(kind) = kind::of_environment(&object.kind) else {
        return Err(Failure::new(object_not_ours::new(&object.kind, name, &namespace, "nothing that coderc applies")));
    };
    let refused = |error: &kube::Error| connection.failure(&format!("deleting the {} `{name}`", kind.name), error);
    let Some(live) = connection.get(kind, Some(&namespace), name).await.map_err(|error| refused(&error))? else {
        return Ok("was gone".to_owned());
    };
    let owner = match package {
        Some(package) => owner::of(&live, package, &namespace),
        None if owner::label(&live, "app.kubernetes.io/managed-by") == Some("coderc") => Owner::Package,
        None => Owner::Other("somebody else".to_owned()),
    };
    if let Owner::Other(whose) = owner {
        return Err(Failure::new(object_not_ours::new(kind.name, name, &namespace, &whose)));
    }
    if kind == CLAIM && !volumes {
        return Ok("kept; `--prune-volumes` deletes it".to_owned());
    }
    if !connection.delete(kind, &namespace, name, owner::uid(&live)).await.map_err(|error| refused(&error))? {
        return Ok("was gone".to_owned());
    }
    // A claim stays while a pod holds it, and a Deployment while it has pods: what comes next counts on either being gone.
    if kind == CLAIM || kind == DEPLOYMENT {
        apply::gone(connection, kind, &namespace, name, stop).await?;
    }
    Ok("deleted".to_owned())
}
