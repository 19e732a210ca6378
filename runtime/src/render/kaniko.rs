//! kaniko's two containers: the one that builds, without any right to push, and the one that pushes what was built.
//!
//! A `RUN` line is somebody's code and can read whatever its container can. The flags are those of
//! osscontainertools/kaniko 1.28; an unknown one is fatal to kaniko, so another dialect is another builder profile.

use compiler::model::{Bytes, Cpu};
use compiler::plan::action::Build;
use k8s_openapi::api::core::v1::{Capabilities, Container, EnvVar, ResourceRequirements, SecurityContext, VolumeMount};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::config_map;
use super::job::literal;
use super::source::{CONTEXT, CONTEXT_FOLDER};

/// Annotations of a built image's manifest. Labels would do harm here: they are part of the configuration that images built
/// `FROM` this one start with, and a new value would miss every cached layer of theirs.
pub const ANNOTATION_BUILD_ID: &str = "dev.coderc.build-id";
/// What decided the build ID, see `compiler::plan::record`.
pub const ANNOTATION_INPUTS: &str = compiler::plan::record::ANNOTATION;
pub const ANNOTATION_REVISION: &str = "org.opencontainers.image.revision";
pub const ANNOTATION_SOURCE: &str = "org.opencontainers.image.source";

/// Volumes, by name.
pub const DOCKERFILE: &str = "dockerfile";
pub const OUT: &str = "out";
pub const PUSH: &str = "push-credentials";
pub const PULL: &str = "pull-credentials";

const DOCKERFILE_FOLDER: &str = "/kaniko/coder";
const OUT_FOLDER: &str = "/kaniko/out";
const DOCKER_CONFIG: &str = "/kaniko/.docker";
const SECRETS_FOLDER: &str = "/kaniko/build-secrets";

/// What unpacking an image's layers and running its `RUN` lines as root needs, and nothing more.
const CAPABILITIES: [&str; 7] = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETFCAP", "SETGID", "SETUID"];

/// A container that fails without a message of its own shows the end of its log.
pub const LAST_LINES: &str = "FallbackToLogsOnError";

/// The Secret that may give a build read access to private bases. It is another than the one that pushes, because `RUN` lines
/// can read it; where it does not exist, bases are pulled without credentials.
pub fn pull_secret(credentials: &str) -> String {
    format!("{credentials}-pull")
}

pub fn secret_volume(index: usize) -> String {
    format!("build-secret-{index}")
}

pub fn build_container(build: &Build) -> Container {
    let mut mounts =
        vec![mount(CONTEXT, CONTEXT_FOLDER, false), mount(OUT, OUT_FOLDER, false), mount(DOCKERFILE, DOCKERFILE_FOLDER, true)];
    if build.credentials.is_some() {
        mounts.push(mount(PULL, DOCKER_CONFIG, true));
    }
    for index in 0..build.secrets.len() {
        mounts.push(mount(&secret_volume(index), &format!("{SECRETS_FOLDER}/{index}"), true));
    }
    Container {
        name: "build".to_string(),
        image: Some(build.builder.to_string()),
        args: Some(build_flags(build).iter().map(|flag| literal(flag)).collect()),
        env: Some([docker_config()].into_iter().chain(feature_flags(build)).collect()),
        volume_mounts: Some(mounts),
        resources: Some(resources(build)),
        security_context: Some(SecurityContext {
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_string()]),
                add: Some(CAPABILITIES.map(String::from).into()),
            }),
            // `RUN sudo …` must work as in docker, so a program may have more rights than its parent: at most those above.
            allow_privilege_escalation: None,
            ..unprivileged()
        }),
        termination_message_policy: Some(LAST_LINES.to_string()),
        ..Container::default()
    }
}

pub fn push_container(build: &Build) -> Container {
    let mut flags = vec!["push".to_string(), format!("--destination={}", build.destination), "--push-retry=3".to_string()];
    flags.extend(insecure(build));
    flags.push(OUT_FOLDER.to_string());
    let mut mounts = vec![mount(OUT, OUT_FOLDER, true)];
    if build.credentials.is_some() {
        mounts.push(mount(PUSH, DOCKER_CONFIG, true));
    }
    Container {
        name: "push".to_string(),
        image: Some(build.builder.to_string()),
        args: Some(flags.iter().map(|flag| literal(flag)).collect()),
        env: Some(vec![docker_config()]),
        volume_mounts: Some(mounts),
        resources: Some(small()),
        security_context: Some(unprivileged()),
        termination_message_policy: Some(LAST_LINES.to_string()),
        ..Container::default()
    }
}

