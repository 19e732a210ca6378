//! Compares a plan with what a cluster holds, by few lists: of each kind in each namespace, what coderc manages there.
//!
//! Only what differs costs a request more, the server's dry run, which decides what an apply would really change. Nothing is
//! changed here.

use std::collections::{BTreeMap, BTreeSet};

use compiler::plan::action::{Change, FieldChange, ObjectName, Package};
use futures::future::{join_all, try_join_all};
use serde_json::Value;

use super::conflict::{self, conflicts};
use super::kind::{self, Kind, OF_ENVIRONMENTS};
use super::owner::{self, Owner};
use super::request::{Rules, code, message};
use super::{Connection, diff, leftover, strategy};
use crate::execute::Failure;
use crate::providers::{Observation, Observed};
use crate::saved::{self, Plan, Step};

/// Kind, namespace, name.
pub(super) type Key = (&'static str, String, String);

/// What is there and carries coderc's label, with the names that others have.
pub(super) struct Live {
    pub objects: BTreeMap<Key, Value>,
    others: BTreeMap<Key, Value>,
}

/// One object of the plan.
struct Wanted<'a> {
    address: &'a str,
    kind: Kind,
    namespace: String,
    name: String,
    environment: String,
    object: &'a Value,
    /// Whether the sources patch it: then it may say what nobody has checked but the server.
    is_patched: bool,
}

impl Wanted<'_> {
    fn key(&self) -> Key {
        (self.kind.name, self.namespace.clone(), self.name.clone())
    }
}

/// `everything`: the plan is of the whole package, so what it lacks is left over.
///
/// # Errors
/// Where the cluster does not answer, or may not be asked.
pub async fn observe(connection: &Connection, plan: &Plan, everything: bool) -> Result<Observation, Failure> {
    let wanted = wanted(connection, plan);
    let mut namespaces: BTreeSet<String> = wanted.iter().map(|wanted| wanted.namespace.clone()).collect();
    let sets = async { if everything { leftover::namespaces(connection, &plan.package).await } else { BTreeSet::new() } };
    let (mut live, sets) = futures::future::try_join(managed(connection, &namespaces), async { Ok(sets.await) }).await?;
    let further: BTreeSet<String> = sets.difference(&namespaces).cloned().collect();
    live.objects.extend(managed(connection, &further).await?.objects);
    namespaces.extend(further);
    live.others = others(connection, &wanted, &live).await?;

    let states = join_all(wanted.iter().map(|wanted| state(connection, wanted, &live, &plan.package))).await;
    let mut actions: Vec<Observed> = states.into_iter().collect::<Result<_, _>>()?;
    replace_with_claims(&wanted, &mut actions);
    let by_address: BTreeMap<String, Change> =
        actions.iter().map(|observed| (observed.address.clone(), observed.change)).collect();
    actions.extend(waits(connection, plan, &wanted, &by_address, &live));
    let leftover = if everything {
        let kept: BTreeSet<Key> = wanted.iter().map(Wanted::key).collect();
        leftover::of(&plan.package, &kept, &live.objects)
    } else {
        Vec::new()
    };
    Ok(Observation { actions, leftover, running: running(&live) })
}

fn wanted<'a>(connection: &Connection, plan: &'a Plan) -> Vec<Wanted<'a>> {
    let is_patched = |action: &saved::Action| matches!(&action.step, saved::Step::Wait(wait) if wait.declared.patch.is_some());
    let patched: BTreeSet<&str> =
        plan.actions.iter().filter(|action| is_patched(action)).map(|action| compiler::plan::owner(&action.address)).collect();
    let one = |(action, apply): (&'a saved::Action, &'a saved::Apply)| {
        let text = |pointer: &str| apply.object.pointer(pointer).and_then(Value::as_str);
        let kind = kind::of_environment(text("/kind")?)?;
        Some(Wanted {
            address: &action.address,
            kind,
            namespace: text("/metadata/namespace").unwrap_or(&connection.namespace).to_owned(),
            name: text("/metadata/name")?.to_owned(),
            environment: text("/metadata/labels/app.kubernetes.io~1instance").unwrap_or_default().to_owned(),
            object: &apply.object,
            is_patched: kind == kind::DEPLOYMENT && patched.contains(compiler::plan::owner(&action.address)),
        })
    };
    plan.applies().filter(|(_, apply)| apply.provider == saved::Provider::Kubernetes).filter_map(one).collect()
}

