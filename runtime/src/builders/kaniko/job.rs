//! The Job of a build in the cluster: made, found running, replaced when it is of no more use, and taken away.
//!
//! What it does meanwhile is followed elsewhere.

use std::time::{Duration, Instant};

use compiler::diagnostics::catalog::build_too_large;
use compiler::plan::action::Build;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use kube::{Api, ResourceExt as _};
use serde_json::{Value, json};

use crate::builders::Order;
use crate::cluster::Connection;
use crate::execute::{Failure, Level, Stop};
use crate::render;

const MANAGER: &str = "coderc";

/// Kubernetes keeps a ConfigMap below one mebibyte, its metadata included.
const LARGEST: usize = 1_040_000;

/// On a Job that caches less than its build says.
const FRUGAL: &str = "coderc.dev/frugal";

/// What the renderer gives a build that says nothing.
const DEFAULT_MEMORY: u64 = 8 << 30;

/// The Jobs of one namespace.
pub struct Jobs {
    pub connection: Connection,
    pub namespace: String,
    pub jobs: Api<Job>,
    pub pods: Api<Pod>,
    config_maps: Api<ConfigMap>,
}

/// A Job that is there.
pub struct Running {
    pub name: String,
    pub uid: String,
    /// Somebody else made it, or an apply that ended before it.
    pub joined: bool,
    pub frugal: bool,
}

pub fn fits(build: &Build) -> Result<(), Failure> {
    let bytes = build.dockerfile.len() + build.ignore.len();
    match bytes > LARGEST {
        true => Err(Failure::new(build_too_large::new(bytes, LARGEST)).at(build.source(1))),
        false => Ok(()),
    }
}

impl Jobs {
    pub fn new(connection: &Connection, namespace: &str) -> Jobs {
        let client = &connection.client;
        Jobs {
            connection: connection.clone(),
            namespace: namespace.to_owned(),
            jobs: Api::namespaced(client.clone(), namespace),
            pods: Api::namespaced(client.clone(), namespace),
            config_maps: Api::namespaced(client.clone(), namespace),
        }
    }

    /// The running Job of a build: the one that is there, or a new one. One that ended is of no use: its image is not there.
    pub async fn ensure(&self, order: &Order, frugal: bool, stop: &Stop) -> Result<Running, Failure> {
        let [mut job, mut config_map] = objects(order);
        if frugal {
            make_frugal(&mut job, &order.build);
        }
        let name = job["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        loop {
            if stop.level() > Level::Run {
                return Err(Failure::cancelled());
            }
            let found = self.get(&name).await?;
            let usable = |found: &Job| {
                found.metadata.deletion_timestamp.is_none() && ended(found).is_none() && (!frugal || is_frugal(found))
            };
            let (found, joined) = match found {
                Some(found) if usable(&found) => (found, true),
                Some(found) => {
                    self.delete(&name, &found.uid().unwrap_or_default()).await?;
                    continue;
                }
                None => {
                    let doing = format!("applying the Job `{name}`");
                    let made = self.jobs.patch(&name, &rules(), &Patch::Apply(&job)).await;
                    (made.map_err(|error| self.connection.failure(&doing, &error))?, false)
                }
            };
            let uid = found.uid().unwrap_or_default();
            // Its pods wait for this one; it goes when the Job goes. Applied to a Job that was found too: who made that may have been
            // stopped before it came to this.
            config_map["metadata"]["ownerReferences"] =
                json!([{ "apiVersion": "batch/v1", "kind": "Job", "name": name, "uid": uid, "controller": true }]);
            let doing = format!("applying the ConfigMap `{name}`");
            let applied = self.config_maps.patch(&name, &rules(), &Patch::Apply(&config_map)).await;
            applied.map_err(|error| self.connection.failure(&doing, &error))?;
            let frugal = is_frugal(&found);
            return Ok(Running { name, uid, joined, frugal });
        }
    }

