//! What must hold before anything is built: namespaces and Secrets are there, and the commit can be fetched from its remote.
//!
//! Only whether keys of a Secret exist is looked at. Who may not read Secrets is told by the build itself.

use std::collections::BTreeMap;

use compiler::diagnostics::catalog::{commit_not_pushed, namespace_missing, secret_missing};
use compiler::plan::action::{Build, Change};
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::Api;

use super::access::DOCKER_CONFIG;
use crate::cluster::Connection;
use crate::execute::Failure;
use crate::import::{History, Published};
use crate::saved::Plan;

/// Everything that is missing.
pub async fn ready(connection: &Connection, history: &History, plan: &Plan) -> Vec<Failure> {
    let builds: Vec<(&str, &Build)> = plan
        .builds()
        .filter(|(action, _)| action.change != Change::None)
        .map(|(action, build)| (action.address.as_str(), build))
        .collect();
    let mut failures = Vec::new();
    failures.extend(commit(history, plan, &builds).await);
    let mut wanted: BTreeMap<&str, BTreeMap<(&str, &str), &str>> = BTreeMap::new();
    for (address, build) in &builds {
        let namespace = build.namespace.as_deref().unwrap_or(&connection.namespace);
        let of = wanted.entry(namespace).or_default();
        if let Some(secret) = &build.credentials {
            of.entry((secret, DOCKER_CONFIG)).or_insert(address);
        }
        for (_, secret) in &build.secrets {
            of.entry((&secret.name, &secret.key)).or_insert(address);
        }
    }
    for (namespace, secrets) in wanted {
        failures.extend(of_namespace(connection, namespace, &secrets).await);
    }
    failures
}

async fn of_namespace(connection: &Connection, namespace: &str, wanted: &BTreeMap<(&str, &str), &str>) -> Vec<Failure> {
    let namespaces: Api<Namespace> = Api::all(connection.client.clone());
    match namespaces.get_opt(namespace).await {
        Ok(None) => return vec![Failure::new(namespace_missing::new(namespace))],
        // Many may use a namespace and not look at it.
        Ok(Some(_)) | Err(kube::Error::Api(_)) => {}
        Err(error) => return vec![connection.failure(&format!("reading the namespace `{namespace}`"), &error)],
    }
    let secrets: Api<Secret> = Api::namespaced(connection.client.clone(), namespace);
    let mut failures = Vec::new();
    let mut known: BTreeMap<&str, Option<Vec<String>>> = BTreeMap::new();
    for ((name, key), address) in wanted {
        if !known.contains_key(name) {
            let keys = match secrets.get_opt(name).await {
                Ok(found) => found.map(keys),
                Err(kube::Error::Api(status)) if matches!(status.code, 401 | 403) => continue,
                Err(error) => {
                    failures.push(connection.failure(&format!("reading the Secret `{name}`"), &error));
                    continue;
                }
            };
            if keys.is_none() {
                failures.push(Failure::new(secret_missing::new(name, namespace, &[key], address)));
            }
            known.insert(name, keys);
        }
        if let Some(Some(keys)) = known.get(name)
            && !keys.iter().any(|known| known == key)
        {
            failures.push(Failure::new(secret_missing::keys(name, namespace, &[key], address)));
        }
    }
    failures
}

fn keys(secret: Secret) -> Vec<String> {
    let data = secret.data.unwrap_or_default().into_keys();
    data.chain(secret.string_data.unwrap_or_default().into_keys()).collect()
}

/// The root package's commit, where something is built from it.
async fn commit(history: &History, plan: &Plan, builds: &[(&str, &Build)]) -> Option<Failure> {
    let (url, commit) = (&plan.package.url, &plan.package.commit);
    let from_it = |build: &Build| {
        let assets = build.assets.as_ref().is_some_and(|assets| assets.url == *url && assets.commit == *commit);
        assets || (build.context.url == *url && build.context.commit == *commit)
    };
    let addresses: Vec<String> =
        builds.iter().filter(|(_, build)| from_it(build)).map(|(address, _)| (*address).to_owned()).collect();
    if addresses.is_empty() || commit.is_empty() {
        return None;
    }
    let (asked, history) = (commit.to_string(), history.clone());
    let published = tokio::task::spawn_blocking(move || history.published(&asked)).await.ok()?;
    (published == Published::No).then(|| Failure::new(commit_not_pushed::new(commit, url, &addresses)))
}
