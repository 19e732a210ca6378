//! Carries a plan out: one loop that starts what is unblocked, waits for any of it, and unblocks what needed it.
//!
//! What an action does is a builder's or a provider's; what is said of it is a printer's. A failure stops what needs the failed
//! action and nothing else.

mod event;
mod failure;
mod order;
mod stop;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use compiler::plan::action::Change;
use tokio::task::JoinSet;

pub use event::{ActionEvents, Event, Events, Outcome, Phase};
pub use failure::Failure;
pub use stop::{Level, Stop, Stopper, stop};

use crate::builders::Builder;
use crate::providers::Provider;
use crate::saved::{self, Plan, Step};

/// What carries actions out.
#[derive(Clone)]
pub struct World {
    pub builder: Arc<dyn Builder>,
    pub providers: BTreeMap<saved::Provider, Arc<dyn Provider>>,
    /// Where objects are deleted that left the sources.
    pub default: saved::Provider,
}

/// How a run ended.
#[derive(Debug, Default)]
pub struct Summary {
    pub done: Vec<String>,
    pub skipped: Vec<String>,
    pub failed: Vec<(String, Failure)>,
    pub cancelled: Vec<String>,
    /// Address, and the address of what it needed.
    pub not_tried: Vec<(String, String)>,
}

impl Summary {
    pub fn complete(&self) -> bool {
        self.failed.is_empty() && self.cancelled.is_empty() && self.not_tried.is_empty()
    }
}

/// Carries `plan` out with at most `parallelism` actions at a time; waiting for environments does not count, since it is idle.
pub async fn execute(plan: Arc<Plan>, world: World, parallelism: usize, events: Events, stop: Stop) -> Summary {
    let mut run = Run { summary: Summary::default(), digests: BTreeMap::new(), over: BTreeMap::new(), working: 0 };
    let mut waiting: Vec<usize> = (0..plan.actions.len()).collect();
    let mut tasks: JoinSet<Finished> = JoinSet::new();
    loop {
        let mut later = Vec::new();
        for index in waiting {
            let action = &plan.actions[index];
            if let Some(blocker) = run.blocker(&action.needs) {
                run.end(&events, action, Outcome::NotTried { because: blocker }, Instant::now());
            } else if stop.level() > Level::Run {
                run.end(&events, action, Outcome::Cancelled, Instant::now());
            } else if !run.unblocked(&action.needs) || (run.working >= parallelism.max(1) && works(&action.step)) {
                later.push(index);
            } else if let Some(proof) = run.proof(action) {
                run.end(&events, action, Outcome::Skipped { proof }, Instant::now());
            } else {
                run.working += usize::from(works(&action.step));
                start(&mut tasks, &plan, &world, index, &run.digests, &events, &stop);
            }
        }
        waiting = later;
        let next = tokio::select! {
            next = tasks.join_next() => next,
            () = stop.reached(Level::Abort) => {
                tasks.abort_all();
                for index in std::mem::take(&mut waiting) {
                    run.end(&events, &plan.actions[index], Outcome::Cancelled, Instant::now());
                }
                return run.summary;
            }
        };
        match next {
            Some(Ok(finished)) => run.finish(&events, &plan, finished),
            // A defect of ours in one action must not be taken for its success; the process ends with 70.
            Some(Err(error)) => std::panic::resume_unwind(match error.try_into_panic() {
                Ok(panic) => panic,
                Err(error) => Box::new(error.to_string()),
            }),
            None if waiting.is_empty() => return run.summary,
            // Something became ready by what was skipped in this round.
            None if waiting.iter().any(|index| run.decided(&plan.actions[*index].needs)) => {}
            // Needs that never end: the plan's lint has ruled it out, a plan from a file has not been through it.
            None => {
                for index in std::mem::take(&mut waiting) {
                    let because = "an action that the plan does not have".to_owned();
                    run.end(&events, &plan.actions[index], Outcome::NotTried { because }, Instant::now());
                }
            }
        }
    }
}

/// Whether a step is work, as opposed to waiting.
fn works(step: &Step) -> bool {
    !matches!(step, Step::Wait(_))
}

struct Finished {
    index: usize,
    since: Instant,
    result: Result<Ended, Failure>,
}

struct Ended {
    remark: String,
    /// Of a build.
    digest: Option<String>,
}

fn start(
    tasks: &mut JoinSet<Finished>,
    plan: &Arc<Plan>,
    world: &World,
    index: usize,
    digests: &BTreeMap<String, String>,
    events: &Events,
    stop: &Stop,
) {
    let (plan, world, stop) = (plan.clone(), world.clone(), stop.clone());
    let action = &plan.actions[index];
    let needed: BTreeMap<String, String> =
        action.needs.iter().filter_map(|need| Some((need.clone(), digests.get(need)?.clone()))).collect();
    let tell = events.of(&action.address);
    events.tell(Event::Started { address: action.address.clone(), kind: order::kind(&action.step) });
    tasks.spawn(async move {
        let since = Instant::now();
        let result = perform(&plan, &world, index, &needed, tell, stop).await;
        Finished { index, since, result }
    });
}

