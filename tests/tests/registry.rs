//! Questions to image registries: to a real one on loopback, and to hosts that misbehave as registries do.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use libtest_mimic::{Arguments, run};
use oci_client::client::{Client, ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::manifest::{ImageIndexEntry, OciImageIndex, OciImageManifest, OciManifest, Platform};
use oci_client::secrets::RegistryAuth;
use oci_client::{Reference, RegistryOperation};
use runtime::registry::{FailureKind, Registry, Resolved, Settings};
use tests::parts::{self, trial};
use tests::sandbox::Sandbox;

/// A credential helper, which docker and we find on the path.
const HELPER: &str = "of-this-test";

fn main() -> ExitCode {
    if !helper_is_on_the_path() {
        return again_with_the_helper();
    }
    let real = parts::Registry::missing;
    let trials = vec![
        trial("a_tag_resolves_to_its_digest_and_user", real(), a_tag_resolves_to_its_digest_and_user),
        trial("an_index_is_pinned_whole", real(), an_index_is_pinned_whole),
        trial("what_is_not_there_is_absent", real(), what_is_not_there_is_absent),
        trial("annotations_of_a_build_are_read_back", real(), annotations_of_a_build_are_read_back),
        trial("tags_are_moved_listed_and_deleted", real(), tags_are_moved_listed_and_deleted),
        trial("a_registry_secret_opens_what_this_machine_cannot", real(), a_registry_secret_opens_what_this_machine_cannot),
        trial("many_references_at_once", real(), many_references_at_once),
        trial("dockers_credentials_open_a_private_registry", real(), dockers_credentials_open_a_private_registry),
        trial("http_is_spoken_only_to_registries_named_insecure", real(), http_is_spoken_only_to_registries_named_insecure),
        trial("a_pinned_digest_moves_only_by_an_update", real(), a_pinned_digest_moves_only_by_an_update),
        trial("a_tracked_base_follows_its_tag", real(), a_tracked_base_follows_its_tag),
        trial("a_busy_registry_is_asked_again", Ok(()), a_busy_registry_is_asked_again),
        trial("a_limit_that_stays_is_said", Ok(()), a_limit_that_stays_is_said),
        trial("a_host_that_is_no_registry", Ok(()), a_host_that_is_no_registry),
        trial("a_host_that_is_not_there", Ok(()), a_host_that_is_not_there),
        trial("a_host_that_says_nothing", Ok(()), a_host_that_says_nothing),
    ];
    run(&Arguments::from_args(), trials).exit_code()
}

fn a_tag_resolves_to_its_digest_and_user() {
    let server = parts::Registry::start();
    let digest = block(push(&server.host(), "acme/base", "1", "1000", &[]));
    let registry = registry(&server.host());
    let expected = Resolved { digest: digest.clone(), user: "1000".to_string() };
    assert_eq!(block(registry.resolve(&format!("{}/acme/base:1", server.host()))), Ok(expected.clone()));
    assert_eq!(block(registry.resolve(&format!("{}/acme/base@{digest}", server.host()))), Ok(expected));
}

/// A package whose one container runs `acme/base:1` of a registry.
fn team(sandbox: &Sandbox, host: &str, bases: &str) -> PathBuf {
    let project = format!("project {{ bases = \"{bases}\", builder {{ insecure = [\"{host}\"] }} }}\n");
    let text = format!("{project}environment team {{ container env {{ image = \"{host}/acme/base:1\" }} }}\n");
    sandbox.repository("example.com/acme/team", &BTreeMap::from([(".coder/a.coder".to_owned(), text)]))
}

/// The output of `coderc`, which must end with `code`.
fn coderc(sandbox: &Sandbox, tree: &Path, code: i32, arguments: &[&str]) -> String {
    let output = sandbox.coderc(tree, arguments);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn lock_of(tree: &Path) -> String {
    std::fs::read_to_string(tree.join(".coder/coder.lock")).unwrap()
}

fn a_pinned_digest_moves_only_by_an_update() {
    let (server, sandbox) = (parts::Registry::start(), Sandbox::new());
    let first = block(push(&server.host(), "acme/base", "1", "1000", &[]));
    let tree = team(&sandbox, &server.host(), "pin");
    assert!(coderc(&sandbox, &tree, 0, &["plan", "-f", "yaml"]).contains(&first));
    let second = block(push(&server.host(), "acme/base", "1", "2000", &[]));
    assert!(coderc(&sandbox, &tree, 0, &["plan", "-f", "yaml"]).contains(&first), "a plan moves nothing");
    let outdated = coderc(&sandbox, &tree, 2, &["outdated"]);
    assert!(outdated.contains(&first[..19]) && outdated.contains(&second[..19]), "{outdated}");
    let name = format!("{}/acme/base", server.host());
    assert!(coderc(&sandbox, &tree, 0, &["update", &name]).contains("1 moved, 0 unchanged"));
    assert!(lock_of(&tree).contains(&second) && lock_of(&tree).contains("user = \"2000\""), "{}", lock_of(&tree));
    assert!(coderc(&sandbox, &tree, 0, &["plan", "--offline", "-f", "yaml"]).contains(&second));
    assert_eq!(coderc(&sandbox, &tree, 0, &["outdated"]), "everything is up to date\n");
}

fn a_tracked_base_follows_its_tag() {
    let (server, sandbox) = (parts::Registry::start(), Sandbox::new());
    let first = block(push(&server.host(), "acme/base", "1", "1000", &[]));
    let tree = team(&sandbox, &server.host(), "track");
    assert!(coderc(&sandbox, &tree, 0, &["plan", "-f", "yaml"]).contains(&first));
    let second = block(push(&server.host(), "acme/base", "1", "2000", &[]));
    // Without the network, and where the lock may not change, the lock holds.
    assert!(coderc(&sandbox, &tree, 0, &["plan", "--offline", "-f", "yaml"]).contains(&first));
    assert!(coderc(&sandbox, &tree, 0, &["plan", "--locked", "-f", "yaml"]).contains(&first));
    assert!(lock_of(&tree).contains(&first));
    assert!(coderc(&sandbox, &tree, 0, &["plan", "-f", "yaml"]).contains(&second));
    assert!(lock_of(&tree).contains(&second) && !lock_of(&tree).contains(&first), "{}", lock_of(&tree));
    // Where the registry does not answer, nothing loses its pin in silence.
    drop(server);
    let output = sandbox.coderc(&tree, &["plan", "-f", "yaml"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("error[registry-network]") && !said.contains("unpinned"), "{said}");
    assert!(lock_of(&tree).contains(&second));
}

fn an_index_is_pinned_whole() {
    let server = parts::Registry::start();
    let entries = [("arm64", "arm"), ("amd64", "coder")].map(|(architecture, user)| {
        let digest = block(push(&server.host(), "acme/multi", architecture, user, &[]));
        let platform = format!(r#"{{"architecture": "{architecture}", "os": "linux"}}"#);
        let platform: Platform = serde_json::from_str(&platform).unwrap();
        let media_type = "application/vnd.oci.image.manifest.v1+json".to_string();
        ImageIndexEntry { media_type, digest, size: 0, platform: Some(platform), annotations: None, artifact_type: None }
    });
    let index = OciImageIndex {
        schema_version: 2,
        media_type: Some("application/vnd.oci.image.index.v1+json".to_string()),
        manifests: entries.into(),
        artifact_type: None,
        annotations: None,
    };
    let reference: Reference = format!("{}/acme/multi:1", server.host()).parse().unwrap();
    block(client(&server.host()).push_manifest(&reference, &OciManifest::ImageIndex(index))).unwrap();
    let registry = registry(&server.host());
    let resolved = block(registry.resolve(&reference.to_string())).unwrap();
    let head = block(registry.head(&reference.to_string())).unwrap();
    assert_eq!((Some(resolved.digest), resolved.user.as_str()), (head, "coder"));
}

fn what_is_not_there_is_absent() {
    let server = parts::Registry::start();
    block(push(&server.host(), "acme/base", "1", "", &[]));
    let registry = registry(&server.host());
    let absent = [format!("{}/acme/base:2", server.host()), format!("{}/acme/nothing:1", server.host())];
    for reference in &absent {
        assert_eq!(block(registry.head(reference)), Ok(None));
        assert_eq!(block(registry.annotations(reference)), Ok(None));
        let failure = block(registry.resolve(reference)).unwrap_err();
        assert_eq!((failure.kind, failure.diagnostic(None).info.name), (FailureKind::NotFound, "base-not-found"));
    }
    assert!(block(registry.head(&format!("{}/acme/base:1", server.host()))).unwrap().is_some());
    assert_eq!(block(registry.resolve("UPPER CASE")).unwrap_err().kind, FailureKind::Malformed);
}

fn annotations_of_a_build_are_read_back() {
    let server = parts::Registry::start();
    let inputs = r#"{"context":"4b825dc"}"#;
    block(push(&server.host(), "acme/base", "b-1", "", &[("dev.coderc.inputs", inputs)]));
    let found = block(registry(&server.host()).annotations(&format!("{}/acme/base:b-1", server.host()))).unwrap();
    assert_eq!(found, Some(BTreeMap::from([("dev.coderc.inputs".to_string(), inputs.to_string())])));
}

fn tags_are_moved_listed_and_deleted() {
    let server = parts::Registry::start();
    let registry = registry(&server.host());
    let repository = format!("{}/acme/base", server.host());
    assert_eq!(block(registry.tags(&repository)), Ok(Vec::new()));
    let one = block(push(&server.host(), "acme/base", "b-1", "", &[("a", "1")]));
    let two = block(push(&server.host(), "acme/base", "b-2", "", &[("a", "2")]));
    for digest in [&one, &two] {
        block(registry.tag(digest, &format!("{repository}:main"))).unwrap();
        assert_eq!(block(registry.head(&format!("{repository}:main"))), Ok(Some(digest.clone())));
    }
    let (digest, annotations) = block(registry.target(&format!("{repository}:main"))).unwrap().unwrap();
    assert_eq!((digest, annotations["a"].as_str()), (two.clone(), "2"));
    assert!(block(registry.size(&format!("{repository}:main"))).unwrap().is_some_and(|size| size > 0));
    let absent = format!("sha256:{}", "0".repeat(64));
    assert_eq!(block(registry.tag(&absent, &format!("{repository}:x"))).unwrap_err().kind, FailureKind::NotFound);
    let index = block(registry.index(&[one.clone(), two.clone()], &BTreeMap::new(), &format!("{repository}:all"))).unwrap();
    assert_eq!(block(registry.head(&format!("{repository}:all"))), Ok(Some(index)));
    assert_eq!(block(registry.resolve(&format!("{repository}:all"))).unwrap().user, "");
    assert_eq!(block(registry.tags(&repository)).unwrap(), ["all", "b-1", "b-2", "main"]);
    assert_eq!(block(registry.delete(&format!("{repository}@{two}"))), Ok(true));
    assert_eq!(block(registry.delete(&format!("{repository}@{two}"))), Ok(false));
    assert_eq!(block(registry.head(&format!("{repository}:main"))), Ok(None));
    assert_eq!(block(registry.tags(&repository)).unwrap(), ["all", "b-1"]);
}

fn a_registry_secret_opens_what_this_machine_cannot() {
    let server = parts::Registry::start_private();
    let registry = registry(&server.host());
    let reference = format!("{}/acme/base:1", server.host());
    assert!(!block(registry.has_credentials(&reference)));
    let secret = |password: &str| {
        let entry = serde_json::json!({"username": parts::Registry::USER, "password": password});
        serde_json::json!({"auths": {server.host(): entry}}).to_string().into_bytes()
    };
    let opened = registry.with_docker_config(&secret(parts::Registry::PASSWORD)).unwrap();
    assert_eq!(block(opened.head(&reference)), Ok(None));
    let absent = format!("{}/acme/base@sha256:{}", server.host(), "0".repeat(64));
    assert_eq!(block(opened.delete(&absent)), Ok(false));
    assert_eq!(block(opened.tags(&format!("{}/acme/base", server.host()))), Ok(Vec::new()));
    let wrong = registry.with_docker_config(&secret("wrong-password")).unwrap();
    for refused in [
        block(wrong.delete(&absent)).unwrap_err(),
        block(wrong.tag(&format!("sha256:{}", "0".repeat(64)), &reference)).unwrap_err(),
    ] {
        assert_eq!(refused.kind, FailureKind::Unauthorized);
        assert!(!format!("{refused:?}").contains("wrong-password"));
    }
    assert_eq!(block(registry.delete(&absent)).unwrap_err().kind, FailureKind::Unauthorized);
    assert!(registry.with_docker_config(b"no JSON").is_none());
}

fn many_references_at_once() {
    let server = parts::Registry::start();
    block(push(&server.host(), "acme/base", "1", "", &[]));
    let references: Vec<String> = (0..40).map(|number| format!("{}/acme/base:{}", server.host(), number % 2)).collect();
    let asked = registry(&server.host());
    let heads = block(asked.head_all(references.clone()));
    assert!(heads.values().filter(|head| matches!(head, Ok(Some(_)))).count() == 1 && heads.len() == 2);
    assert_eq!(block(asked.annotations_all(references.clone())).len(), 2);
    let resolved = block(asked.resolve_all(references));
    assert_eq!(resolved.len(), 2);
    assert!(resolved[&format!("{}/acme/base:1", server.host())].is_ok());
    assert!(resolved[&format!("{}/acme/base:0", server.host())].is_err());
}

fn dockers_credentials_open_a_private_registry() {
    let server = parts::Registry::start_private();
    let reference = format!("{}/acme/base:1", server.host());
    let folder = tempfile::tempdir().unwrap();
    let with = |password: &str| {
        let entry = serde_json::json!({"username": parts::Registry::USER, "password": password});
        let config = serde_json::json!({"auths": {server.host(): entry}});
        std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
        Registry::new(Settings { docker_config: Some(folder.path().to_path_buf()), ..settings(&server.host()) })
    };
    assert_eq!(block(with(parts::Registry::PASSWORD).head(&reference)), Ok(None));
    let refused = block(with("wrong-password").head(&reference)).unwrap_err();
    assert_eq!((refused.kind, refused.diagnostic(None).info.name), (FailureKind::Unauthorized, "registry-auth"));
    assert!(!format!("{refused:?} {:?}", refused.diagnostic(None)).contains("wrong-password"));
    assert_eq!(block(registry(&server.host()).head(&reference)).unwrap_err().kind, FailureKind::Unauthorized);

    let config = serde_json::json!({"credHelpers": {server.host(): HELPER}});
    std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let helped = Registry::new(Settings { docker_config: Some(folder.path().to_path_buf()), ..settings(&server.host()) });
    assert_eq!(block(helped.head(&reference)), Ok(None));
}

fn http_is_spoken_only_to_registries_named_insecure() {
    let server = parts::Registry::start();
    block(push(&server.host(), "acme/base", "1", "", &[]));
    let other = Registry::new(settings("registry:5000"));
    let failure = block(other.head(&format!("{}/acme/base:1", server.host()))).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
}

fn a_busy_registry_is_asked_again() {
    let (host, asked) = stub(|number| match number {
        0 => "429 Too Many Requests",
        1 => "503 Service Unavailable",
        _ => "404 Not Found",
    });
    assert_eq!(block(registry(&host).annotations(&format!("{host}/acme/base:1"))), Ok(None));
    assert_eq!(asked.load(Ordering::SeqCst), 3);
}

fn a_limit_that_stays_is_said() {
    let (host, asked) = stub(|_| "429 Too Many Requests");
    let failure = block(registry(&host).annotations(&format!("{host}/acme/base:1"))).unwrap_err();
    assert_eq!((failure.kind, failure.diagnostic(None).info.name), (FailureKind::RateLimited, "registry-limit"));
    assert_eq!(asked.load(Ordering::SeqCst), 5);
}

fn a_host_that_is_no_registry() {
    let (host, _) = stub(|_| "200 OK");
    let failure = block(registry(&host).resolve(&format!("{host}/acme/base:1"))).unwrap_err();
    assert_eq!((failure.kind, failure.diagnostic(None).info.name), (FailureKind::Unexpected, "registry-answer"));
}

fn a_host_that_is_not_there() {
    let host = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let failure = block(registry(&host).resolve(&format!("{host}/acme/base:1"))).unwrap_err();
    assert_eq!((failure.kind, failure.diagnostic(None).info.name), (FailureKind::Unreachable, "registry-network"));
}

fn a_host_that_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let registry = Registry::new(Settings { deadline: Duration::from_millis(300), ..settings(&host) });
    let failure = block(registry.resolve(&format!("{host}/acme/base:1"))).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unreachable);
}

fn settings(insecure: &str) -> Settings {
    let (pause, deadline) = (Duration::from_millis(1), Duration::from_secs(20));
    Settings { insecure: vec![insecure.to_string()], docker_config: None, pause, deadline }
}

fn registry(insecure: &str) -> Registry {
    Registry::new(settings(insecure))
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn client(host: &str) -> Client {
    // The first registry chooses the process's cryptography, which this client then takes.
    drop(registry(host));
    let protocol = ClientProtocol::HttpsExcept(vec![host.to_string()]);
    Client::new(ClientConfig { protocol, ..ClientConfig::default() })
}

/// Pushes an image of no layers worth the name, and gives its digest.
async fn push(host: &str, repository: &str, tag: &str, user: &str, annotations: &[(&str, &str)]) -> String {
    let client = client(host);
    let reference: Reference = format!("{host}/{repository}:{tag}").parse().unwrap();
    client.auth(&reference, &RegistryAuth::Anonymous, RegistryOperation::Push).await.unwrap();
    let layers = [ImageLayer::oci_v1(tag.as_bytes().to_vec(), None)];
    let config = serde_json::json!({"architecture": "amd64", "os": "linux", "config": {"User": user}});
    let config = Config::oci_v1(config.to_string().into_bytes(), None);
    let annotations = annotations.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let manifest = OciImageManifest::build(&layers, &config, Some(annotations));
    client.push(&reference, &layers, config, &RegistryAuth::Anonymous, Some(manifest)).await.unwrap();
    client.fetch_manifest_digest(&reference, &RegistryAuth::Anonymous).await.unwrap()
}

/// A host that answers the n-th request for a manifest with the status that `answer` gives, and how many there were.
fn stub(answer: impl Fn(usize) -> &'static str + Send + 'static) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let request = lines.next().and_then(Result::ok).unwrap_or_default();
            while lines.next().and_then(Result::ok).is_some_and(|line| !line.is_empty()) {}
            let status = match request.contains("/manifests/") {
                true => answer(count.fetch_add(1, Ordering::SeqCst)),
                false => "200 OK",
            };
            let body = "<html>";
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        }
    });
    (host, asked)
}

fn helper_is_on_the_path() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(format!("docker-credential-{HELPER}")).is_file())
}

fn again_with_the_helper() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let helper = folder.path().join(format!("docker-credential-{HELPER}"));
    let answer = serde_json::json!({"Username": parts::Registry::USER, "Secret": parts::Registry::PASSWORD});
    let script = format!("#!/bin/sh\nread host\ncase $1:$host in get:127.0.0.1:*) echo '{answer}' ;; *) exit 1 ;; esac\n");
    std::fs::write(&helper, script).unwrap();
    std::fs::set_permissions(&helper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder.path().to_path_buf()).chain(std::env::split_paths(&path));
    let mut again = Command::new(std::env::current_exe().unwrap());
    let status = again.args(std::env::args_os().skip(1)).env("PATH", std::env::join_paths(folders).unwrap()).status().unwrap();
    if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
