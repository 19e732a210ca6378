//! The connection to a cluster: which one, with whose rights, and the namespace of what names none.
//!
//! It asks nothing but whether the server is there. Every request of the process goes through one gate, which bounds their
//! number and repeats what passes.

use std::path::PathBuf;

use compiler::diagnostics::catalog::cluster_configuration;
use kube::client::ClientBuilder;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use tower::buffer::BufferLayer;

use super::gate::GateLayer;
use crate::execute::Failure;

/// The flags that every command takes.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub kubeconfig: Option<PathBuf>,
    pub context: Option<String>,
    pub namespace: Option<String>,
}

/// Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Connection {
    pub client: Client,
    /// Where objects go that name no namespace.
    pub namespace: String,
    /// `https://host:port/`, to be named.
    pub server: String,
}

/// The cluster of `--kubeconfig`, else of `KUBECONFIG` or `~/.kube/config`, else the one that this process runs in.
///
/// # Errors
/// There is no configuration, it cannot be used, or the server does not answer.
pub async fn connect(settings: &Settings) -> Result<Connection, Failure> {
    // The only cryptography in this program. A second attempt changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut config = configuration(settings).await?;
    // The gate repeats, by rules of its own.
    config.default_retry = false;
    config.connect_timeout = Some(std::time::Duration::from_secs(10));
    if let Some(namespace) = &settings.namespace {
        config.default_namespace.clone_from(namespace);
    }
    let (namespace, server) = (config.default_namespace.clone(), config.cluster_url.to_string());
    let builder = ClientBuilder::try_from(config).map_err(|error| unusable(settings, &error))?;
    let client = builder.with_layer(&BufferLayer::new(64)).with_layer(&GateLayer::new()).build();
    let connection = Connection { client, namespace, server };
    match connection.client.apiserver_version().await {
        // One that tells strangers nothing, not even its version, may well answer who it knows.
        Err(kube::Error::Api(status)) if matches!(status.code, 403 | 404) => Ok(connection),
        Err(error) => Err(connection.failure("asking for its version", &error)),
        Ok(_) => Ok(connection),
    }
}

impl Connection {
    /// Why a request failed, in words for people. `doing` is what it was for: ``reading the Secret `a` ``.
    pub fn failure(&self, doing: &str, error: &kube::Error) -> Failure {
        super::failure(&self.server, doing, error)
    }
}

async fn configuration(settings: &Settings) -> Result<Config, Failure> {
    let options = KubeConfigOptions { context: settings.context.clone(), ..KubeConfigOptions::default() };
    let found = match &settings.kubeconfig {
        Some(path) => match Kubeconfig::read_from(path) {
            Ok(read) => Config::from_custom_kubeconfig(read, &options).await,
            Err(error) => Err(error),
        },
        None => Config::from_kubeconfig(&options).await,
    };
    match found {
        Ok(config) => Ok(config),
        Err(error) => match Config::incluster() {
            Ok(config) if settings.kubeconfig.is_none() && settings.context.is_none() => Ok(config),
            _ => Err(unusable(settings, &error)),
        },
    }
}

fn unusable(settings: &Settings, error: &dyn std::error::Error) -> Failure {
    let file = settings.kubeconfig.as_ref().map(|path| path.display().to_string());
    let detail = super::failure::chain(error);
    Failure::new(cluster_configuration::new(file.as_deref(), settings.context.as_deref(), &detail))
}
