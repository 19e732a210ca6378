//! What a plan makes for Kubernetes, before a real API server: it takes each object in a server-side dry run, by its strict rules.
//!
//! Whether the objects then work is for a cluster with nodes.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use kube::api::{Api, DynamicObject, Patch, PatchParams, PostParams, ValidationDirective};
use kube::config::AuthInfo;
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, Config};
use libtest_mimic::{Arguments, run};
use runtime::render;
use serde_json::{Value, json};
use tests::examples;
use tests::kubernetes_types;
use tests::parts::{ApiServer, at_length, trial};
use tests::sandbox::{Sandbox, files};

fn main() -> ExitCode {
    let missing = || at_length().and_then(|()| ApiServer::missing());
    let trials = vec![
        trial("every_rendered_object_is_taken", missing(), every_rendered_object_is_taken),
        trial("every_object_of_the_examples_is_taken", missing(), every_object_of_the_examples_is_taken),
        trial("what_is_no_field_is_refused", missing(), what_is_no_field_is_refused),
        trial("a_patch_has_the_types_of_the_api", missing(), a_patch_has_the_types_of_the_api),
        trial("a_patch_is_merged_as_the_server_merges_it", missing(), a_patch_is_merged_as_the_server_merges_it),
        trial("a_patch_that_the_server_refuses_is_told_with_its_line", missing(), a_patch_that_is_refused),
    ];
    // One server at a time: each takes a processor for its first seconds.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

fn every_rendered_object_is_taken() {
    let objects = expected();
    assert!(objects.len() >= 5, "{} objects", objects.len());
    all_are_taken(&objects);
}

fn every_object_of_the_examples_is_taken() {
    let mut objects = Vec::new();
    for example in examples::all() {
        let sandbox = Sandbox::new();
        for planned in example.make(&sandbox) {
            for arguments in [&["check", "--locked", "--quiet"][..], &["plan", "--offline", "-f", "yaml"]] {
                let output = sandbox.coderc(&planned.tree, arguments);
                assert!(output.status.success(), "coderc {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
                let found: Vec<Value> = serde_saphyr::from_multiple(&String::from_utf8_lossy(&output.stdout)).unwrap();
                objects.extend(found.into_iter().map(|object| (planned.source.clone(), object)));
            }
        }
    }
    let of_kind = |kind: &str| objects.iter().filter(|(_, object)| object["kind"] == kind).count();
    assert!(of_kind("Job") > 0 && of_kind("ConfigMap") == of_kind("Job") && of_kind("Deployment") > 0);
    all_are_taken(&objects);
}

fn all_are_taken(objects: &[(PathBuf, Value)]) {
    let server = ApiServer::start();
    block(async {
        let client = connect(&server);
        let mut refused = Vec::new();
        for (file, object) in objects {
            if let Err(error) = dry_run(&client, object).await {
                refused.push(format!("{}: {} {}: {error}", file.display(), object["kind"], object["metadata"]["name"]));
            }
        }
        assert!(refused.is_empty(), "refused:\n{}", refused.join("\n"));
    });
}

fn what_is_no_field_is_refused() {
    let server = ApiServer::start();
    block(async {
        let client = connect(&server);
        let mut object = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "b"}});
        dry_run(&client, &object).await.unwrap();
        object["dada"] = json!({});
        let error = dry_run(&client, &object).await.unwrap_err();
        assert!(error.contains("dada"), "{error}");
    });
}

/// `UPDATE_EXPECT=1` writes the types anew; the lists that are merged are for the reader to change.
fn a_patch_has_the_types_of_the_api() {
    let server = ApiServer::start();
    let document: Value = block(async {
        let request = http::Request::get("/openapi/v3/apis/apps/v1").body(Vec::new()).unwrap();
        serde_json::from_str(&connect(&server).request_text(request).await.unwrap()).unwrap()
    });
    expect_test::expect_file!["../../compiler/src/prelude/kubernetes.coder"].assert_eq(&kubernetes_types::write(&document));
    let merged = kubernetes_types::merged_lists(&document);
    let known = render::patch::MERGED_LISTS.map(|(field, key)| (field.to_owned(), key.map(str::to_owned)));
    assert_eq!(merged, known.into());
}

