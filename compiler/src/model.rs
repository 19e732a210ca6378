//! What evaluation yields and the plan is made of: images and environments as checked, typed data.
//!
//! Every field is final: defaults are filled in, names are valid Kubernetes names, references are well formed. Fields that
//! reasons and errors point at carry the [`Place`] they were typed at.

use std::fmt;

use serde::Deserialize;
use smol_str::SmolStr;

use crate::text::Place;

/// A value and the place of the expression that made it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sourced<T> {
    pub value: T,
    pub place: Place,
}

/// Memory or storage, as an exact number of bytes and the family of units it was written in.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Bytes {
    pub amount: u64,
    /// True for `KiB … PiB`: reaches Kubernetes as `Ki … Pi`.
    pub binary: bool,
}

impl PartialEq for Bytes {
    /// Equal amounts are equal, however they were written.
    fn eq(&self, other: &Bytes) -> bool {
        self.amount == other.amount
    }
}

impl Bytes {
    /// As a Kubernetes quantity: the largest unit of its family that divides it (`4G`, `512Mi`, `1500M`).
    pub fn quantity(self) -> String {
        let (base, units): (u64, [&str; 5]) =
            if self.binary { (1024, ["Ki", "Mi", "Gi", "Ti", "Pi"]) } else { (1000, ["k", "M", "G", "T", "P"]) };
        let (mut amount, mut unit) = (self.amount, "");
        for next in units {
            if amount == 0 || !amount.is_multiple_of(base) {
                break;
            }
            (amount, unit) = (amount / base, next);
        }
        format!("{amount}{unit}")
    }
}

/// Processors, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpu(pub u64);

impl Cpu {
    /// As a Kubernetes quantity: `2`, `500m`.
    pub fn quantity(self) -> String {
        if self.0.is_multiple_of(1000) { format!("{}", self.0 / 1000) } else { format!("{}m", self.0) }
    }
}

/// A key of a Kubernetes Secret, by name; its value is never known here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
pub struct SecretKey {
    pub name: SmolStr,
    pub key: SmolStr,
}

/// The package that declares something: where its contexts are cloned from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The clone URL (`https://github.com/acme/team-a`), empty for a root package without a remote.
    pub url: SmolStr,
    /// 40 hex digits, empty where nothing is committed yet.
    pub commit: SmolStr,
    /// The branch, tag or commit the commit was reached by, if any: what the moving tags are named after.
    pub branch: Option<SmolStr>,
    /// The folder that holds `.coder/`, relative to the repository's root; empty for the root.
    pub folder: SmolStr,
}

/// An image to be built from a template: one instance of an `image` declaration.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Image {
    /// Its address in the plan, aliases included: `kaniko.image.f0ssel-dev`.
    pub address: String,
    /// The declaration's name: `f0ssel-dev`.
    pub name: SmolStr,
    pub origin: Origin,
    /// Relative to the repository's root, without `./` and a trailing `/`; empty for the root itself.
    pub context: Sourced<SmolStr>,
    /// Relative to the context.
    pub dockerfile: Sourced<SmolStr>,
    /// A registry path without a tag, as written (`f0ssel/dev`, `registry.acme.dev/x`).
    pub repository: Sourced<SmolStr>,
    /// The name of a registry secret.
    pub credentials: Option<SmolStr>,
    pub target: Option<Sourced<SmolStr>>,
    /// Sorted by name.
    pub args: Vec<(SmolStr, Sourced<SmolStr>)>,
    /// `linux/amd64`, …; at least one.
    pub platforms: Vec<SmolStr>,
    pub tags: Vec<SmolStr>,
    /// Build secrets by id, sorted.
    pub secrets: Vec<(SmolStr, SecretKey)>,
    pub cache: bool,
    /// Sorted by name.
    pub labels: Vec<(SmolStr, SmolStr)>,
    /// The declaration's name as typed.
    pub place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    Kubernetes,
    Podman,
}

