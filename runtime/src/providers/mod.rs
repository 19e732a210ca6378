//! Where environments run: Kubernetes, or podman on one machine.
//!
//! The plan does not know which. Images are built elsewhere; a provider is given objects whose images are there.

pub mod applied;
pub mod kubernetes;
pub mod podman;

use compiler::plan::action::{FieldChange, ObjectName};
use serde_json::Value;

pub use crate::builders::Task;
use crate::execute::{ActionEvents, Events, Failure, Stop};
use crate::saved::{Plan, Wait};

/// What an observation found of one action of a plan, by its address.
#[derive(Clone, Debug, PartialEq)]
pub struct Observed {
    pub address: String,
    pub change: compiler::plan::action::Change,
    /// One sentence: what differs, or the proof that nothing does.
    pub message: String,
    pub changes: Vec<FieldChange>,
}

/// What a provider saw when it compared a plan with what runs.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// Of `apply` and `wait` actions.
    pub actions: Vec<Observed>,
    /// Objects of the package that its sources no longer have: to be deleted.
    pub leftover: Vec<Leftover>,
    /// What the containers of running environments run, for reasons: (namespace, environment, container) to image reference.
    pub running: Vec<(Option<String>, String, String, String)>,
}

/// An object that left the sources.
#[derive(Clone, Debug, PartialEq)]
pub struct Leftover {
    pub object: ObjectName,
    /// The address it had: `environment.team-a/service`.
    pub address: String,
    /// A volume: deleted only when asked.
    pub kept: bool,
}

/// The right to change environments, until it is dropped or given back.
pub trait Hold: Send + Sync {
    /// Gives it back; dropping it leaves that to its deadline.
    fn release<'a>(self: Box<Self>) -> Task<'a, ()>
    where
        Self: 'a;
}

/// Runs environments.
pub trait Provider: Send + Sync {
    /// Compares with what runs. `everything`: the plan is of the whole package, so what it lacks is left over.
    fn observe<'a>(&'a self, plan: &'a Plan, everything: bool) -> Task<'a, Result<Observation, Failure>>;

    /// What must hold before anything is built: secrets that environments use exist, names are free of other owners. All that
    /// is missing is told at once.
    fn ready<'a>(&'a self, plan: &'a Plan) -> Task<'a, Vec<Failure>>;

    /// Takes the lease of each environment of the plan, waiting where another apply holds one.
    fn hold<'a>(&'a self, plan: &'a Plan, events: &'a Events, stop: Stop) -> Task<'a, Result<Box<dyn Hold>, Failure>>;

    /// Applies one object, whose images are named by digest. Returns a remark for people (`configured`, `created`).
    fn apply<'a>(
        &'a self,
        address: &'a str,
        object: Value,
        events: ActionEvents,
        stop: Stop,
    ) -> Task<'a, Result<String, Failure>>;

    /// Waits until the environment's Deployment is available. Fails as soon as it cannot become so, saying why.
    fn wait<'a>(&'a self, wait: &'a Wait, events: ActionEvents, stop: Stop) -> Task<'a, Result<String, Failure>>;

    fn delete<'a>(&'a self, object: &'a ObjectName, events: ActionEvents, stop: Stop) -> Task<'a, Result<String, Failure>>;
}
