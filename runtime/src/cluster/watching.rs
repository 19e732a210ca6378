//! What happens in a namespace, watched once for all who wait there: Deployments, ReplicaSets and pods of coderc, and warnings.
//!
//! What it means is judged elsewhere. A watch that breaks begins again with a list, so nothing is missed.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::TryStreamExt as _;
use k8s_openapi::api::apps::v1::{Deployment, ReplicaSet};
use k8s_openapi::api::core::v1::{Event, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::api::{ListParams, WatchEvent, WatchParams};
use kube::core::NamespaceResourceScope;
use serde::de::DeserializeOwned;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Connection;
use super::owner::MANAGED;
use super::verdict::{Seen, Warnings};

/// Watches of namespaces, each begun when it is first asked for.
pub struct Watching {
    connection: Connection,
    namespaces: Mutex<BTreeMap<String, Arc<Namespace>>>,
}

/// One namespace.
pub struct Namespace {
    state: Mutex<State>,
    wakers: Mutex<BTreeMap<String, Arc<Notify>>>,
    tasks: Mutex<JoinSet<()>>,
}

#[derive(Default)]
struct State {
    deployments: BTreeMap<String, Deployment>,
    sets: BTreeMap<String, ReplicaSet>,
    pods: BTreeMap<String, Pod>,
    events: BTreeMap<String, Event>,
    /// Made from the events.
    warnings: Warnings,
}

impl Watching {
    pub fn new(connection: Connection) -> Watching {
        Watching { connection, namespaces: Mutex::default() }
    }

    pub fn namespace(&self, name: &str) -> Arc<Namespace> {
        let mut namespaces = lock(&self.namespaces);
        namespaces.entry(name.to_owned()).or_insert_with(|| Namespace::begin(&self.connection, name)).clone()
    }
}

impl Namespace {
    fn begin(connection: &Connection, name: &str) -> Arc<Namespace> {
        let namespace = Arc::new(Namespace { state: Mutex::default(), wakers: Mutex::default(), tasks: Mutex::default() });
        let mut tasks = lock(&namespace.tasks);
        let ours = || (Some(MANAGED.to_owned()), None);
        let warnings = (None, Some("type=Warning".to_owned()));
        tasks.spawn(follow::<Deployment>(connection.clone(), name.to_owned(), ours(), Arc::downgrade(&namespace), |state| {
            &mut state.deployments
        }));
        tasks.spawn(follow::<ReplicaSet>(connection.clone(), name.to_owned(), ours(), Arc::downgrade(&namespace), |state| {
            &mut state.sets
        }));
        tasks.spawn(follow::<Pod>(connection.clone(), name.to_owned(), ours(), Arc::downgrade(&namespace), |state| {
            &mut state.pods
        }));
        tasks.spawn(follow::<Event>(connection.clone(), name.to_owned(), warnings, Arc::downgrade(&namespace), |state| {
            &mut state.events
        }));
        drop(tasks);
        namespace
    }

    /// What is known of one environment now.
    pub fn look<T>(&self, environment: &str, judge: impl FnOnce(&Seen<'_>) -> T) -> T {
        let state = lock(&self.state);
        let of = |metadata: &ObjectMeta| instance(metadata) == Some(environment);
        judge(&Seen {
            deployment: state.deployments.get(environment),
            sets: state.sets.values().filter(|set| of(&set.metadata)).collect(),
            pods: state.pods.values().filter(|pod| of(&pod.metadata)).collect(),
            warnings: Some(&state.warnings),
        })
    }

    /// Wakes when something of an environment changed.
    pub fn waker(&self, environment: &str) -> Arc<Notify> {
        lock(&self.wakers).entry(environment.to_owned()).or_default().clone()
    }

    fn wake(&self, metadata: Option<&ObjectMeta>) {
        let wakers = lock(&self.wakers);
        match metadata.map(instance) {
            Some(Some(environment)) => wakers.get(environment).into_iter().for_each(|waker| waker.notify_one()),
            // A warning carries no labels: whose it is, those who wait see at their next look.
            Some(None) => {}
            None => wakers.values().for_each(|waker| waker.notify_one()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn instance(metadata: &ObjectMeta) -> Option<&str> {
    metadata.labels.as_ref()?.get("app.kubernetes.io/instance").map(String::as_str)
}

/// What is watched.
trait Watched:
    kube::Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned + Send + 'static
{
}

impl<K> Watched for K where
    K: kube::Resource<DynamicType = (), Scope = NamespaceResourceScope> + Clone + Debug + DeserializeOwned + Send + 'static
{
}

/// Keeps a part of the state as the cluster has it, for as long as the namespace is watched.
async fn follow<K: Watched>(
    connection: Connection,
    name: String,
    (labels, fields): (Option<String>, Option<String>),
    namespace: std::sync::Weak<Namespace>,
    part: fn(&mut State) -> &mut BTreeMap<String, K>,
) {
    let api: Api<K> = Api::namespaced(connection.client.clone(), &name);
    let params = ListParams { label_selector: labels.clone(), field_selector: fields.clone(), ..ListParams::default() };
    let watch = WatchParams { label_selector: labels, field_selector: fields, ..WatchParams::default() };
    loop {
        if let Ok(list) = api.list(&params).await {
            let mut version = list.metadata.resource_version.clone().unwrap_or_default();
            {
                let Some(namespace) = namespace.upgrade() else { return };
                let mut state = lock(&namespace.state);
                *part(&mut state) = list.items.into_iter().map(|object| (named(&object), object)).collect();
                note_warnings(&mut state);
                drop(state);
                namespace.wake(None);
            }
            // Until the server no longer knows the version: then everything is listed again.
            while let Ok(stream) = api.watch(&watch, &version).await {
                let mut stream = std::pin::pin!(stream);
                let mut known = true;
                while let Ok(Some(event)) = stream.try_next().await {
                    let Some(namespace) = namespace.upgrade() else { return };
                    known = take(&namespace, event, part, &mut version);
                    if !known {
                        break;
                    }
                }
                if !known {
                    break;
                }
                // A server that ends each watch at once is not asked without a pause.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// False where the watch is of no more use.
fn take<K: Watched>(
    namespace: &Namespace,
    event: WatchEvent<K>,
    part: fn(&mut State) -> &mut BTreeMap<String, K>,
    version: &mut String,
) -> bool {
    let object = match event {
        WatchEvent::Added(object) | WatchEvent::Modified(object) => {
            part(&mut lock(&namespace.state)).insert(named(&object), object.clone());
            object
        }
        WatchEvent::Deleted(object) => {
            part(&mut lock(&namespace.state)).remove(&named(&object));
            object
        }
        WatchEvent::Bookmark(bookmark) => {
            *version = bookmark.metadata.resource_version;
            return true;
        }
        WatchEvent::Error(_) => return false,
    };
    if let Some(newer) = &object.meta().resource_version {
        version.clone_from(newer);
    }
    if K::kind(&()) == "Event" {
        note_warnings(&mut lock(&namespace.state));
    }
    namespace.wake(Some(object.meta()));
    true
}

fn named<K: Watched>(object: &K) -> String {
    object.meta().name.clone().unwrap_or_default()
}

fn note_warnings(state: &mut State) {
    let mut events: Vec<&Event> = state.events.values().collect();
    let time = |event: &&Event| event.last_timestamp.as_ref().map(|time| time.0).or(event.event_time.as_ref().map(|time| time.0));
    events.sort_by_key(time);
    let mut warnings = Warnings::new();
    for event in events {
        let of = (event.involved_object.kind.clone().unwrap_or_default(), event.involved_object.name.clone().unwrap_or_default());
        let warning = (event.reason.clone().unwrap_or_default(), event.message.clone().unwrap_or_default());
        warnings.entry(of).or_default().push(warning);
    }
    state.warnings = warnings;
}
