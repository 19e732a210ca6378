//! The init container that fetches a build's context, at its locked commit, into the folder that kaniko reads.
//!
//! It is the only one that can read credentials for git, and none of it stays in the folder.

use compiler::plan::action::{ASSETS, Build};
use k8s_openapi::api::core::v1::{Container, EnvVar, SecretVolumeSource, Volume, VolumeMount};

use super::job::literal;
use super::kaniko;

/// The volume that holds the checkout, and where it is mounted; a mount there is left out of an image's snapshot.
pub const CONTEXT: &str = "context";
pub const CONTEXT_FOLDER: &str = "/kaniko/buildcontext";

/// The Secret that may hold what private repositories need, and where it is mounted: `git-credentials` (lines
/// `https://user:token@host`, so that a token reaches its own host only), `ssh-key` with `known_hosts`, `ca.crt`.
const CREDENTIALS: &str = "coderc-git";
const CREDENTIALS_FOLDER: &str = "/coder/git";

/// Nothing of a template is part of this text: it comes in variables. Nor does it hold anything that Kubernetes would replace
/// in a container's arguments (a test says so), so that people read it in a plan as it is here.
const SCRIPT: &str = include_str!("fetch-source.sh");

/// Transports a repository may be reached by; `ext::` and the like run programs.
const PROTOCOLS: &str = "https:ssh:git:http";

pub fn container(build: &Build) -> Container {
    Container {
        name: "source".to_string(),
        image: Some(build.git_image.to_string()),
        command: Some(["/bin/sh", "-c"].map(String::from).into()),
        args: Some(vec![SCRIPT.to_string()]),
        env: Some(environment(build)),
        volume_mounts: Some(vec![
            kaniko::mount(CONTEXT, CONTEXT_FOLDER, false),
            VolumeMount { mount_path: CREDENTIALS_FOLDER.to_string(), ..kaniko::mount(CREDENTIALS, "", true) },
        ]),
        resources: Some(kaniko::small()),
        security_context: Some(kaniko::unprivileged()),
        termination_message_policy: Some(kaniko::LAST_LINES.to_string()),
        ..Container::default()
    }
}

pub fn credentials() -> Volume {
    let secret = SecretVolumeSource {
        secret_name: Some(CREDENTIALS.to_string()),
        default_mode: Some(0o400),
        optional: Some(true),
        items: None,
    };
    Volume { name: CREDENTIALS.to_string(), secret: Some(secret), ..Volume::default() }
}

fn environment(build: &Build) -> Vec<EnvVar> {
    let variable = |name: &str, value: &str| EnvVar { name: name.to_string(), value: Some(literal(value)), value_from: None };
    let assets = build.assets.as_ref();
    let paths: Vec<&str> = assets.iter().flat_map(|assets| &assets.paths).map(|path| path.as_str()).collect();
    vec![
        variable("GIT_ALLOW_PROTOCOL", PROTOCOLS),
        variable("ROOT", CONTEXT_FOLDER),
        variable("CREDENTIALS", CREDENTIALS_FOLDER),
        variable("URL", &build.context.url),
        variable("COMMIT", &build.context.commit),
        variable("CONTEXT", &build.context.path),
        variable("ASSETS_URL", assets.map_or("", |assets| &assets.url)),
        variable("ASSETS_COMMIT", assets.map_or("", |assets| &assets.commit)),
        variable("ASSETS_PATHS", &paths.join("\n")),
        variable("ASSETS_FOLDER", ASSETS),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubernetes_replaces_nothing_in_the_script() {
        assert!(!SCRIPT.contains("$$"));
        let looks_like_a_variable =
            |text: &str| text.split(')').next().is_some_and(|name| name.chars().all(char::is_alphanumeric));
        assert!(!SCRIPT.split("$(").skip(1).any(looks_like_a_variable));
    }
}
