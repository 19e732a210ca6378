//! One object applied to a cluster: server-side, as the manager `coderc`, made anew where a field of it never changes.
//!
//! A volume is never made anew unless the user asked for that. Whether anything needs to be applied is not asked here.

use std::time::{Duration, Instant};

use compiler::diagnostics::catalog::{environment_quota, namespace_missing, volume_replaced};
use serde_json::{Value, json};

use super::conflict::{self, conflicts};
use super::kind::{self, CLAIM, DEPLOYMENT, Kind};
use super::observe::is_immutable;
use super::request::{Rules, code, message};
use super::{Connection, owner, strategy};
use crate::execute::{ActionEvents, Failure, Level, Phase, Stop};

/// What the user allows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// Take over fields that others set.
    pub force_conflicts: bool,
    /// Delete volumes: those that left the sources, and those that must be made anew.
    pub prune_volumes: bool,
}

/// An object as it is after its apply.
#[derive(Clone, Debug)]
pub struct Applied {
    /// For people: `created`, `configured`.
    pub remark: String,
    pub generation: i64,
}

/// How long an object that was deleted may take to go.
const GONE: Duration = Duration::from_secs(180);

/// Applies `object`, with `notes` as further annotations.
///
/// # Errors
/// Others set fields of it, a field of a volume would change that never does, or the cluster refuses.
pub async fn apply(
    connection: &Connection,
    mut object: Value,
    notes: &[(&'static str, String)],
    allowed: Allowed,
    events: &ActionEvents,
    stop: &Stop,
) -> Result<Applied, Failure> {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let namespace = text("/metadata/namespace").unwrap_or_else(|| connection.namespace.clone());
    let name = text("/metadata/name").unwrap_or_default();
    let environment = text("/metadata/labels/app.kubernetes.io~1instance").unwrap_or_default();
    let Some(kind) = text("/kind").and_then(|kind| kind::of_environment(&kind)) else {
        return Err(Failure::new(compiler::diagnostics::catalog::saved_plan::unreadable(
            "the plan",
            "applies an object that no environment consists of",
        )));
    };
    object["metadata"]["namespace"] = json!(namespace);
    for (note, value) in notes {
        object["metadata"]["annotations"][*note] = json!(value);
    }
    let what = format!("the {} `{name}`", kind.name);
    let work = Work { connection, kind, namespace: &namespace, object: &object, allowed, events, stop };
    match work.attempt().await {
        Ok(live) if owner::leaving(&live) => {
            // It was deleted before, and is still there: what was applied would go with it.
            work.gone(kind, &name).await?;
            work.attempt().await
        }
        Err(error) if is_immutable(&error) && kind == CLAIM && !allowed.prune_volumes => {
            return Err(Failure::new(volume_replaced::new(&name, &namespace, &message(&error))));
        }
        Err(error) if is_immutable(&error) => {
            if kind == CLAIM {
                work.remove(DEPLOYMENT, &environment).await?;
            }
            work.remove(kind, &name).await?;
            work.attempt().await
        }
        Err(error) if strategy::is_in_the_way(kind, &object, &error) => work.recreating(&name).await,
        result => result,
    }
    .map(|live| Applied {
        remark: remark(&live),
        generation: live.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or(0),
    })
    .map_err(|error| refused(connection, &what, &namespace, &error))
}

struct Work<'a> {
    connection: &'a Connection,
    kind: Kind,
    namespace: &'a str,
    object: &'a Value,
    allowed: Allowed,
    events: &'a ActionEvents,
    stop: &'a Stop,
}

impl Work<'_> {
    async fn attempt(&self) -> kube::Result<Value> {
        let rules = Rules { force: self.allowed.force_conflicts, dry_run: false };
        self.connection.apply(self.kind, self.namespace, self.object, rules).await
    }

    /// As [`Work::attempt`], of a Deployment whose strategy the server stands in the way of.
    async fn recreating(&self, name: &str) -> kube::Result<Value> {
        strategy::recreate(self.connection, self.namespace, name).await?;
        let live = self.attempt().await?;
        strategy::give_up(self.connection, self.namespace, name).await?;
        Ok(live)
    }

    async fn remove(&self, kind: Kind, name: &str) -> Result<(), Failure> {
        self.events.phase(Phase::Settling { what: format!("deleting the {} `{name}` to make it anew", kind.name) });
        let deleted = self.connection.delete(kind, self.namespace, name, None).await;
        if deleted.map_err(|error| self.connection.failure(&format!("deleting the {} `{name}`", kind.name), &error))? {
            self.gone(kind, name).await?;
        }
        Ok(())
    }

    async fn gone(&self, kind: Kind, name: &str) -> Result<(), Failure> {
        self.events.phase(Phase::Waiting { what: format!("the old {} `{name}` to be gone", kind.name) });
        gone(self.connection, kind, self.namespace, name, self.stop).await
    }
}

/// Waits until an object that was deleted is gone.
pub(super) async fn gone(connection: &Connection, kind: Kind, namespace: &str, name: &str, stop: &Stop) -> Result<(), Failure> {
    let since = Instant::now();
    let doing = || format!("waiting until the {} `{name}` is gone", kind.name);
    while let Some(live) =
        connection.get(kind, Some(namespace), name).await.map_err(|error| connection.failure(&doing(), &error))?
    {
        if stop.level() > Level::Run {
            return Err(Failure::cancelled());
        }
        if !owner::leaving(&live) {
            // Somebody made it again.
            return Ok(());
        }
        if since.elapsed() > GONE {
            let held = live.pointer("/metadata/finalizers").map(ToString::to_string).unwrap_or_default();
            let detail = format!("it was deleted {} s ago and is still there, held by {held}", GONE.as_secs());
            return Err(Failure::new(compiler::diagnostics::catalog::cluster_answer::new(&doing(), &detail)));
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    Ok(())
}

fn refused(connection: &Connection, what: &str, namespace: &str, error: &kube::Error) -> Failure {
    let conflicts = conflicts(error);
    if !conflicts.is_empty() {
        return conflict::failure(what, &conflicts);
    }
    let message = message(error);
    match code(error) {
        Some(404) if message.contains("namespaces") => Failure::new(namespace_missing::new(namespace)),
        Some(403) if message.contains("exceeded quota") => Failure::new(environment_quota::new(what, &message)),
        _ => connection.failure(&format!("applying {what}"), error),
    }
}

/// The server notes when a manager last changed an object: at its creation, or later.
fn remark(live: &Value) -> String {
    let created = live.pointer("/metadata/creationTimestamp");
    let book = live.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    let mut ours = book.filter(|entry| entry["manager"] == super::diff::MANAGER && entry["operation"] == "Apply");
    let created = ours.next_back().is_some_and(|entry| entry.get("time") == created);
    if created { "created".to_owned() } else { "configured".to_owned() }
}
