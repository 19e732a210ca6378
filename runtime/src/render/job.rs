//! The kaniko Job of a build: fetch the context, build without credentials to push, push from another container.
//!
//! A Job is named after what it builds and where that goes, so a second apply finds the one that runs. It says nothing of when
//! or by whom it was asked for.

use compiler::plan::action::Build;
use k8s_openapi::api::batch::v1::{Job, JobSpec, PodFailurePolicy, PodFailurePolicyOnPodConditionsPattern, PodFailurePolicyRule};
use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EmptyDirVolumeSource, KeyToPath, PodSecurityContext, PodSpec, PodTemplateSpec, SeccompProfile,
    SecretVolumeSource, Volume,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use sha2::{Digest, Sha256};

use super::{kaniko, labels, source};

/// How long a build may take that says nothing, and how long a finished Job stays to be looked at; in seconds.
const DEADLINE: u64 = 3600;
const KEPT: i32 = 3600;

pub fn job(build: &Build, address: &str) -> Job {
    Job {
        metadata: metadata(build, address),
        spec: Some(JobSpec {
            active_deadline_seconds: Some(i64::try_from(build.timeout.unwrap_or(DEADLINE)).unwrap_or(i64::MAX)),
            // A build that failed fails again. A pod that was evicted, or whose node went, is not counted.
            backoff_limit: Some(0),
            pod_failure_policy: Some(PodFailurePolicy { rules: vec![disruption_is_no_failure()] }),
            ttl_seconds_after_finished: Some(KEPT),
            template: PodTemplateSpec {
                metadata: Some(ObjectMeta { labels: Some(labels::of_build(&build.id)), ..ObjectMeta::default() }),
                spec: Some(pod(build)),
            },
            ..JobSpec::default()
        }),
        status: None,
    }
}

/// `coderc-<what>-<where>`: the beginning of the build's id, and a hash of the whole destination.
pub fn name(build: &Build) -> String {
    let id: String = build.id.trim_start_matches("b-").chars().take(40).collect();
    format!("coderc-{id}-{}", short_hash(&build.destination))
}

/// Of the Job and of the ConfigMap beside it.
pub fn metadata(build: &Build, address: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name(build)),
        namespace: build.namespace.as_ref().map(ToString::to_string),
        labels: Some(labels::of_build(&build.id)),
        annotations: Some(
            [
                ("coderc.dev/address".to_string(), address.to_string()),
                ("coderc.dev/destination".to_string(), build.destination.clone()),
            ]
            .into(),
        ),
        ..ObjectMeta::default()
    }
}

/// Eight hex digits, for names.
pub fn short_hash(text: &str) -> String {
    Sha256::digest(text).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Text for a container's arguments or environment, where Kubernetes would replace `$(NAME)` and read `$$` as `$`.
pub fn literal(text: &str) -> String {
    text.replace('$', "$$")
}

fn pod(build: &Build) -> PodSpec {
    PodSpec {
        init_containers: Some(vec![source::container(build), kaniko::build_container(build)]),
        containers: vec![kaniko::push_container(build)],
        volumes: Some(volumes(build)),
        restart_policy: Some("Never".to_string()),
        automount_service_account_token: Some(false),
        // A build that is stopped has nothing to bring to an end.
        termination_grace_period_seconds: Some(1),
        // Names of other Services are no part of a build.
        enable_service_links: Some(false),
        // kaniko emulates nothing: a platform is built on a node of that platform.
        node_selector: Some(platform(&build.platform)),
        security_context: Some(PodSecurityContext {
            seccomp_profile: Some(SeccompProfile { type_: "RuntimeDefault".to_string(), localhost_profile: None }),
            ..PodSecurityContext::default()
        }),
        ..PodSpec::default()
    }
}

fn volumes(build: &Build) -> Vec<Volume> {
    let empty =
        |name: &str| Volume { name: name.to_string(), empty_dir: Some(EmptyDirVolumeSource::default()), ..Volume::default() };
    let dockerfile = Volume {
        name: kaniko::DOCKERFILE.to_string(),
        config_map: Some(ConfigMapVolumeSource { name: name(build), ..ConfigMapVolumeSource::default() }),
        ..Volume::default()
    };
    let mut volumes = vec![empty(source::CONTEXT), empty(kaniko::OUT), dockerfile, source::credentials()];
    if let Some(credentials) = &build.credentials {
        volumes.push(registry_secret(kaniko::PUSH, credentials, false));
        volumes.push(registry_secret(kaniko::PULL, &kaniko::pull_secret(credentials), true));
    }
    for (index, (_, secret)) in build.secrets.iter().enumerate() {
        let item = KeyToPath { key: secret.key.to_string(), path: secret.key.to_string(), mode: None };
        let source = SecretVolumeSource {
            secret_name: Some(secret.name.to_string()),
            items: Some(vec![item]),
            default_mode: Some(0o400),
            optional: None,
        };
        volumes.push(Volume { name: kaniko::secret_volume(index), secret: Some(source), ..Volume::default() });
    }
    volumes
}

/// A registry secret (`kubernetes.io/dockerconfigjson`) as docker's `config.json`.
fn registry_secret(volume: &str, secret: &str, optional: bool) -> Volume {
    let item = KeyToPath { key: ".dockerconfigjson".to_string(), path: "config.json".to_string(), mode: None };
    let source = SecretVolumeSource {
        secret_name: Some(secret.to_string()),
        items: Some(vec![item]),
        default_mode: Some(0o400),
        optional: optional.then_some(true),
    };
    Volume { name: volume.to_string(), secret: Some(source), ..Volume::default() }
}

/// `linux/arm64/v8` as the labels that every node has.
fn platform(platform: &str) -> labels::Map {
    let mut parts = platform.split('/');
    let (os, arch) = (parts.next().unwrap_or("linux"), parts.next().unwrap_or("amd64"));
    labels::pairs(&[("kubernetes.io/os", os), ("kubernetes.io/arch", arch)])
}

fn disruption_is_no_failure() -> PodFailurePolicyRule {
    let condition = PodFailurePolicyOnPodConditionsPattern { type_: "DisruptionTarget".to_string(), status: "True".to_string() };
    PodFailurePolicyRule { action: "Ignore".to_string(), on_pod_conditions: Some(vec![condition]), on_exit_codes: None }
}
