//! Credentials for registries, from docker's own configuration: `auths`, `credHelpers` and `credsStore` of its `config.json`.
//!
//! Nothing is ever written there, and no type that holds a secret can be printed.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oci_client::secrets::RegistryAuth;
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// A helper may ask its user; then this is how long it may take.
const HELPER_TIME: Duration = Duration::from_secs(30);

/// What docker calls its own registry in its configuration, and what that registry's host is.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";
const DOCKER_HUB: &str = "index.docker.io";

/// A user name that stands for no user: docker's helpers give it with an identity token; registries that take such a token as a
/// password (Azure's) want the other.
const TOKEN_USER: &str = "<token>";
const NO_USER: &str = "00000000-0000-0000-0000-000000000000";

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub struct Configuration {
    auths: BTreeMap<String, Entry>,
    cred_helpers: BTreeMap<String, String>,
    creds_store: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    auth: String,
    username: String,
    password: String,
    identitytoken: String,
    registrytoken: String,
}

#[derive(Deserialize)]
struct Helped {
    #[serde(rename = "Username")]
    username: String,
    #[serde(rename = "Secret")]
    secret: String,
}

/// The credentials that docker would use for `registry` (`index.docker.io`, `registry:5000`), by the configuration in `folder`.
///
/// # Errors
/// A sentence about a configuration or a helper that cannot be used; it never holds what either contains.
pub async fn of(folder: Option<&Path>, registry: &str) -> Result<RegistryAuth, String> {
    match folder.map(read).transpose()?.flatten() {
        Some(configuration) => among(&configuration, registry).await,
        None => Ok(RegistryAuth::Anonymous),
    }
}

/// Docker's configuration, or the `.dockerconfigjson` of a Secret; `None` where it is neither. Helpers are programs of the machine
/// that it was written on, and stay out.
pub fn parse(json: &[u8]) -> Option<Configuration> {
    let configuration: Configuration = serde_json::from_slice(json).ok()?;
    Some(Configuration { auths: configuration.auths, ..Configuration::default() })
}

/// The credentials for `registry` by a configuration that was read.
///
/// # Errors
/// As [`of`].
pub async fn among(configuration: &Configuration, registry: &str) -> Result<RegistryAuth, String> {
    let helper = configuration.cred_helpers.iter().find(|(key, _)| host(key) == registry).map(|(_, helper)| helper);
    if let Some(helper) = helper.or(configuration.creds_store.as_ref())
        && let Some(found) = ask_helper(helper, registry).await?
    {
        return Ok(found);
    }
    let entry = configuration.auths.iter().find(|(key, _)| host(key) == registry);
    entry.map_or(Ok(RegistryAuth::Anonymous), |(_, entry)| of_entry(entry, registry))
}

fn read(folder: &Path) -> Result<Option<Configuration>, String> {
    let path = folder.join("config.json");
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("`{}` cannot be read: {error}", path.display())),
    };
    // The parser's own message may quote what it read.
    serde_json::from_slice(&bytes).map(Some).map_err(|_| format!("`{}` is not docker's configuration", path.display()))
}

/// The registry's host in a key: keys are hosts, or URLs in the style of docker's first registries.
fn host(key: &str) -> &str {
    let rest = key.trim_start_matches("https://").trim_start_matches("http://");
    match rest.split('/').next().unwrap_or(rest) {
        "docker.io" | "registry-1.docker.io" => DOCKER_HUB,
        host => host,
    }
}

