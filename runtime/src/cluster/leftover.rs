//! Objects of a package that its sources no longer have, found by the package's ApplySet in every namespace that has one.
//!
//! Nothing is deleted here.

use std::collections::{BTreeMap, BTreeSet};

use compiler::plan::action::{ObjectName, Package};
use serde_json::Value;

use super::Connection;
use super::applyset::DEFAULT_NAMESPACE;
use super::kind::{CLAIM, CONFIG_MAP};
use super::observe::Key;
use super::owner::{self, Owner};
use crate::providers::Leftover;
use crate::render::applyset;

/// Where the package has applied anything, as it is applied with this default namespace. Who may not look into every namespace sees
/// only those of the plan.
pub(super) async fn namespaces(connection: &Connection, package: &Package) -> BTreeSet<String> {
    let parents = connection.list_called(CONFIG_MAP, &applyset::parent(package)).await.unwrap_or_default();
    let same =
        |parent: &Value| owner::annotation(parent, DEFAULT_NAMESPACE).is_none_or(|default| default == connection.namespace);
    let namespace = |parent: Value| Some(parent.pointer("/metadata/namespace")?.as_str()?.to_owned());
    parents.into_iter().filter(same).filter_map(namespace).collect()
}

/// What belongs to the package and is not `kept`, in the order of deletion.
pub(super) fn of(package: &Package, kept: &BTreeSet<Key>, live: &BTreeMap<Key, Value>) -> Vec<Leftover> {
    let gone = live.iter().filter(|(key, object)| {
        let ours = owner::of(object, package, &key.1) == Owner::Package && owner::label(object, applyset::PART_OF).is_some();
        ours && !kept.contains(key) && !owner::leaving(object)
    });
    let mut leftover: Vec<Leftover> = gone
        .map(|((kind, namespace, name), object)| Leftover {
            object: ObjectName { kind: (*kind).into(), namespace: Some(namespace.as_str().into()), name: name.as_str().into() },
            address: address(kind, object),
            kept: *kind == CLAIM.name,
        })
        .collect();
    leftover.sort_by_key(|leftover| (leftover.kept, leftover.address.clone(), leftover.object.clone()));
    leftover
}

/// The address that the object had in a plan.
pub(super) fn address(kind: &str, object: &Value) -> String {
    let name = owner::name(object);
    let environment = environment(object);
    match kind {
        "Deployment" => format!("{environment}/deployment"),
        "Service" => format!("{environment}/service"),
        _ => {
            let prefix = format!("{}-", owner::label(object, "app.kubernetes.io/instance").unwrap_or_default());
            format!("{environment}/volume-{}", name.strip_prefix(&prefix).unwrap_or(&name))
        }
    }
}

/// The address of the environment that an object is part of.
pub(super) fn environment(object: &Value) -> String {
    let instance = || format!("environment.{}", owner::label(object, "app.kubernetes.io/instance").unwrap_or_default());
    owner::annotation(object, "coderc.dev/address").map_or_else(instance, str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_the_sources_lack_is_left_over_and_volumes_are_kept() {
        let package = Package { url: "https://github.com/acme/a".into(), commit: "".into(), path: "".into() };
        let set = applyset::id(&package, Some("dev"));
        let object = |name: &str, set: &str| {
            json!({ "metadata": {
                "name": name, "annotations": { "coderc.dev/address": "environment.e" },
                "labels": { "app.kubernetes.io/managed-by": "coderc", "app.kubernetes.io/instance": "e", "applyset.kubernetes.io/part-of": set },
            } })
        };
        let key = |kind: &'static str, name: &str| -> Key { (kind, "dev".to_owned(), name.to_owned()) };
        let live = BTreeMap::from([
            (key("Deployment", "e"), object("e", &set)),
            (key("Service", "e"), object("e", &set)),
            (key("PersistentVolumeClaim", "e-home"), object("e-home", &set)),
            (key("Deployment", "other"), object("other", "applyset-x-v1")),
        ]);
        let found = of(&package, &BTreeSet::from([key("Deployment", "e")]), &live);
        let shown: Vec<(String, bool)> = found.iter().map(|left| (left.address.clone(), left.kept)).collect();
        assert_eq!(shown, [("environment.e/service".to_owned(), false), ("environment.e/volume-home".to_owned(), true)]);
    }
}