/// Root, and nothing else that is special.
pub fn unprivileged() -> SecurityContext {
    SecurityContext {
        run_as_user: Some(0),
        run_as_group: Some(0),
        privileged: Some(false),
        allow_privilege_escalation: Some(false),
        capabilities: Some(Capabilities { drop: Some(vec!["ALL".to_string()]), add: None }),
        ..SecurityContext::default()
    }
}

/// For containers that move files.
pub fn small() -> ResourceRequirements {
    amounts(("100m", "128Mi"), ("1", "1Gi"))
}

pub fn mount(volume: &str, folder: &str, read_only: bool) -> VolumeMount {
    VolumeMount {
        name: volume.to_string(),
        mount_path: folder.to_string(),
        read_only: read_only.then_some(true),
        ..VolumeMount::default()
    }
}

fn build_flags(build: &Build) -> Vec<String> {
    let path = &build.context.path;
    let separator = if path.is_empty() { "" } else { "/" };
    let mut flags = vec![
        format!("--context=dir://{CONTEXT_FOLDER}{separator}{path}"),
        format!("--dockerfile={DOCKERFILE_FOLDER}/{}", config_map::DOCKERFILE),
        format!("--custom-platform={}", build.platform),
        "--no-push".to_string(),
        format!("--oci-layout-path={OUT_FOLDER}"),
        "--digest-file=/dev/termination-log".to_string(),
        "--image-download-retry=3".to_string(),
        "--image-fs-extract-retry=3".to_string(),
        "--log-format=text".to_string(),
    ];
    flags.extend(build.flags.iter().filter(|flag| flag.starts_with("--")).map(ToString::to_string));
    flags.extend(build.target.iter().map(|target| format!("--target={target}")));
    flags.extend(build.args.iter().map(|(name, value)| format!("--build-arg={name}={value}")));
    flags.extend(build.labels.iter().map(|(name, value)| format!("--label={name}={value}")));
    flags.extend(annotations(build).map(|(name, value)| format!("--annotation={name}={value}")));
    for (index, (id, secret)) in build.secrets.iter().enumerate() {
        flags.push(format!("--secret=id={id},type=file,src={SECRETS_FOLDER}/{index}/{}", secret.key));
    }
    // Without the right to push to the cache, layers are read from it and not added: no reason to fail.
    if let (true, Some(repository)) = (build.cache, &build.cache_repository) {
        flags.extend(["--cache=true".to_string(), format!("--cache-repo={repository}")]);
        flags.extend(["--skip-push-permission-check", "--compressed-caching=false"].map(String::from));
    }
    flags.extend(insecure(build));
    flags
}

/// The flags that kaniko reads from its environment. No step of the Dockerfile sees them.
fn feature_flags(build: &Build) -> impl Iterator<Item = EnvVar> {
    let pairs = build.flags.iter().filter(|flag| !flag.starts_with("--")).filter_map(|flag| flag.split_once('='));
    pairs.map(|(name, value)| EnvVar { name: name.to_string(), value: Some(value.to_string()), value_from: None })
}

/// What the manifest of an image says of its build, whoever builds it.
pub fn annotations(build: &Build) -> impl Iterator<Item = (&'static str, String)> {
    let all = [
        (ANNOTATION_BUILD_ID, build.id.clone()),
        (ANNOTATION_INPUTS, build.record.clone()),
        (ANNOTATION_REVISION, build.context.commit.to_string()),
        (ANNOTATION_SOURCE, build.context.url.to_string()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty())
}

fn insecure(build: &Build) -> impl Iterator<Item = String> {
    build.insecure.iter().map(|registry| format!("--insecure-registry={registry}"))
}

fn docker_config() -> EnvVar {
    EnvVar { name: "DOCKER_CONFIG".to_string(), value: Some(DOCKER_CONFIG.to_string()), value_from: None }
}

/// What the project asks for, both as request and as limit; else what most builds manage with, on small nodes too.
fn resources(build: &Build) -> ResourceRequirements {
    let (cpu, memory) = (build.cpu.map(Cpu::quantity), build.memory.map(Bytes::quantity));
    amounts(
        (cpu.as_deref().unwrap_or("500m"), memory.as_deref().unwrap_or("1Gi")),
        (cpu.as_deref().unwrap_or("4"), memory.as_deref().unwrap_or("8Gi")),
    )
}

fn amounts(requests: (&str, &str), limits: (&str, &str)) -> ResourceRequirements {
    let map = |(cpu, memory): (&str, &str)| {
        [("cpu", cpu), ("memory", memory)].map(|(name, amount)| (name.to_string(), Quantity(amount.to_string()))).into()
    };
    ResourceRequirements { requests: Some(map(requests)), limits: Some(map(limits)), claims: None }
}