fn of_entry(entry: &Entry, registry: &str) -> Result<RegistryAuth, String> {
    if !entry.registrytoken.is_empty() {
        return Ok(RegistryAuth::Bearer(entry.registrytoken.clone()));
    }
    if !entry.identitytoken.is_empty() {
        return Ok(RegistryAuth::Basic(NO_USER.to_string(), entry.identitytoken.clone()));
    }
    if entry.auth.is_empty() {
        return Ok(match entry.username.as_str() {
            "" => RegistryAuth::Anonymous,
            username => RegistryAuth::Basic(username.to_string(), entry.password.clone()),
        });
    }
    let decoded = STANDARD.decode(entry.auth.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = decoded.as_deref().and_then(|text| text.trim_end_matches('\0').split_once(':'));
    let (username, password) = pair.ok_or_else(|| format!("docker's entry for `{registry}` is no user and password"))?;
    Ok(RegistryAuth::Basic(username.to_string(), password.to_string()))
}

/// What `docker-credential-<helper> get` says; `None` where it knows nothing of this registry.
async fn ask_helper(helper: &str, registry: &str) -> Result<Option<RegistryAuth>, String> {
    let name = format!("docker-credential-{helper}");
    let failed = |why: &str| format!("the credential helper `{name}` {why}");
    if helper.contains(['/', '\\']) {
        return Err(failed("is not named by a plain name"));
    }
    let mut command = Command::new(&name);
    command.arg("get").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| failed(&format!("cannot be run: {error}")))?;
    let key = if registry == DOCKER_HUB { DOCKER_HUB_KEY } else { registry };
    if let Some(mut input) = child.stdin.take() {
        // A helper that does not read its input has decided already.
        let _ = input.write_all(format!("{key}\n").as_bytes()).await;
    }
    let output = tokio::time::timeout(HELPER_TIME, child.wait_with_output()).await;
    let output = output.map_err(|_| failed("did not answer"))?.map_err(|error| failed(&error.to_string()))?;
    if !output.status.success() {
        return match String::from_utf8_lossy(&output.stdout).contains("credentials not found") {
            true => Ok(None),
            false => Err(failed("failed")),
        };
    }
    let helped: Helped = serde_json::from_slice(&output.stdout).map_err(|_| failed("gave an answer that is none"))?;
    let username = if helped.username == TOKEN_USER { NO_USER.to_string() } else { helped.username };
    Ok(Some(RegistryAuth::Basic(username, helped.secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(configuration: &str, registry: &str) -> Result<RegistryAuth, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.json"), configuration).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(of(Some(folder.path()), registry))
    }

    fn basic(username: &str, password: &str) -> RegistryAuth {
        RegistryAuth::Basic(username.to_string(), password.to_string())
    }

    #[test]
    fn an_entry_is_found_by_its_host() {
        let configuration = format!(
            r#"{{"auths": {{"https://index.docker.io/v1/": {{"auth": "{}"}}, "registry:5000": {{"username": "c", "password": "d"}}}}}}"#,
            STANDARD.encode("a:b:c")
        );
        assert_eq!(found(&configuration, "index.docker.io"), Ok(basic("a", "b:c")));
        assert_eq!(found(&configuration, "registry:5000"), Ok(basic("c", "d")));
        assert_eq!(found(&configuration, "registry:5001"), Ok(RegistryAuth::Anonymous));
    }

    #[test]
    fn tokens_are_taken_as_their_registries_want_them() {
        let configuration = r#"{"auths": {"a": {"identitytoken": "i"}, "b": {"registrytoken": "r"}, "c": {}}}"#;
        assert_eq!(found(configuration, "a"), Ok(basic(NO_USER, "i")));
        assert_eq!(found(configuration, "b"), Ok(RegistryAuth::Bearer("r".to_string())));
        assert_eq!(found(configuration, "c"), Ok(RegistryAuth::Anonymous));
    }

    #[test]
    fn what_cannot_be_read_is_said_without_its_content() {
        let refused = found(r#"{"auths": {"a": {"auth": "secret"#, "a").unwrap_err();
        assert!(refused.contains("config.json") && !refused.contains("secret"), "{refused}");
        let refused = found(r#"{"auths": {"a": {"auth": "c2VjcmV0"}}}"#, "a").unwrap_err();
        assert!(!refused.contains("c2VjcmV0") && !refused.contains("secret"), "{refused}");
    }

    #[test]
    fn a_helper_that_is_not_there_is_named() {
        let refused = found(r#"{"credHelpers": {"a": "of-nobody"}}"#, "a").unwrap_err();
        assert!(refused.contains("`docker-credential-of-nobody`"), "{refused}");
        assert!(found(r#"{"credsStore": "../x"}"#, "a").is_err());
    }

    #[test]
    fn without_a_configuration_there_are_none() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(of(None, "a")), Ok(RegistryAuth::Anonymous));
        assert_eq!(runtime.block_on(of(Some(Path::new("/nowhere")), "a")), Ok(RegistryAuth::Anonymous));
    }
}