/// One instance of an `environment` declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Environment {
    /// Its address: `environment.team-a`, `environment.dev["ana"]`, `environment.dev(user=ana)`.
    pub address: String,
    /// Its name in the cluster: `team-a`, `dev-ana`.
    pub name: SmolStr,
    /// The declaration's name: `dev`.
    pub declaration: SmolStr,
    pub origin: Origin,
    pub provider: Provider,
    pub namespace: Option<SmolStr>,
    pub replicas: u32,
    /// In the order of the source. Exactly one is primary.
    pub containers: Vec<Container>,
    pub inits: Vec<Container>,
    pub volumes: Vec<Volume>,
    pub service_account: Option<SmolStr>,
    /// In the order of the source, as the maps below.
    pub labels: Vec<(SmolStr, SmolStr)>,
    pub annotations: Vec<(SmolStr, SmolStr)>,
    pub node_selector: Vec<(SmolStr, SmolStr)>,
    pub tolerations: Vec<Toleration>,
    /// Time to live, in seconds.
    pub ttl: Option<u64>,
    /// What is merged into the Deployment, as a strategic merge patch.
    pub patch: Option<Sourced<serde_json::Value>>,
    /// The declaration's name as typed.
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Container {
    pub name: SmolStr,
    pub image: ContainerImage,
    pub primary: bool,
    /// The name of a pull secret.
    pub credentials: Option<SmolStr>,
    pub cpu: Option<Cpu>,
    pub memory: Option<Bytes>,
    /// From `requests { … }`; where absent, requests are the limits.
    pub requests_cpu: Option<Cpu>,
    pub requests_memory: Option<Bytes>,
    /// In the order of the source.
    pub env: Vec<(SmolStr, EnvValue)>,
    pub ports: Vec<Port>,
    pub mounts: Vec<Mount>,
    pub command: Vec<SmolStr>,
    pub args: Vec<SmolStr>,
    pub workdir: Option<SmolStr>,
    pub user: Option<i64>,
    pub health: Option<Health>,
    /// Dockerfile instructions, each with its place.
    pub personalize: Vec<Sourced<SmolStr>>,
    /// Where its personalised image goes, when not the image's own.
    pub repository: Option<SmolStr>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ContainerImage {
    Template(std::sync::Arc<Image>),
    /// An image reference as written: `postgres`, `debian@sha256:…`.
    Reference(Sourced<SmolStr>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvValue {
    Text(SmolStr),
    Secret(SecretKey),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    pub name: SmolStr,
    pub number: u16,
    /// `TCP` or `UDP`.
    pub protocol: SmolStr,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// The volume's name, or a name of its own for a mounted secret.
    pub name: SmolStr,
    pub path: SmolStr,
    pub secret: Option<SecretKey>,
    pub read_only: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    pub name: SmolStr,
    /// With a size it is a claim, without one an empty dir.
    pub size: Option<Bytes>,
    pub class: Option<SmolStr>,
    pub place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toleration {
    pub key: Option<SmolStr>,
    pub operator: Option<SmolStr>,
    pub value: Option<SmolStr>,
    pub effect: Option<SmolStr>,
    pub seconds: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub probe: Probe,
    /// In seconds, as the two below.
    pub delay: Option<u64>,
    pub period: Option<u64>,
    pub timeout: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    Command(Vec<SmolStr>),
    Http { port: ProbePort, path: SmolStr },
    Tcp { port: ProbePort },
}

/// A probe's port: a number, or the name of a declared port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbePort {
    Number(u16),
    Name(SmolStr),
}

/// `project { … }` with its defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    /// The registry that a `repository` without a host belongs to; `docker.io` by default.
    pub registry: Option<SmolStr>,
    pub namespace: Option<SmolStr>,
    /// Where personalised images of plain references go.
    pub repository: Option<SmolStr>,
    /// The cache repository.
    pub cache: Option<SmolStr>,
    pub bases: Bases,
    /// Files and folders copied to `/tmp/coder`, relative to the folder that holds `.coder/`, with their places.
    pub assets: Vec<Sourced<SmolStr>>,
    pub builder: BuilderSettings,
    pub limits: Limits,
    pub place: Option<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Bases {
    #[default]
    Pin,
    Track,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuilderSettings {
    /// kaniko's executor, by digest where it is the default.
    pub image: SmolStr,
    pub git_image: SmolStr,
    pub mode: Mode,
    pub cpu: Option<Cpu>,
    pub memory: Option<Bytes>,
    /// A build's deadline, in seconds.
    pub timeout: Option<u64>,
    /// Registries reached over http.
    pub insecure: Vec<SmolStr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Mode {
    #[default]
    Layered,
    Inline,
}

#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Limits {
    pub cpu: Option<Cpu>,
    pub memory: Option<Bytes>,
    pub environments: Option<u32>,
}

/// The builder of a project that names none, as public repositories pin it.
pub const DEFAULT_BUILDER: &str =
    "ghcr.io/osscontainertools/kaniko:v1.28.3@sha256:779f463aaa3219151ceff518249aa043a60bcb09a17fab58b915f63c678ecde6";
/// The image of the init container that fetches a context.
pub const DEFAULT_GIT_IMAGE: &str =
    "docker.io/alpine/git:v2.52.0@sha256:d453f54c83320412aa89c391b076930bd8569bc1012285e8c68ce2d4435826a3";

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Provider::Kubernetes => "kubernetes",
            Provider::Podman => "podman",
        })
    }
}

/// What keeps a name from being a Kubernetes name (a DNS label: lower case letters, digits and dashes, at most 63).
pub fn name_problem(name: &str) -> Option<&'static str> {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if name.is_empty() {
        Some("it is empty")
    } else if name.len() > 63 {
        Some("it is longer than 63 characters")
    } else if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Some("it has upper case letters")
    } else if !name.bytes().all(|byte| alphanumeric(byte) || byte == b'-') {
        Some("it has characters other than letters, digits and `-`")
    } else if !name.bytes().next().is_some_and(alphanumeric) || !name.bytes().last().is_some_and(alphanumeric) {
        Some("it starts or ends with `-`")
    } else {
        None
    }
}

/// What keeps a text from naming an object that may have dots in its name (a Secret, a service account, a storage class): at most
/// 253 characters, names between the dots. RFC 1123.
pub fn object_name_problem(name: &str) -> Option<&'static str> {
    if name.len() > 253 {
        return Some("it is longer than 253 characters");
    }
    name.split('.').find_map(name_problem)
}
