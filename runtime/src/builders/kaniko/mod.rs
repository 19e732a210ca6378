//! kaniko: a build is a Job of a cluster, which fetches the context, builds without the right to push, and pushes.
//!
//! The Job itself is rendered elsewhere, and what it ends with is judged in `cause`. The registry's word counts: a build is done
//! when its image is there.

mod access;
mod cause;
mod follow;
mod job;
mod log;
mod pod;
mod ready;
mod tags;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use compiler::diagnostics::catalog::push_unproven;
use compiler::plan::action::Build;

use super::{Builder, Made, Order, Task};
use crate::cluster::Connection;
use crate::execute::{ActionEvents, Failure, Phase, Stop};
use crate::import::History;
use crate::registry::Registry;
use crate::saved::{Plan, Tag};
use access::Access;
use follow::Ended;
use job::Jobs;

/// How long something may stay as it is that the cluster might still mend by itself.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// No node takes the pod: one may be added.
    pub unschedulable: Duration,
    /// An image cannot be pulled.
    pub pull: Duration,
    /// The cluster does not answer.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { unschedulable: Duration::from_secs(180), pull: Duration::from_secs(45), silence: Duration::from_secs(300) }
    }
}

pub struct Kaniko {
    connection: Connection,
    access: Access,
    history: History,
    patience: Patience,
    /// What the plan says of each tag, by its reference.
    origins: Mutex<BTreeMap<String, tags::Origin>>,
}

impl Kaniko {
    /// `history` answers which commits precede others.
    pub fn new(connection: Connection, registry: Registry, history: History) -> Kaniko {
        let access = Access::new(connection.clone(), registry);
        Kaniko { connection, access, history, patience: Patience::default(), origins: Mutex::default() }
    }

    pub fn patience(mut self, patience: Patience) -> Kaniko {
        self.patience = patience;
        self
    }

    fn namespace<'a>(&'a self, build: &'a Build) -> &'a str {
        build.namespace.as_deref().unwrap_or(&self.connection.namespace)
    }

    async fn carry_out(&self, order: &Order, events: &ActionEvents, stop: &Stop) -> Result<Made, Failure> {
        let build = &order.build;
        job::fits(build)?;
        let registry = self.access.registry(&build.destination, build.credentials.as_deref(), self.namespace(build)).await;
        let asked = registry
            .head(&build.destination)
            .await
            .map_err(|failure| access::not_looked(&failure, build.credentials.as_deref()))?;
        if let Some(digest) = asked {
            return Ok(Made { digest, remark: "was there already".to_owned() });
        }
        let jobs = Jobs::new(&self.connection, self.namespace(build));
        let mut ended = self.run(&jobs, order, false, events, stop).await?;
        if let Ended::Failed(evidence) = &ended
            && evidence.out_of_memory()
            && !evidence.frugal
        {
            events.retrying("it ran out of memory: once more, with less caching");
            ended = self.run(&jobs, order, true, events, stop).await?;
        }
        let said = match ended {
            Ended::Done { digest } => digest,
            Ended::Failed(evidence) => return Err(cause::failure(order, &evidence)),
        };
        self.prove(&registry, build, said).await
    }

    async fn run(&self, jobs: &Jobs, order: &Order, frugal: bool, events: &ActionEvents, stop: &Stop) -> Result<Ended, Failure> {
        // Somebody else may take the Job away while it is followed: the other apply that made it was cancelled, say.
        for _ in 0..3 {
            let running = jobs.ensure(order, frugal, stop).await?;
            if running.joined {
                events.phase(Phase::Waiting { what: "a build of the same image that runs already".to_owned() });
            }
            if let Some(ended) = follow::follow(jobs, order, &running, self.patience, events, stop).await? {
                return Ok(ended);
            }
            events.retrying("the build's Job was deleted by somebody else");
        }
        Err(Failure::new(compiler::diagnostics::catalog::build_failed::new("its Job was deleted again and again")))
    }

    /// kaniko writes a digest before its push has ended; the registry's answer is what counts.
    async fn prove(&self, registry: &Registry, build: &Build, said: Option<String>) -> Result<Made, Failure> {
        let credentials = build.credentials.as_deref();
        for _ in 0..5 {
            let there = registry.head(&build.destination).await.map_err(|failure| access::not_looked(&failure, credentials))?;
            if let Some(digest) = there {
                let remark = match said {
                    Some(said) if said != digest => "pushed by another build meanwhile".to_owned(),
                    _ => {
                        let size = registry.size(&build.destination).await.unwrap_or(None);
                        let short: String = digest.chars().take("sha256:".len() + 12).collect();
                        size.map_or_else(|| format!("pushed {short}…"), |size| format!("pushed {short}…, {}", megabytes(size)))
                    }
                };
                return Ok(Made { digest, remark });
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Err(Failure::new(push_unproven::new(&build.destination)))
    }
}

impl Builder for Kaniko {
    fn ready<'a>(&'a self, plan: &'a Plan) -> Task<'a, Vec<Failure>> {
        Box::pin(async move {
            *self.origins.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = tags::origins(plan);
            ready::ready(&self.connection, &self.history, plan).await
        })
    }

    fn build<'a>(&'a self, order: &'a Order, events: ActionEvents, stop: Stop) -> Task<'a, Result<Made, Failure>> {
        Box::pin(async move { self.carry_out(order, &events, &stop).await })
    }

    fn tag<'a>(
        &'a self,
        tag: &'a Tag,
        repository_digests: &'a [(String, String)],
        _: ActionEvents,
        _: Stop,
    ) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            let origin = self.origins.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get(&tag.reference).cloned();
            let origin = origin.unwrap_or_default();
            let namespace = origin.namespace.as_deref().unwrap_or(&self.connection.namespace);
            let registry = self.access.registry(&tag.reference, origin.credentials.as_deref(), namespace).await;
            tags::apply(&registry, &self.history, tag, repository_digests, &origin).await
        })
    }
}

/// `34 MB`.
fn megabytes(bytes: u64) -> String {
    match bytes {
        0..=999_999 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}
