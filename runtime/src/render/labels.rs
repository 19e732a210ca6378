//! Labels and annotations that every object of coderc carries.
//!
//! None of them changes with a commit or a time: an object only differs when what it says differs.

use std::collections::BTreeMap;

use compiler::model::Environment;
use compiler::plan::action::Package;

use super::applyset;

pub type Map = BTreeMap<String, String>;

const NAME: &str = "app.kubernetes.io/name";
const INSTANCE: &str = "app.kubernetes.io/instance";
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const MANAGER: &str = "coderc";

/// The labels of an environment's objects: its own, then those that coderc finds them by.
pub fn of_environment(environment: &Environment, package: &Package, namespace: Option<&str>) -> Map {
    let mut labels = of_pod(environment);
    labels.insert(applyset::PART_OF.to_string(), applyset::id(package, namespace));
    labels
}

/// The labels of an environment's pods. The ApplySet's is not among them: it lists what was applied, and pods are not.
pub fn of_pod(environment: &Environment) -> Map {
    let mut labels = pairs(&environment.labels);
    labels.extend(selector(environment));
    labels.insert(MANAGED_BY.to_string(), MANAGER.to_string());
    labels
}

/// What finds an environment's pods. A Deployment's selector can never change, so it holds nothing but names.
pub fn selector(environment: &Environment) -> Map {
    Map::from([(NAME.to_string(), environment.declaration.to_string()), (INSTANCE.to_string(), environment.name.to_string())])
}

/// The annotations of an environment's objects: its own, its address in the plan and its time to live.
pub fn annotations(environment: &Environment) -> Map {
    let mut annotations = pairs(&environment.annotations);
    annotations.insert("coderc.dev/address".to_string(), environment.address.clone());
    if let Some(seconds) = environment.ttl {
        annotations.insert("coderc.dev/ttl".to_string(), format!("{seconds}s"));
    }
    annotations
}

/// The labels of a build's Job and ConfigMap.
pub fn of_build(id: &str) -> Map {
    Map::from([
        (NAME.to_string(), "coderc-build".to_string()),
        (MANAGED_BY.to_string(), MANAGER.to_string()),
        ("coderc.dev/build-id".to_string(), id.chars().take(63).collect()),
    ])
}

pub fn pairs<K: ToString, V: ToString>(pairs: &[(K, V)]) -> Map {
    pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}
