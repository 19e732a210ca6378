//! Image registries: what a reference names today, whether something is there, and tags that move.
//!
//! A registry is spoken to over https, unless the project names it insecure. Requests are bounded in number and time, and
//! repeated where that can help. Nothing is cached here: what was found is the lock's to keep.

mod answer;
pub mod contents;
mod credentials;
mod failure;
pub mod garbage;
mod request;
mod retry;
mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use answer::{Answer, Manifest};
pub use failure::{Failure, FailureKind};

/// Requests under way at any time.
const PARALLEL: usize = 8;

/// What a manifest may be: an image or an index of images, in the words of OCI and of docker.
const MANIFESTS: &[&str] = &[
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// How registries are asked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `host:port` of registries that speak http.
    pub insecure: Vec<String>,
    /// The folder of docker's `config.json`, if there is one.
    pub docker_config: Option<PathBuf>,
    /// How long to wait before the second attempt; each further wait is twice as long.
    pub pause: Duration,
    /// The end of a whole question, attempts and waits included.
    pub deadline: Duration,
}

impl Settings {
    /// As this machine is set up: `DOCKER_CONFIG`, or `~/.docker`.
    pub fn of_this_machine(insecure: Vec<String>) -> Settings {
        let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".docker"));
        let docker_config = std::env::var_os("DOCKER_CONFIG").map(PathBuf::from).or_else(home);
        Settings { insecure, docker_config, pause: Duration::from_millis(500), deadline: Duration::from_secs(120) }
    }
}

/// What a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// `sha256:…` of what the reference names: of the index, where it is one.
    pub digest: String,
    /// The user its containers run as; of an index, that of `linux/amd64`. Empty where the image sets none, which is root.
    pub user: String,
}

/// By name.
pub type Annotations = BTreeMap<String, String>;

/// Cheap to clone; clones share connections, tokens and the bound on requests.
#[derive(Clone)]
pub struct Registry {
    client: Client,
    /// For what the client does not know.
    http: reqwest::Client,
    settings: Arc<Settings>,
    /// Docker's configuration, where it does not come from this machine.
    given: Option<Arc<credentials::Configuration>>,
    permits: Arc<Semaphore>,
}