    /// Deletes a Job with its pods and what it owns, and waits until its name is free.
    pub async fn delete(&self, name: &str, uid: &str) -> Result<(), Failure> {
        let doing = format!("deleting the Job `{name}`");
        match self.jobs.delete(name, &DeleteParams::background()).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.code == 404 => return Ok(()),
            Err(error) => return Err(self.connection.failure(&doing, &error)),
        }
        let since = Instant::now();
        while self.get(name).await?.is_some_and(|job| job.uid().as_deref() == Some(uid)) {
            if since.elapsed() > Duration::from_secs(60) {
                return Err(Failure::new(compiler::diagnostics::catalog::cluster_answer::new(
                    &doing,
                    "it is still there after a minute: something holds it by a finalizer",
                )));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Ok(())
    }

    /// Its pods end at once too: nobody waits for what they still might do.
    pub async fn cancel(&self, running: &Running) {
        let labels = ListParams::default().labels(&format!("batch.kubernetes.io/job-name={}", running.name));
        // As far as it gets: the next apply finds what is left.
        let _ = tokio::time::timeout(Duration::from_secs(15), async {
            let _ = self.delete(&running.name, &running.uid).await;
            let now = DeleteParams { grace_period_seconds: Some(1), ..DeleteParams::default() };
            for pod in self.pods.list(&labels).await.map(|list| list.items).unwrap_or_default() {
                let _ = self.pods.delete(&pod.name_any(), &now).await;
            }
        })
        .await;
    }

    async fn get(&self, name: &str) -> Result<Option<Job>, Failure> {
        let found = self.jobs.get_opt(name).await;
        found.map_err(|error| self.connection.failure(&format!("reading the Job `{name}`"), &error))
    }
}

/// How a Job ended: well, or by a reason and a message.
pub type Ended = Result<(), (String, String)>;

pub fn ended(job: &Job) -> Option<Ended> {
    let conditions = job.status.iter().flat_map(|status| status.conditions.iter().flatten());
    conditions.filter(|condition| condition.status == "True").find_map(|condition| match condition.type_.as_str() {
        "Complete" | "SuccessCriteriaMet" => Some(Ok(())),
        "Failed" => Some(Err((condition.reason.clone().unwrap_or_default(), condition.message.clone().unwrap_or_default()))),
        _ => None,
    })
}

fn objects(order: &Order) -> [Value; 2] {
    let mut objects = render::build_objects(&order.build, &order.address).into_iter();
    [objects.next().unwrap_or_default(), objects.next().unwrap_or_default()]
}

fn rules() -> PatchParams {
    PatchParams::apply(MANAGER).force()
}

fn is_frugal(job: &Job) -> bool {
    job.annotations().contains_key(FRUGAL)
}

/// The same build with less memory: no cache of layers, which holds them while it pushes them, and a builder that collects its
/// garbage sooner. None of it changes the image.
fn make_frugal(job: &mut Value, build: &Build) {
    job["metadata"]["annotations"][FRUGAL] = json!("true");
    let Some(container) = job.pointer_mut("/spec/template/spec/initContainers/1") else { return };
    if let Some(flags) = container["args"].as_array_mut() {
        let of_caching = ["--cache", "--compressed-caching", "--skip-push-permission-check"];
        flags.retain(|flag| !flag.as_str().is_some_and(|flag| of_caching.iter().any(|prefix| flag.starts_with(prefix))));
    }
    let memory = build.memory.map_or(DEFAULT_MEMORY, |memory| memory.amount);
    if let Some(environment) = container["env"].as_array_mut() {
        environment.push(json!({ "name": "GOGC", "value": "25" }));
        environment.push(json!({ "name": "GOMEMLIMIT", "value": (memory / 10 * 6).to_string() }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dockerfile_has_to_fit_into_a_config_map() {
        let order = |lines: usize| crate::builders::kaniko::cause::tests::order(&"RUN true\n".repeat(lines));
        assert!(fits(&order(1000).build).is_ok());
        assert_eq!(fits(&order(200_000).build).unwrap_err().info.name, "build-too-large");
    }

    #[test]
    fn a_frugal_build_differs_in_caching_alone() {
        let mut job = json!({"metadata": {"annotations": {"a": "b"}}, "spec": {"template": {"spec": {"initContainers": [
            {"name": "source"},
            {"name": "build", "args": ["--context=x", "--cache=true", "--cache-repo=r", "--compressed-caching=false",
                "--skip-push-permission-check", "--build-arg=A=b"], "env": [{"name": "DOCKER_CONFIG", "value": "d"}]}
        ]}}}});
        let order = crate::builders::kaniko::cause::tests::order("FROM debian\n");
        make_frugal(&mut job, &order.build);
        let build = &job["spec"]["template"]["spec"]["initContainers"][1];
        assert_eq!(build["args"], json!(["--context=x", "--build-arg=A=b"]));
        assert_eq!(build["env"].as_array().unwrap().len(), 3);
        assert!(is_frugal(&serde_json::from_value(json!({"metadata": job["metadata"]})).unwrap()));
    }

    #[test]
    fn an_end_is_read_from_the_conditions() {
        let job = |kind: &str| -> Job {
            let condition = json!({"type": kind, "status": "True", "reason": "DeadlineExceeded", "message": "m"});
            serde_json::from_value(json!({"metadata": {}, "status": {"conditions": [condition]}})).unwrap()
        };
        assert_eq!(ended(&job("Complete")), Some(Ok(())));
        assert_eq!(ended(&job("Failed")), Some(Err(("DeadlineExceeded".into(), "m".into()))));
        assert_eq!(ended(&job("Suspended")), None);
    }
}
