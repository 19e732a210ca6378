//! The right to change environments: a Lease each, renewed while it is held, given back at the end, and taken over when its
//! holder is gone, so no lock is ever broken by hand.
//!
//! All leases of a run are taken, or none: two runs that need each other's never wait for each other for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use compiler::diagnostics::catalog::lease_held;
use futures::future::join_all;
use k8s_openapi::jiff::Timestamp;
use serde_json::{Value, json};

use super::Connection;
use super::holder::{self, Holder};
use super::kind::LEASE;
use super::owner::{annotation, label};
use super::request::code;
use crate::execute::{Events, Failure, Level, Stop};

/// How long a lease lasts without being renewed. Of many it is longer: to renew them would be most of what the server is asked.
const DURATION: RangeInclusive<Duration> = Duration::from_secs(30)..=Duration::from_secs(120);
const FOR_EACH: Duration = Duration::from_millis(300);
/// How many renewals may fail before it ends.
const RENEWALS: u32 = 3;
/// Clocks differ; a lease that ended this long ago by ours ended by any.
const ANY_CLOCK: Duration = Duration::from_secs(600);

const RUN: &str = "coderc.dev/run";
const PROCESS: &str = "coderc.dev/process";

/// A namespace and the name of an environment in it.
pub type Environment = (String, String);

/// Leases that are held. Dropping them stops their renewal.
pub struct Leases {
    connection: Connection,
    holder: Holder,
    namespaces: BTreeSet<String>,
    lost: Lost,
    renewal: tokio::task::JoinHandle<()>,
}

/// The first lease that was taken by somebody else, and by whom: what holds then is told before each change.
#[derive(Clone, Debug, Default)]
pub struct Lost(Arc<Mutex<Option<(String, String)>>>);

impl Lost {
    /// # Errors
    /// When a lease was lost.
    pub fn check(&self) -> Result<(), Failure> {
        match &*self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some((environment, holder)) => Err(Failure::new(lease_held::lost(environment, holder))),
            None => Ok(()),
        }
    }

    fn set(&self, environment: &str, holder: &str) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((environment.to_owned(), holder.to_owned()));
    }
}