/// What coderc manages in these namespaces, of every package.
pub(super) async fn managed(connection: &Connection, namespaces: &BTreeSet<String>) -> Result<Live, Failure> {
    let lists = namespaces.iter().flat_map(|namespace| OF_ENVIRONMENTS.map(|kind| (namespace, kind)));
    let lists = lists.map(|(namespace, kind)| async move {
        let found = connection.list(kind, Some(namespace), owner::MANAGED).await;
        let found = found.map_err(|error| connection.failure(&format!("listing {} of `{namespace}`", kind.plural), &error))?;
        Ok::<_, Failure>(found.into_iter().map(move |object| ((kind.name, namespace.clone(), owner::name(&object)), object)))
    });
    let objects = try_join_all(lists).await?.into_iter().flatten().collect();
    Ok(Live { objects, others: BTreeMap::new() })
}

/// Metadata of what has a name of the plan without being coderc's: asked for only where the plan would create something.
async fn others(connection: &Connection, wanted: &[Wanted<'_>], live: &Live) -> Result<BTreeMap<Key, Value>, Failure> {
    let missing: BTreeSet<Key> = wanted.iter().map(Wanted::key).filter(|key| !live.objects.contains_key(key)).collect();
    let lists: BTreeSet<(&'static str, &str)> = missing.iter().map(|(kind, namespace, _)| (*kind, namespace.as_str())).collect();
    let lists = lists.into_iter().filter_map(|(kind, namespace)| Some((kind::of_environment(kind)?, namespace)));
    let lists = lists.map(|(kind, namespace)| async move {
        let found = connection.list_metadata(kind, namespace).await;
        let found = found.map_err(|error| connection.failure(&format!("listing {} of `{namespace}`", kind.plural), &error))?;
        Ok::<_, Failure>(found.into_iter().map(move |object| ((kind.name, namespace.to_owned(), owner::name(&object)), object)))
    });
    Ok(try_join_all(lists).await?.into_iter().flatten().filter(|(key, _)| missing.contains(key)).collect())
}

async fn state(connection: &Connection, wanted: &Wanted<'_>, live: &Live, package: &Package) -> Result<Observed, Failure> {
    let observed = |change, message: String, changes| Observed { address: wanted.address.to_owned(), change, message, changes };
    let key = wanted.key();
    let what = format!("the {} `{}`", wanted.kind.name, wanted.name);
    let Some(found) = live.objects.get(&key) else {
        return Ok(match live.others.get(&key) {
            Some(_) => observed(Change::Update, format!("{what} is there and is not coderc's"), Vec::new()),
            None => {
                let refusal = if wanted.is_patched { refusal(connection, wanted).await } else { String::new() };
                observed(Change::Create, format!("there is no such {} yet{refusal}", wanted.kind.name), Vec::new())
            }
        });
    };
    if let Owner::Other(whose) = owner::of(found, package, &wanted.namespace) {
        return Ok(observed(Change::Update, format!("{what} is there and belongs to {whose}"), Vec::new()));
    }
    let changes = diff::apply_changes(wanted.object, found);
    if changes.is_empty() {
        return Ok(observed(Change::None, format!("{what} is as the sources say"), Vec::new()));
    }
    if let Some(never) = diff::immutable(wanted.kind.name, &changes) {
        let message = format!("`{}` never changes in a {}", never.path, wanted.kind.name);
        return Ok(observed(Change::Replace, message, changes));
    }
    dry_run(connection, wanted, found, changes, observed).await
}

/// What the server says of an object that seems to differ.
async fn dry_run(
    connection: &Connection,
    wanted: &Wanted<'_>,
    found: &Value,
    changes: Vec<FieldChange>,
    observed: impl Fn(Change, String, Vec<FieldChange>) -> Observed,
) -> Result<Observed, Failure> {
    let attempt = |force| connection.apply(wanted.kind, &wanted.namespace, wanted.object, Rules { force, dry_run: true });
    let (result, conflicts) = match attempt(false).await {
        Err(error) if !conflicts(&error).is_empty() => (attempt(true).await, conflicts(&error)),
        result => (result, Vec::new()),
    };
    match result {
        Ok(next) => {
            let changes = diff::between(found, &next);
            if changes.is_empty() {
                return Ok(observed(Change::None, "the server's dry run changes nothing".to_owned(), changes));
            }
            let message = if conflicts.is_empty() {
                differs(&changes)
            } else {
                format!("{}; others set {}: `--force-conflicts` takes it over", differs(&changes), conflict::sentence(&conflicts))
            };
            Ok(observed(Change::Update, message, changes))
        }
        Err(error) if is_immutable(&error) => {
            let kube::Error::Api(status) = error else { return Ok(observed(Change::Replace, differs(&changes), changes)) };
            Ok(observed(Change::Replace, status.message.clone(), changes))
        }
        Err(error) if strategy::is_in_the_way(wanted.kind, wanted.object, &error) => {
            Ok(observed(Change::Update, differs(&changes), changes))
        }
        Err(error) if code(&error) == Some(422) => {
            Ok(observed(Change::Update, format!("{}{}", differs(&changes), refused(&error)), changes))
        }
        // A cluster that lets nobody try is asked by the apply itself.
        Err(error) if code(&error).is_some_and(|code| code < 500) => Ok(observed(Change::Update, differs(&changes), changes)),
        Err(error) => Err(connection.failure(&format!("trying the {} `{}`", wanted.kind.name, wanted.name), &error)),
    }
}

/// What the server has against an object that is not there yet, as the end of a sentence; nothing where it has nothing, or where
/// nobody may try.
async fn refusal(connection: &Connection, wanted: &Wanted<'_>) -> String {
    let rules = Rules { force: false, dry_run: true };
    match connection.apply(wanted.kind, &wanted.namespace, wanted.object, rules).await {
        Err(error) if code(&error) == Some(422) => refused(&error),
        _ => String::new(),
    }
}

fn refused(error: &kube::Error) -> String {
    format!("; the cluster will refuse it: {}", message(error))
}

/// Whether an apply was refused since a field never changes.
pub(super) fn is_immutable(error: &kube::Error) -> bool {
    let never = |text: &str| {
        text.contains("immutable") || text.contains("is forbidden after creation") || text.contains("can not be less than")
    };
    match error {
        kube::Error::Api(status) if status.code == 422 => never(&status.message),
        kube::Error::Api(status) => status.code == 403 && status.message.contains("resize"),
        _ => false,
    }
}

fn differs(changes: &[FieldChange]) -> String {
    match changes {
        [] => "it differs".to_owned(),
        [one] => format!("`{}` differs", one.path),
        [first, rest @ ..] => format!("`{}` and {} more fields differ", first.path, rest.len()),
    }
}

/// A claim is held by its Deployment's pods: where one is made anew, so is the Deployment.
fn replace_with_claims(wanted: &[Wanted<'_>], actions: &mut [Observed]) {
    let replaced: BTreeSet<(String, String)> = wanted
        .iter()
        .zip(actions.iter())
        .filter(|(wanted, observed)| wanted.kind == kind::CLAIM && observed.change == Change::Replace)
        .map(|(wanted, _)| (wanted.namespace.clone(), wanted.environment.clone()))
        .collect();
    for (wanted, observed) in wanted.iter().zip(actions) {
        let holds = wanted.kind == kind::DEPLOYMENT && replaced.contains(&(wanted.namespace.clone(), wanted.environment.clone()));
        if holds && matches!(observed.change, Change::None | Change::Update) {
            observed.change = Change::Replace;
            observed.message = "its pods hold a claim that is made anew".to_owned();
        }
    }
}

fn waits<'a>(
    connection: &'a Connection,
    plan: &'a Plan,
    wanted: &'a [Wanted<'a>],
    changes: &'a BTreeMap<String, Change>,
    live: &'a Live,
) -> impl Iterator<Item = Observed> + 'a {
    let waited: BTreeMap<Key, Change> =
        wanted.iter().filter_map(|wanted| Some((wanted.key(), *changes.get(wanted.address)?))).collect();
    plan.actions.iter().filter_map(move |action| {
        let Step::Wait(wait) = &action.step else { return None };
        if wait.provider != saved::Provider::Kubernetes {
            return None;
        }
        let namespace = namespace(connection, &wait.object);
        let key: Key = (kind::DEPLOYMENT.name, namespace, wait.object.name.to_string());
        let (change, message) = match waited.get(&key).copied().unwrap_or(Change::Update) {
            Change::None => match live.objects.get(&key).map(available) {
                Some(Ok(message)) => (Change::None, message),
                Some(Err(message)) => (Change::Update, message),
                None => (Change::Update, "it is not there".to_owned()),
            },
            change => (change, "follows the deployment".to_owned()),
        };
        Some(Observed { address: action.address.clone(), change, message, changes: Vec::new() })
    })
}