fn a_patch_is_merged_as_the_server_merges_it() {
    let server = ApiServer::start();
    let container = |name: &str| json!({ "name": name, "image": "debian:12", "env": [{ "name": "A", "value": "1" }] });
    let object = |name: &str| {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": { "name": name, "namespace": "default", "labels": { "a": "1" }, "finalizers": ["example.org/a"] },
            "spec": {
                "selector": { "matchLabels": { "a": "1" } },
                "template": {
                    "metadata": { "labels": { "a": "1" } },
                    "spec": {
                        "automountServiceAccountToken": false,
                        "containers": [container("one"), container("two")],
                        "volumes": [{ "name": "data", "emptyDir": {} }],
                        "tolerations": [{ "key": "a", "operator": "Exists" }],
                    },
                },
            },
        })
    };
    let of_pod = |pod: Value| json!({ "spec": { "template": { "spec": pod } } });
    let patches = [
        json!({ "spec": { "minReadySeconds": 5 }, "metadata": { "labels": { "b": "2" }, "finalizers": ["example.org/b"] } }),
        of_pod(json!({ "hostNetwork": true, "automountServiceAccountToken": null, "nodeName": null })),
        of_pod(json!({ "containers": [{ "name": "two", "env": [{ "name": "B", "value": "2" }] }] })),
        of_pod(json!({ "containers": [{ "name": "one", "env": [{ "name": "A", "$patch": "delete" }] }, container("three")] })),
        of_pod(json!({ "containers": [{ "name": "one", "$patch": "delete" }] })),
        of_pod(json!({ "containers": [container("three"), { "name": "two", "tty": true }, container("five")] })),
        of_pod(json!({ "containers": [{ "name": "two", "tty": true }, { "name": "one", "tty": true }] })),
        of_pod(json!({ "containers": [{ "$patch": "replace" }, container("four")] })),
        of_pod(
            json!({ "volumes": [{ "name": "more", "emptyDir": { "medium": "Memory" } }], "tolerations": [{ "key": "b", "operator": "Exists" }] }),
        ),
        of_pod(json!({ "tolerations": null, "securityContext": { "$patch": "replace", "runAsUser": 7 } })),
    ];
    block(async {
        let client = connect(&server);
        make_namespace(&client, "default").await;
        let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("apps", "v1", "Deployment"));
        let api: Api<DynamicObject> = Api::namespaced_with(client, "default", &kind);
        let typed = |object: Value| serde_json::from_value::<DynamicObject>(object).unwrap();
        api.create(&PostParams::default(), &typed(object("there"))).await.unwrap();
        for patch in patches {
            let rules = PatchParams { dry_run: true, ..PatchParams::default() };
            let theirs = api.patch("there", &rules, &Patch::Strategic(&patch)).await.unwrap();
            let mut ours = object("new");
            render::patch::merge(&mut ours, &patch);
            let ours = api.create(&PostParams { dry_run: true, field_manager: None }, &typed(ours)).await.unwrap();
            assert_eq!(ours.data["spec"], theirs.data["spec"], "{patch}");
            assert_eq!(ours.metadata.labels, theirs.metadata.labels, "{patch}");
            assert_eq!(ours.metadata.finalizers, theirs.metadata.finalizers, "{patch}");
        }
    });
}

/// By the plan, before anything is done, and by the apply, which points at the patch.
fn a_patch_that_is_refused() {
    let server = ApiServer::start();
    block(async { make_namespace(&connect(&server), "default").await });
    let sandbox = Sandbox::new();
    let package = format!(
        "environment a {{\n  container env {{ image = \"debian@sha256:{}\" }}\n  patch {{\n    spec = {{ template = {{ spec = {{ dnsPolicy = \"None\" }} }} }}\n  }}\n}}\n",
        "3".repeat(64)
    );
    let tree = sandbox.tree("team", "https://github.com/acme/team", &files(&[(".coder/a.coder", &package)]));
    let coderc = |arguments: &[&str]| {
        let output = sandbox.coderc_command(&tree, arguments).env("CODERC_KUBECONFIG", server.kubeconfig()).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    };
    let (code, said) = coderc(&["plan"]);
    assert!(code == Some(0) && said.contains("the cluster will refuse it") && said.contains("dnsConfig"), "{said}");
    let (code, said) = coderc(&["apply"]);
    assert!(code == Some(1) && said.contains("at .coder/a.coder:3") && said.contains("dnsConfig"), "{said}");
}

/// What the renderer's own tests expect of it: every field there is, where the examples have the usual ones.
fn expected() -> Vec<(PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("runtime/src/render/expected");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let object = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        (path, object)
    };
    paths.into_iter().map(read).collect()
}

/// A server-side apply that changes nothing, by strict rules; what the server said against it.
async fn dry_run(client: &Client, object: &Value) -> Result<(), String> {
    let version = object["apiVersion"].as_str().ok_or("no apiVersion")?;
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let kind = GroupVersionKind::gvk(group, version, object["kind"].as_str().ok_or("no kind")?);
    let namespace = object["metadata"]["namespace"].as_str().unwrap_or("default");
    make_namespace(client, namespace).await;
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &ApiResource::from_gvk(&kind));
    let rules = PatchParams {
        dry_run: true,
        force: true,
        field_manager: Some("coderc".to_string()),
        field_validation: Some(ValidationDirective::Strict),
    };
    let name = object["metadata"]["name"].as_str().ok_or("no name")?;
    api.patch(name, &rules, &Patch::Apply(object)).await.map(|_| ()).map_err(|error| error.to_string())
}

async fn make_namespace(client: &Client, name: &str) {
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Namespace"));
    let api: Api<DynamicObject> = Api::all_with(client.clone(), &kind);
    // It may be there; if it cannot be made, the objects in it are refused.
    let _ = api.create(&PostParams::default(), &DynamicObject::new(name, &kind)).await;
}

fn connect(server: &ApiServer) -> Client {
    let mut config = Config::new(server.url().parse().unwrap());
    // Its certificate is its own, made at its start.
    config.accept_invalid_certs = true;
    config.auth_info = AuthInfo { token: Some(ApiServer::TOKEN.to_string().into()), ..AuthInfo::default() };
    Client::try_from(config).unwrap()
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(future)
}