/// Takes the leases of `environments`; waits for at most `patience` where somebody holds one.
///
/// # Errors
/// Somebody still holds one, the user stopped it, or the cluster refuses.
pub async fn take(
    connection: &Connection,
    environments: &[Environment],
    patience: Duration,
    events: &Events,
    stop: &Stop,
) -> Result<Leases, Failure> {
    let holder = Holder::of_this_process();
    let duration = duration(environments.len());
    let namespaces: BTreeSet<String> = environments.iter().map(|(namespace, _)| namespace.clone()).collect();
    let (since, mut seen, mut told) = (Instant::now(), Seen::default(), None);
    loop {
        let attempts = join_all(environments.iter().map(|one| attempt(connection, one, (&holder, duration), &seen))).await;
        let mut taken = Vec::new();
        let mut busy = None;
        let mut failed = None;
        for (environment, attempt) in environments.iter().zip(attempts) {
            match attempt {
                Ok(Attempt::Taken(version)) => taken.push((environment.clone(), version)),
                Ok(Attempt::Busy(lease)) => busy = busy.or(Some((environment, lease))),
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        let busy = match (failed, busy) {
            (Some(failure), _) => {
                give_back(connection, &holder, &namespaces).await;
                return Err(failure);
            }
            (None, None) => {
                let lost = Lost::default();
                let renewal = tokio::spawn(renew(connection.clone(), (holder.clone(), duration), taken, lost.clone()));
                return Ok(Leases { connection: connection.clone(), holder, namespaces, lost, renewal });
            }
            (None, Some(busy)) => busy,
        };
        if !taken.is_empty() {
            give_back(connection, &holder, &namespaces).await;
        }
        let (environment, lease) = busy;
        let who = held_by(&lease);
        if told.as_ref() != Some(&who) {
            events.note(format!("`{}` is being changed by {who}: waiting until that is done", environment.1));
            told = Some(who);
        }
        until_free(connection, environment, lease, &mut seen, (since, patience), stop).await?;
    }
}

/// How a lease of this process tells which process it is of.
pub fn this_process() -> String {
    Holder::of_this_process().process
}

impl Leases {
    pub fn lost(&self) -> Lost {
        self.lost.clone()
    }

    pub async fn release(self) {
        self.renewal.abort();
        give_back(&self.connection, &self.holder, &self.namespaces).await;
    }
}

impl Drop for Leases {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

enum Attempt {
    /// With the version of the lease.
    Taken(String),
    Busy(Value),
}

/// What was seen of leases of others, and since when: one that does not change for as long as it lasts is its holder's no more.
#[derive(Default)]
struct Seen(BTreeMap<Environment, (Value, Instant)>);

impl Seen {
    fn look(&mut self, environment: &Environment, lease: &Value) {
        let renewed = lease.pointer("/metadata/resourceVersion").cloned().unwrap_or_default();
        match self.0.get(environment) {
            Some((before, _)) if *before == renewed => {}
            _ => {
                self.0.insert(environment.clone(), (renewed, Instant::now()));
            }
        }
    }

    fn silent(&self, environment: &Environment, lease: &Value) -> bool {
        let renewed = lease.pointer("/metadata/resourceVersion");
        self.0.get(environment).is_some_and(|(before, since)| Some(before) == renewed && since.elapsed() > lasts(lease))
    }
}

async fn attempt(
    connection: &Connection,
    environment: &Environment,
    (holder, duration): (&Holder, Duration),
    seen: &Seen,
) -> Result<Attempt, Failure> {
    let (namespace, name) = environment;
    let lease = |version: Option<&str>| lease(environment, holder, duration, version);
    let refused = |error: &kube::Error| connection.failure(&format!("taking the lease of `{name}`"), error);
    // A few rounds: between two requests, others act too.
    for _ in 0..5 {
        match connection.create(LEASE, namespace, &lease(None)).await {
            Ok(live) => return Ok(Attempt::Taken(version(&live))),
            Err(error) if code(&error) == Some(409) => {}
            Err(error) if code(&error) == Some(404) => {
                return Err(Failure::new(compiler::diagnostics::catalog::namespace_missing::new(namespace)));
            }
            Err(error) => return Err(refused(&error)),
        }
        let found = connection.get(LEASE, Some(namespace), &called(name)).await.map_err(|error| refused(&error))?;
        let Some(found) = found else { continue };
        if label(&found, RUN) == Some(&holder.token) {
            return Ok(Attempt::Taken(version(&found)));
        }
        if !free(&found) && !seen.silent(environment, &found) {
            return Ok(Attempt::Busy(found));
        }
        match connection.replace(LEASE, namespace, &called(name), &lease(Some(&version(&found)))).await {
            Ok(live) => return Ok(Attempt::Taken(version(&live))),
            Err(error) if matches!(code(&error), Some(404 | 409)) => {}
            Err(error) => return Err(refused(&error)),
        }
    }
    Err(Failure::new(lease_held::new(name, "others who take and leave it all the time", 0)))
}

/// Looks at one lease until it can be taken.
async fn until_free(
    connection: &Connection,
    environment: &Environment,
    mut lease: Value,
    seen: &mut Seen,
    (since, patience): (Instant, Duration),
    stop: &Stop,
) -> Result<(), Failure> {
    let (namespace, name) = environment;
    loop {
        seen.look(environment, &lease);
        if free(&lease) || seen.silent(environment, &lease) {
            return Ok(());
        }
        if since.elapsed() > patience {
            return Err(Failure::new(lease_held::new(name, &held_by(&lease), since.elapsed().as_secs())));
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(500)) => {}
            () = stop.reached(Level::Cancel) => return Err(Failure::cancelled()),
        }
        let found = connection.get(LEASE, Some(namespace), &called(name)).await;
        match found.map_err(|error| connection.failure(&format!("waiting for the lease of `{name}`"), &error))? {
            Some(found) => lease = found,
            None => return Ok(()),
        }
    }
}

/// Whether nobody can be behind a lease any more.
fn free(lease: &Value) -> bool {
    let holder = lease.pointer("/spec/holderIdentity").and_then(Value::as_str).unwrap_or_default();
    let gone = annotation(lease, PROCESS).is_some_and(holder::is_gone);
    let renewed = lease.pointer("/spec/renewTime").and_then(Value::as_str).and_then(|time| time.parse::<Timestamp>().ok());
    let long_ago = renewed.is_some_and(|renewed| {
        let age = SystemTime::now().duration_since(SystemTime::from(renewed)).unwrap_or_default();
        age > lasts(lease) + ANY_CLOCK
    });
    holder.is_empty() || gone || long_ago
}

fn lasts(lease: &Value) -> Duration {
    lease.pointer("/spec/leaseDurationSeconds").and_then(Value::as_u64).map_or(*DURATION.start(), Duration::from_secs)
}

fn held_by(lease: &Value) -> String {
    lease.pointer("/spec/holderIdentity").and_then(Value::as_str).unwrap_or("somebody").to_owned()
}

async fn renew(
    connection: Connection,
    (holder, duration): (Holder, Duration),
    mut leases: Vec<(Environment, String)>,
    lost: Lost,
) {
    loop {
        tokio::time::sleep(duration / RENEWALS).await;
        let renewals = leases.iter().map(|(environment, version)| {
            let (connection, object) = (&connection, lease(environment, &holder, duration, Some(version)));
            async move { connection.replace(LEASE, &environment.0, &called(&environment.1), &object).await }
        });
        let renewed = join_all(renewals).await;
        for ((environment, known), renewed) in leases.iter_mut().zip(renewed) {
            match renewed {
                Ok(live) => *known = version(&live),
                Err(error) if matches!(code(&error), Some(404 | 409)) => {
                    // An answer may have been lost on the way back: then it is still ours.
                    let found = connection.get(LEASE, Some(&environment.0), &called(&environment.1)).await;
                    match found {
                        Ok(Some(found)) if label(&found, RUN) == Some(&holder.token) => *known = version(&found),
                        Ok(Some(found)) => lost.set(&environment.1, &held_by(&found)),
                        Ok(None) => lost.set(&environment.1, "nobody, for it was deleted"),
                        Err(_) => {}
                    }
                }
                // The next round tries again; nobody takes it before it has been silent for its whole time.
                Err(_) => {}
            }
        }
    }
}

/// A failure to give back is no failure of a run: the leases end by themselves.
async fn give_back(connection: &Connection, holder: &Holder, namespaces: &BTreeSet<String>) {
    let labels = format!("{RUN}={}", holder.token);
    let each = namespaces.iter().map(|namespace| {
        let labels = &labels;
        async move {
            if connection.delete_labelled(LEASE, namespace, labels).await.is_err() {
                // Who may not delete a collection may delete one.
                for lease in connection.list(LEASE, Some(namespace), labels).await.unwrap_or_default() {
                    let _ = connection.delete(LEASE, namespace, &super::owner::name(&lease), super::owner::uid(&lease)).await;
                }
            }
        }
    });
    join_all(each).await;
}

/// How long each of so many leases lasts.
fn duration(leases: usize) -> Duration {
    let leases = u32::try_from(leases).unwrap_or(u32::MAX);
    FOR_EACH.saturating_mul(leases).clamp(*DURATION.start(), *DURATION.end())
}

fn called(environment: &str) -> String {
    format!("coderc-{environment}")
}

fn version(lease: &Value) -> String {
    lease.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// `version`: of the lease that it replaces.
fn lease((namespace, name): &Environment, holder: &Holder, duration: Duration, version: Option<&str>) -> Value {
    let now = format!("{:.6}", Timestamp::now());
    let mut lease = json!({
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {
            "name": called(name),
            "namespace": namespace,
            "labels": { "app.kubernetes.io/managed-by": "coderc", "app.kubernetes.io/instance": name, RUN: holder.token },
            "annotations": { PROCESS: holder.process },
        },
        "spec": {
            "holderIdentity": holder.identity,
            "leaseDurationSeconds": duration.as_secs(),
            "acquireTime": now,
            "renewTime": now,
        },
    });
    if let Some(version) = version {
        lease["metadata"]["resourceVersion"] = json!(version);
    }
    lease
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(renewed: &str, process: &str) -> Value {
        json!({
            "metadata": { "resourceVersion": "7", "annotations": { PROCESS: process } },
            "spec": { "holderIdentity": "ana@laptop", "leaseDurationSeconds": 30, "renewTime": renewed },
        })
    }

    #[test]
    fn a_lease_is_free_when_its_holder_is_gone() {
        let now = format!("{:.6}", Timestamp::now());
        assert!(!free(&held(&now, "elsewhere/1/2")));
        assert!(!free(&held(&now, &Holder::of_this_process().process)));
        assert!(free(&held("2020-01-01T00:00:00.000000Z", "elsewhere/1/2")));
        let own = Holder::of_this_process().process;
        let (before, _) = own.rsplit_once('/').unwrap();
        assert!(free(&held(&now, &format!("{before}/1"))));
        assert!(free(&json!({ "spec": { "holderIdentity": "" } })));
    }

    #[test]
    fn silence_counts_from_when_it_was_first_seen() {
        let environment = ("dev".to_owned(), "e".to_owned());
        let mut lease = held("2020-01-01T00:00:00.000000Z", "elsewhere/1/2");
        lease["spec"]["leaseDurationSeconds"] = json!(0);
        let mut seen = Seen::default();
        assert!(!seen.silent(&environment, &lease));
        seen.look(&environment, &lease);
        std::thread::sleep(Duration::from_millis(2));
        assert!(seen.silent(&environment, &lease));
        lease["metadata"]["resourceVersion"] = json!("8");
        assert!(!seen.silent(&environment, &lease));
    }

    #[test]
    fn many_leases_last_longer() {
        assert_eq!([1, 100, 200, 500].map(|leases| duration(leases).as_secs()), [30, 30, 60, 120]);
    }

    #[test]
    fn a_time_has_six_digits_as_the_server_wants_it() {
        let lease = lease(&("dev".into(), "e".into()), &Holder::of_this_process(), duration(1), None);
        let time = lease["spec"]["renewTime"].as_str().unwrap();
        assert_eq!(time.split('.').nth(1).map(str::len), Some(7), "{time}");
    }
}
