//! What coderc has applied to a Kubernetes cluster.
//!
//! How it is found and deleted is the cluster's part.

use std::time::Duration;

use super::{Applied, Destroyed, Environment, Part};
use crate::builders::Task;
use crate::cluster::{Connection, environments, garbage, lease, logs};
use crate::execute::{Events, Failure, Stop};

/// How long another apply of an environment is waited for.
const PATIENCE: Duration = Duration::from_secs(600);

/// One namespace of a cluster, or all that may be seen.
pub struct AppliedToKubernetes {
    connection: Connection,
    namespace: Option<String>,
}

impl AppliedToKubernetes {
    pub fn new(connection: Connection, namespace: Option<String>) -> AppliedToKubernetes {
        AppliedToKubernetes { connection, namespace }
    }

    fn place<'a>(&'a self, environment: &'a Environment) -> (&'a str, &'a str) {
        (environment.namespace.as_deref().unwrap_or(&self.connection.namespace), &environment.name)
    }

    async fn remove(
        &self,
        environment: &Environment,
        volumes: bool,
        events: &Events,
        stop: &Stop,
    ) -> Result<Vec<Destroyed>, Failure> {
        let (namespace, name) = self.place(environment);
        let held = [(namespace.to_owned(), name.to_owned())];
        let leases = lease::take(&self.connection, &held, PATIENCE, events, stop).await?;
        let result = environments::destroy(&self.connection, namespace, name, volumes, stop).await;
        leases.release().await;
        result
    }
}

impl Applied for AppliedToKubernetes {
    fn environments<'a>(&'a self) -> Task<'a, Result<Vec<Environment>, Failure>> {
        Box::pin(environments::environments(&self.connection, self.namespace.as_deref()))
    }

    fn logs<'a>(
        &'a self,
        environment: &'a Environment,
        container: Option<&'a str>,
        part: Part,
        line: &'a mut (dyn FnMut(&str) + Send),
    ) -> Task<'a, Result<(), Failure>> {
        Box::pin(logs::logs(&self.connection, self.place(environment), container, part, line))
    }

    fn destroy<'a>(
        &'a self,
        environment: &'a Environment,
        volumes: bool,
        events: &'a Events,
        stop: &'a Stop,
    ) -> Task<'a, Result<Vec<Destroyed>, Failure>> {
        Box::pin(self.remove(environment, volumes, events, stop))
    }

    fn garbage<'a>(&'a self, delete: bool) -> Task<'a, Result<Vec<String>, Failure>> {
        Box::pin(garbage::garbage(&self.connection, self.namespace.as_deref(), delete))
    }
}
