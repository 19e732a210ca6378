//! What a plan is compared with and carried out by: the builder and the provider that its environments ask for, connected.
//!
//! Which of them does what is the plan's to say, not decided here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use compiler::diagnostics::catalog::cluster_configuration;
use compiler::model::{self, Environment};
use compiler::plan::action::{Package, Plan};
use compiler::plan::show;

use super::Flags;
use super::apply::On;
use super::images::Images;
use crate::builders::Builder;
use crate::builders::buildah::{Buildah, Sources};
use crate::builders::kaniko::Kaniko;
use crate::cluster;
use crate::cluster::apply::Allowed;
use crate::execute::{Failure, World};
use crate::import::{self, History, RepositoryUrl, Root, Store};
use crate::providers::kubernetes::{self, Kubernetes};
use crate::providers::podman::Podman;
use crate::providers::{Observation, Provider};
use crate::registry::{Registry, Settings as RegistrySettings};
use crate::saved;

/// What the command line says of it.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Where environments run, whatever they say themselves.
    pub on: Option<On>,
    pub force_conflicts: bool,
    pub prune_volumes: bool,
}

/// What is to be connected for.
pub struct Asked<'a> {
    pub package: &'a Package,
    pub providers: BTreeSet<saved::Provider>,
    /// The top of the working tree around the root package, if there is one.
    pub work_tree: Option<PathBuf>,
    /// What asks the root package's remote.
    pub remotes: Option<(Arc<import::Session>, RepositoryUrl)>,
    pub cache: Store,
}

/// Everything that a plan needs, connected.
pub struct Connection {
    pub world: World,
    pub images: Images,
}

impl Connection {
    /// What every provider sees of `plan`, which is of the `whole` package or of a part.
    ///
    /// # Errors
    /// Where a provider cannot tell.
    pub async fn observe(&self, plan: &Plan, whole: bool) -> Result<Observation, Failure> {
        let written = saved::Plan::parse(&show::json(plan, &[]), "the plan").map_err(|problem| Failure::new(*problem))?;
        let mut all = Observation::default();
        for provider in self.world.providers.values() {
            let mut one = provider.observe(&written, whole).await?;
            all.actions.append(&mut one.actions);
            all.leftover.append(&mut one.leftover);
            all.running.append(&mut one.running);
        }
        Ok(all)
    }
}

/// Where each of `environments` runs; where builds go when there is none.
pub fn providers(environments: &[Arc<Environment>], settings: &Settings) -> BTreeSet<saved::Provider> {
    if let Some(on) = settings.on {
        return [on.provider()].into();
    }
    let of = |environment: &Arc<Environment>| match environment.provider {
        model::Provider::Kubernetes => saved::Provider::Kubernetes,
        model::Provider::Podman => saved::Provider::Podman,
    };
    let found: BTreeSet<saved::Provider> = environments.iter().map(of).collect();
    if found.is_empty() { [saved::Provider::Kubernetes].into() } else { found }
}

/// With `--on`, every environment runs there.
pub fn retarget(environments: &mut [Arc<Environment>], settings: &Settings) {
    let Some(on) = settings.on else { return };
    for environment in environments {
        Arc::make_mut(environment).provider = match on {
            On::Kubernetes => model::Provider::Kubernetes,
            On::Podman => model::Provider::Podman,
        };
    }
}

/// Connects to all that is asked for.
///
/// # Errors
/// A cluster is not configured or does not answer, or a program is missing.
pub fn connect(
    flags: &Flags,
    settings: &Settings,
    asked: Asked<'_>,
    registry: &Registry,
    asynchronous: &tokio::runtime::Runtime,
) -> Result<Connection, Failure> {
    let mut providers: BTreeMap<saved::Provider, Arc<dyn Provider>> = BTreeMap::new();
    // Images are built in the cluster, unless everything runs on this machine.
    let local = asked.providers.iter().all(|provider| *provider == saved::Provider::Podman);
    let (builder, images): (Arc<dyn Builder>, Images) = if local {
        let buildah = Arc::new(Buildah::new(Sources { work_tree: asked.work_tree.clone(), cache: asked.cache.clone() })?);
        (buildah.clone(), Images::Local(buildah))
    } else {
        let cluster = asynchronous.block_on(cluster::connect(&cluster_settings(flags)))?;
        let allowed = Allowed { force_conflicts: settings.force_conflicts, prune_volumes: settings.prune_volumes };
        let kubernetes = Kubernetes::new(cluster.clone(), kubernetes::Settings { allowed, ..kubernetes::Settings::default() });
        providers.insert(saved::Provider::Kubernetes, Arc::new(kubernetes));
        let work_tree = asked.work_tree.clone().unwrap_or_else(|| PathBuf::from("/"));
        let history = History::new(work_tree, asked.package.url.to_string(), asked.remotes.clone());
        (Arc::new(Kaniko::new(cluster, registry.clone(), history)), Images::Registry(registry.clone()))
    };
    if asked.providers.contains(&saved::Provider::Podman) {
        providers.insert(saved::Provider::Podman, Arc::new(Podman::new()?));
    }
    let default = providers.keys().next().copied().unwrap_or(saved::Provider::Kubernetes);
    Ok(Connection { world: World { builder, providers, default }, images })
}

/// Connects to what a saved plan was made for.
///
/// # Errors
/// As [`connect`].
pub fn of_saved(
    flags: &Flags,
    settings: &Settings,
    plan: &saved::Plan,
    asynchronous: &tokio::runtime::Runtime,
) -> Result<Connection, Failure> {
    let providers: BTreeSet<saved::Provider> = plan.applies().map(|(_, apply)| apply.provider).collect();
    let insecure: BTreeSet<String> =
        plan.builds().flat_map(|(_, build)| build.insecure.iter().map(ToString::to_string)).collect();
    let registry = Registry::new(RegistrySettings::of_this_machine(insecure.into_iter().collect()));
    let asked = Asked {
        package: &plan.package,
        providers: if providers.is_empty() { [saved::Provider::Kubernetes].into() } else { providers },
        work_tree: Root::find(&flags.directory).ok().and_then(|root| Some(root.repository?.work_tree)),
        remotes: None,
        cache: cache()?,
    };
    connect(flags, settings, asked, &registry, asynchronous)
}

pub fn cluster_settings(flags: &Flags) -> cluster::Settings {
    cluster::Settings { kubeconfig: flags.kubeconfig.clone(), context: flags.context.clone(), namespace: flags.namespace.clone() }
}

/// Whether a failure says that no cluster is configured at all, as opposed to one that does not answer.
pub fn nothing_configured(failure: &Failure) -> bool {
    *failure.info == cluster_configuration::INFO
}

/// The cache of repositories.
///
/// # Errors
/// This user has no folder for one.
pub fn cache() -> Result<Store, Failure> {
    let none = || Failure::new(cluster_configuration::new(None, None, "there is no folder for the cache: set `CODERC_CACHE`"));
    Store::default_folder().map(|folder| Store::new(&folder)).ok_or_else(none)
}
