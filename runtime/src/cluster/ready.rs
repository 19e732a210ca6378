//! What must hold before anything is built or applied: namespaces exist, Secrets are there, and no name is somebody else's.
//!
//! Everything that is missing is told at once.

use std::collections::{BTreeMap, BTreeSet};

use compiler::diagnostics::catalog::{namespace_missing, object_not_ours};
use compiler::plan::action::Change;
use futures::future::join_all;
use serde_json::Value;

use super::kind::{self, DEPLOYMENT, Kind, NAMESPACE};
use super::owner::{self, Owner};
use super::{Connection, secrets};
use crate::execute::Failure;
use crate::saved::{self, Plan};

pub async fn ready(connection: &Connection, plan: &Plan) -> Vec<Failure> {
    let changed =
        plan.applies().filter(|(action, apply)| action.change != Change::None && apply.provider == saved::Provider::Kubernetes);
    let mut names: BTreeMap<(&'static str, String), BTreeSet<String>> = BTreeMap::new();
    let mut wanted = secrets::Wanted::new();
    for (_, apply) in changed {
        let text = |pointer: &str| apply.object.pointer(pointer).and_then(Value::as_str);
        let Some(kind) = text("/kind").and_then(kind::of_environment) else { continue };
        let namespace = text("/metadata/namespace").unwrap_or(&connection.namespace).to_owned();
        names.entry((kind.name, namespace.clone())).or_default().insert(text("/metadata/name").unwrap_or_default().to_owned());
        if kind == DEPLOYMENT {
            secrets::used_by(&apply.object, &namespace, &mut wanted);
        }
    }
    let namespaces: BTreeSet<String> = names.keys().map(|(_, namespace)| namespace.clone()).collect();
    let missing = missing(connection, &namespaces).await;
    wanted.retain(|(namespace, _), _| !missing.contains(namespace));
    names.retain(|(_, namespace), _| !missing.contains(namespace));
    let mut failures: Vec<Failure> = missing.iter().map(|namespace| Failure::new(namespace_missing::new(namespace))).collect();
    let (secrets, taken) = futures::future::join(secrets::check(connection, &wanted), taken(connection, plan, &names)).await;
    failures.extend(secrets);
    failures.extend(taken);
    failures
}

/// Namespaces that are not there. Who may not ask is not told.
async fn missing(connection: &Connection, namespaces: &BTreeSet<String>) -> BTreeSet<String> {
    let asked = join_all(namespaces.iter().map(|name| connection.get(NAMESPACE, None, name))).await;
    namespaces.iter().zip(asked).filter(|(_, answer)| matches!(answer, Ok(None))).map(|(name, _)| name.clone()).collect()
}

async fn taken(connection: &Connection, plan: &Plan, names: &BTreeMap<(&'static str, String), BTreeSet<String>>) -> Vec<Failure> {
    let lists = names.iter().filter_map(|((kind, namespace), names)| Some((kind::of_environment(kind)?, namespace, names)));
    let found = lists.map(|(kind, namespace, names)| async move {
        match connection.list_metadata(kind, namespace).await {
            Ok(objects) => of_others(plan, kind, namespace, names, &objects),
            Err(error) => vec![connection.failure(&format!("listing {} of `{namespace}`", kind.plural), &error)],
        }
    });
    join_all(found).await.into_iter().flatten().collect()
}

fn of_others(plan: &Plan, kind: Kind, namespace: &str, names: &BTreeSet<String>, objects: &[Value]) -> Vec<Failure> {
    let ours = objects.iter().filter(|object| names.contains(&owner::name(object)));
    ours.filter_map(|object| match owner::of(object, &plan.package, namespace) {
        Owner::Package => None,
        Owner::Other(whose) => Some(Failure::new(object_not_ours::new(kind.name, &owner::name(object), namespace, &whose))),
    })
    .collect()
}