/// Where an object is that may name no namespace.
pub(super) fn namespace(connection: &Connection, object: &ObjectName) -> String {
    object.namespace.as_ref().map_or_else(|| connection.namespace.clone(), ToString::to_string)
}

/// Whether all replicas of a Deployment are of its newest version and available; in words.
pub(super) fn available(deployment: &Value) -> Result<String, String> {
    let number = |pointer: &str| deployment.pointer(pointer).and_then(Value::as_i64);
    let wanted = number("/spec/replicas").unwrap_or(1);
    let of = |name: &str| number(&format!("/status/{name}")).unwrap_or(0);
    let seen = number("/status/observedGeneration") >= number("/metadata/generation");
    let ready = of("availableReplicas").min(of("updatedReplicas"));
    let message = format!("{ready} of {wanted} replicas are available");
    if seen && ready >= wanted && of("replicas") <= wanted { Ok(message) } else { Err(message) }
}

/// The images that Deployments name, by namespace, environment and container.
fn running(live: &Live) -> Vec<(Option<String>, String, String, String)> {
    let mut running = Vec::new();
    for ((kind, namespace, name), object) in &live.objects {
        if *kind != kind::DEPLOYMENT.name {
            continue;
        }
        let lists = ["/spec/template/spec/initContainers", "/spec/template/spec/containers"];
        for container in lists.iter().filter_map(|list| object.pointer(list)?.as_array()).flatten() {
            if let (Some(container), Some(image)) = (container["name"].as_str(), container["image"].as_str()) {
                running.push((Some(namespace.clone()), name.clone(), container.to_owned(), image.to_owned()));
            }
        }
    }
    running
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_deployment_is_available_when_all_of_its_newest_version_is() {
        let deployment = |replicas: i64, updated: i64, available: i64, observed: i64| {
            json!({
                "metadata": { "generation": 2 }, "spec": { "replicas": 2 },
                "status": { "replicas": replicas, "updatedReplicas": updated, "availableReplicas": available, "observedGeneration": observed },
            })
        };
        assert_eq!(available(&deployment(2, 2, 2, 2)), Ok("2 of 2 replicas are available".to_owned()));
        for (replicas, updated, ready, observed) in [(2, 1, 2, 2), (2, 2, 1, 2), (3, 2, 2, 2), (2, 2, 2, 1)] {
            assert!(available(&deployment(replicas, updated, ready, observed)).is_err());
        }
    }
}
