//! What the commands on applied environments share: where they are looked for, and which of them a target names.
//!
//! No package is loaded: an environment is found by its labels, also when its sources are gone.

use compiler::diagnostics::catalog::{cluster_configuration, missing_program, unknown_target};
use compiler::plan;

use super::apply::On;
use super::chosen::chosen;
use super::{Exit, Flags};
use crate::cluster;
use crate::execute::Failure;
use crate::host::RootPlace;
use crate::import::Root;
use crate::providers::applied::{Applied, AppliedToKubernetes, Environment};
use crate::providers::podman::Podman;

/// Where environments are applied, and all that are there.
pub struct Found {
    pub asynchronous: tokio::runtime::Runtime,
    pub places: Vec<Box<dyn Applied>>,
    /// Each with the place that it is in.
    pub environments: Vec<(usize, Environment)>,
}

impl Found {
    /// # Errors
    /// No place can be reached.
    pub fn everywhere(flags: &Flags) -> Result<Found, Exit> {
        if flags.offline {
            return Err(Exit::usage("what is applied is asked of the cluster, so this cannot run with `--offline`"));
        }
        let asynchronous = super::planning::asynchronous()?;
        let settings = super::world::cluster_settings(flags);
        let mut places: Vec<Box<dyn Applied>> = Vec::new();
        let nothing = match asynchronous.block_on(cluster::connect(&settings)) {
            Ok(connection) => {
                places.push(Box::new(AppliedToKubernetes::new(connection, flags.namespace.clone())));
                None
            }
            // This machine may be the only place.
            Err(failure) if *failure.info == cluster_configuration::INFO && settings.kubeconfig.is_none() => Some(failure),
            Err(failure) => return Err(failed(failure)),
        };
        let mut environments = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let found = asynchronous.block_on(place.environments()).map_err(failed)?;
            environments.extend(found.into_iter().map(|environment| (index, environment)));
        }
        let one_cluster = settings.kubeconfig.is_some() || settings.context.is_some() || settings.namespace.is_some();
        if !one_cluster {
            let podman = Podman::new().map_err(failed)?;
            match (asynchronous.block_on(podman.environments()), nothing) {
                (Ok(found), _) => {
                    environments.extend(found.into_iter().map(|environment| (places.len(), environment)));
                    places.push(Box::new(podman));
                }
                // Without podman there is only the cluster, and no cluster is what is to be said where there is neither.
                (Err(failure), Some(nothing)) => {
                    let missing = *failure.info == missing_program::INFO;
                    return Err(failed(if missing { nothing } else { failure }));
                }
                (Err(_), None) => {}
            }
        } else if let Some(nothing) = nothing {
            return Err(failed(nothing));
        }
        Ok(Found { asynchronous, places, environments })
    }

    /// Leaves out what is elsewhere than `on`.
    #[must_use]
    pub fn on(mut self, on: Option<On>) -> Found {
        let wanted = on.map(On::word);
        self.environments.retain(|(_, environment)| wanted.is_none_or(|wanted| environment.provider == wanted));
        self
    }

    /// Those that targets name and that somebody can have meant by them, for a command that reads or deletes them.
    ///
    /// # Errors
    /// A target names nothing that is there, or more than can be told apart.
    pub fn chosen(&self, targets: &[String], flags: &Flags) -> Result<Vec<&(usize, Environment)>, Exit> {
        let package = Root::find(&flags.directory).ok().map(|root| RootPlace::of(&root).package());
        chosen(self.named(targets)?, targets, package.as_ref(), flags.namespace.as_deref())
    }

    /// Those that targets name, by address, pattern or instance; all without targets.
    ///
    /// # Errors
    /// A target names nothing that is there.
    pub fn named(&self, targets: &[String]) -> Result<Vec<&(usize, Environment)>, Exit> {
        for target in targets {
            if !self.environments.iter().any(|(_, environment)| names(target, environment)) {
                let mut known: Vec<String> =
                    self.environments.iter().map(|(_, environment)| environment.address.clone()).collect();
                known.dedup();
                return Err(failed(Failure::new(unknown_target::not_applied(target, &known))));
            }
        }
        let wanted = |environment: &Environment| targets.is_empty() || targets.iter().any(|target| names(target, environment));
        Ok(self.environments.iter().filter(|(_, environment)| wanted(environment)).collect())
    }
}

/// Whether a target names an environment: by address, pattern or instance.
pub fn names(target: &str, environment: &Environment) -> bool {
    plan::covers(target, &environment.address)
        || plan::covers(target, &environment.name)
        || plan::covers(target, &format!("environment.{}", environment.name))
}

pub fn failed(failure: Failure) -> Exit {
    Exit::Report(Box::new(failure.report()))
}

/// `3d`, `5h`, `12m`, `40s`: the largest unit that is not zero.
pub fn duration(seconds: i64) -> String {
    let seconds = seconds.max(0);
    match seconds {
        86_400.. => format!("{}d", seconds / 86_400),
        3_600.. => format!("{}h", seconds / 3_600),
        60.. => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// Seconds since 1970.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_has_several_names() {
        let environment =
            Environment { address: "environment.dev[\"ana\"]".into(), name: "dev-ana".into(), ..Environment::default() };
        for target in ["environment.dev", "environment.dev[\"ana\"]", "dev-ana", "environment.dev-ana", "environment.*", "dev-*"]
        {
            assert!(names(target, &environment), "{target}");
        }
        assert!(!names("environment.de", &environment) && !names("ana", &environment));
    }

    #[test]
    fn durations() {
        assert_eq!([40, 60, 7_199, 86_400 * 3, -4].map(duration), ["40s", "1m", "1h", "3d", "0s"]);
    }
}
