//! What coderc has applied somewhere, whether or not its sources still exist: listed, read, destroyed.
//!
//! It is found by labels and annotations alone; no package is loaded for it.

mod kubernetes;

use crate::builders::Task;
use crate::execute::{Events, Failure, Stop};

pub use kubernetes::AppliedToKubernetes;

/// An environment that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// `environment.team-a`, as its sources called it.
    pub address: String,
    /// The instance's name: that of its objects.
    pub name: String,
    pub namespace: Option<String>,
    /// The ApplySet that it is a member of, which tells its package.
    pub part_of: Option<String>,
    /// `kubernetes` or `podman`.
    pub provider: &'static str,
    /// How many pods it should have, and how many of them are available.
    pub wanted: u32,
    pub ready: u32,
    /// Whether all of its newest version is available.
    pub available: bool,
    pub containers: Vec<Container>,
    /// Seconds since 1970: when it was first, and when it was last applied.
    pub created: Option<i64>,
    pub changed: Option<i64>,
    /// In seconds since it was last applied.
    pub ttl: Option<i64>,
    /// The commit and the plan of the apply that last changed it.
    pub commit: Option<String>,
    pub plan: Option<String>,
    /// Volumes that keep their content.
    pub volumes: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    pub name: String,
    pub image: String,
    /// Of its image, where coderc built it.
    pub build: Option<String>,
}

/// Which part of a log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part {
    /// Go on as it grows.
    pub follow: bool,
    /// Only the last so many lines.
    pub tail: Option<u32>,
}

/// One object that was destroyed, or kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destroyed {
    /// `Deployment dev/team-a`
    pub object: String,
    /// `deleted`, `kept; …`.
    pub remark: String,
}

impl Environment {
    /// When its time to live ends, in seconds since 1970.
    pub fn expires(&self) -> Option<i64> {
        Some(self.changed.or(self.created)?.saturating_add(self.ttl?))
    }
}

/// Somewhere that environments are applied to.
pub trait Applied: Send + Sync {
    /// All of them, of whatever package, in order of address.
    fn environments<'a>(&'a self) -> Task<'a, Result<Vec<Environment>, Failure>>;

    /// The log of a container; of the primary one without a name.
    fn logs<'a>(
        &'a self,
        environment: &'a Environment,
        container: Option<&'a str>,
        part: Part,
        line: &'a mut (dyn FnMut(&str) + Send),
    ) -> Task<'a, Result<(), Failure>>;

    /// Deletes an environment; its volumes only when asked.
    fn destroy<'a>(
        &'a self,
        environment: &'a Environment,
        volumes: bool,
        events: &'a Events,
        stop: &'a Stop,
    ) -> Task<'a, Result<Vec<Destroyed>, Failure>>;

    /// What is of no more use beside environments (builds that are over), a line each; deleted where `delete` says so.
    fn garbage<'a>(&'a self, delete: bool) -> Task<'a, Result<Vec<String>, Failure>>;
}