async fn perform(
    plan: &Plan,
    world: &World,
    index: usize,
    digests: &BTreeMap<String, String>,
    events: ActionEvents,
    stop: Stop,
) -> Result<Ended, Failure> {
    let action = &plan.actions[index];
    let provider = |of: saved::Provider| world.providers.get(&of).cloned().ok_or_else(|| order::no_provider(of));
    let remark = match &action.step {
        Step::Build(build) => {
            let order = order::build(plan, &action.address, build, digests);
            let made = world.builder.build(&order, events, stop).await?;
            return Ok(Ended { remark: made.remark, digest: Some(made.digest) });
        }
        Step::Tag(tag) => world.builder.tag(tag, &order::tagged(plan, tag, digests), events, stop).await?,
        Step::Apply(apply) => {
            let object = order::object(plan, apply, digests);
            let applied = provider(apply.provider)?.apply(&action.address, object, events, stop).await;
            applied.map_err(|failure| order::placed(plan, &action.address, failure))?
        }
        Step::Wait(wait) => provider(wait.provider)?.wait(wait, events, stop).await?,
        Step::Delete(object) => provider(world.default)?.delete(object, events, stop).await?,
    };
    Ok(Ended { remark, digest: None })
}

struct Run {
    summary: Summary,
    /// Of builds that are over, by address.
    digests: BTreeMap<String, String>,
    /// Actions that are over, and whether what needs them may start.
    over: BTreeMap<String, bool>,
    working: usize,
}

impl Run {
    fn blocker(&self, needs: &[String]) -> Option<String> {
        needs.iter().find(|need| self.over.get(*need) == Some(&false)).cloned()
    }

    fn unblocked(&self, needs: &[String]) -> bool {
        needs.iter().all(|need| self.over.get(need) == Some(&true))
    }

    fn decided(&self, needs: &[String]) -> bool {
        self.blocker(needs).is_some() || self.unblocked(needs)
    }

    /// Why nothing is to be done, where that is proven.
    fn proof(&self, action: &saved::Action) -> Option<String> {
        let proven = match &action.step {
            Step::Build(build) => action.change == Change::None && build.digest.is_some(),
            _ => action.change == Change::None,
        };
        proven.then(|| action.message.clone())
    }

    fn finish(&mut self, events: &Events, plan: &Plan, finished: Finished) {
        let action = &plan.actions[finished.index];
        self.working -= usize::from(works(&action.step));
        let outcome = match finished.result {
            Ok(ended) => {
                if let Some(digest) = ended.digest {
                    self.digests.insert(action.address.clone(), digest);
                }
                Outcome::Done { remark: ended.remark }
            }
            Err(failure) if failure.cancelled => Outcome::Cancelled,
            Err(failure) => Outcome::Failed(Box::new(failure)),
        };
        self.end(events, action, outcome, finished.since);
    }

    fn end(&mut self, events: &Events, action: &saved::Action, outcome: Outcome, since: Instant) {
        let address = action.address.clone();
        let good = matches!(outcome, Outcome::Done { .. } | Outcome::Skipped { .. });
        self.over.insert(address.clone(), good);
        match &outcome {
            Outcome::Done { .. } => self.summary.done.push(address.clone()),
            Outcome::Skipped { .. } => {
                if let Step::Build(build) = &action.step
                    && let Some(digest) = &build.digest
                {
                    self.digests.insert(address.clone(), digest.clone());
                }
                self.summary.skipped.push(address.clone());
            }
            Outcome::Failed(failure) => self.summary.failed.push((address.clone(), (**failure).clone())),
            Outcome::Cancelled => self.summary.cancelled.push(address.clone()),
            Outcome::NotTried { because } => self.summary.not_tried.push((address.clone(), because.clone())),
        }
        events.tell(Event::Ended { address, outcome, took: since.elapsed() });
    }
}

/// The environments that a plan changes: what leases are taken for. By namespace and name.
pub fn changed_environments(plan: &Plan) -> BTreeSet<(Option<String>, String)> {
    let instance = |object: &serde_json::Value| {
        let metadata = object.get("metadata")?;
        let name = metadata.pointer("/labels/app.kubernetes.io~1instance")?.as_str()?.to_owned();
        let namespace = metadata.get("namespace").and_then(|namespace| namespace.as_str()).map(str::to_owned);
        Some((namespace, name))
    };
    plan.applies().filter(|(action, _)| action.change != Change::None).filter_map(|(_, apply)| instance(&apply.object)).collect()
}

#[cfg(test)]
mod tests;