impl Registry {
    pub fn new(settings: Settings) -> Registry {
        // The only cryptography in this program, which the client for clusters uses too. A second attempt changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::new(ClientConfig {
            protocol: ClientProtocol::HttpsExcept(settings.insecure.clone()),
            connect_timeout: Some(Duration::from_secs(10)),
            read_timeout: Some(Duration::from_secs(30)),
            user_agent: concat!("coderc/", env!("CARGO_PKG_VERSION")),
            ..ClientConfig::default()
        });
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_secs(30))
            .user_agent(concat!("coderc/", env!("CARGO_PKG_VERSION")))
            .build()
            .unwrap_or_default();
        let permits = Arc::new(Semaphore::new(PARALLEL));
        Registry { client, http, settings: Arc::new(settings), given: None, permits }
    }

    /// The same, with the credentials of a registry secret (`.dockerconfigjson`) in the place of this machine's. `None` where it
    /// holds no such thing.
    pub fn with_docker_config(&self, json: &[u8]) -> Option<Registry> {
        let given = credentials::parse(json)?;
        // A client keeps the first credentials that it was given for a registry: this is another.
        Some(Registry { given: Some(Arc::new(given)), ..Registry::new((*self.settings).clone()) })
    }

    /// Whether this machine has credentials for the registry of a reference. What cannot be used is none.
    pub async fn has_credentials(&self, reference: &str) -> bool {
        let Ok(image) = Reference::try_from(reference) else { return false };
        matches!(self.credentials(&image).await, Ok(auth) if !matches!(auth, RegistryAuth::Anonymous))
    }

    async fn credentials(&self, image: &Reference) -> Result<RegistryAuth, String> {
        match &self.given {
            Some(given) => credentials::among(given, image.resolve_registry()).await,
            None => credentials::of(self.settings.docker_config.as_deref(), image.resolve_registry()).await,
        }
    }

    /// What `reference` names now.
    ///
    /// # Errors
    /// Why it cannot be told, in a form that makes a diagnostic.
    pub async fn resolve(&self, reference: &str) -> Result<Resolved, Failure> {
        self.ask(reference, resolve).await
    }

    /// [`Registry::resolve`] for each of `references`, side by side.
    pub async fn resolve_all(&self, references: Vec<String>) -> BTreeMap<String, Result<Resolved, Failure>> {
        self.all(references, |registry, reference| async move { registry.resolve(&reference).await }).await
    }

    /// [`Registry::head`] for each of `references`, side by side.
    pub async fn head_all(&self, references: Vec<String>) -> BTreeMap<String, Result<Option<String>, Failure>> {
        self.all(references, |registry, reference| async move { registry.head(&reference).await }).await
    }

    /// [`Registry::annotations`] for each of `references`, side by side.
    pub async fn annotations_all(&self, references: Vec<String>) -> BTreeMap<String, Result<Option<Annotations>, Failure>> {
        self.all(references, |registry, reference| async move { registry.annotations(&reference).await }).await
    }

    /// The digest of what `reference` names, by one HEAD; `None` where nothing is there.
    ///
    /// # Errors
    /// Where the registry does not say: then nothing is proven.
    pub async fn head(&self, reference: &str) -> Result<Option<String>, Failure> {
        present(self.ask(reference, head).await)
    }

    /// The annotations of what `reference` names, as a build left them; `None` where nothing is there.
    ///
    /// # Errors
    /// Where the registry does not say.
    pub async fn annotations(&self, reference: &str) -> Result<Option<Annotations>, Failure> {
        present(self.ask(reference, annotations).await)
    }

    async fn all<T, Answered>(
        &self,
        references: Vec<String>,
        question: impl Fn(Registry, String) -> Answered,
    ) -> BTreeMap<String, T>
    where
        T: Send + 'static,
        Answered: Future<Output = T> + Send + 'static,
    {
        let mut tasks = JoinSet::new();
        for reference in references {
            let answered = question(self.clone(), reference.clone());
            tasks.spawn(async move { (reference, answered.await) });
        }
        tasks.join_all().await.into_iter().collect()
    }

    /// One question about one reference: with credentials, in turn, in time, and again where that can help.
    async fn ask<T, Answered>(
        &self,
        reference: &str,
        question: impl Fn(Client, Reference, RegistryAuth) -> Answered,
    ) -> Result<T, Failure>
    where
        Answered: Future<Output = Result<T, Answer>>,
    {
        let failed = |answer: Answer| Failure::new(reference, answer);
        let image = Reference::try_from(reference).map_err(|error| failed(Answer::malformed(&error)))?;
        let answered = tokio::time::timeout(self.settings.deadline, async {
            let _permit = self.permits.acquire().await.map_err(|_| Answer::unexpected("no more questions are taken"))?;
            let auth = self.credentials(&image).await.map_err(Answer::credentials)?;
            retry::retry(self.settings.pause, || question(self.client.clone(), image.clone(), auth.clone())).await
        });
        match answered.await {
            Ok(answered) => answered.map_err(failed),
            Err(_) => Err(failed(Answer::late(self.settings.deadline))),
        }
    }
}

async fn resolve(client: Client, image: Reference, auth: RegistryAuth) -> Result<Resolved, Answer> {
    let (manifest, digest) = read_manifest(&client, &image, &auth).await?;
    let manifest = match manifest.of_platform("linux", "amd64") {
        Some(entry) => read_manifest(&client, &image.clone_with_digest(entry), &auth).await?.0,
        None => manifest,
    };
    let mut config = Vec::new();
    let blob = manifest.config().ok_or_else(|| Answer::unexpected("it is no image that can run"))?;
    client.pull_blob(&image, &blob, &mut config).await?;
    Ok(Resolved { digest, user: answer::user(&config)? })
}

async fn head(client: Client, image: Reference, auth: RegistryAuth) -> Result<String, Answer> {
    Ok(client.fetch_manifest_digest(&image, &auth).await?)
}

async fn annotations(client: Client, image: Reference, auth: RegistryAuth) -> Result<Annotations, Answer> {
    Ok(read_manifest(&client, &image, &auth).await?.0.annotations())
}

async fn read_manifest(client: &Client, image: &Reference, auth: &RegistryAuth) -> Result<(Manifest, String), Answer> {
    let (bytes, digest) = client.pull_manifest_raw(image, auth, MANIFESTS).await?;
    Ok((Manifest::parse(&bytes)?, digest))
}

fn present<T>(found: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(failure) if failure.kind == FailureKind::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}
