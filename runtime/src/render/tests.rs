//! What each kind of object says, from a build and an environment made by hand.

use std::sync::Arc;

use compiler::model::{
    Bytes, Container, ContainerImage, Cpu, EnvValue, Environment, Health, Mount, Origin, Port, Probe, ProbePort, Provider,
    SecretKey, Sourced, Toleration, Volume,
};
use compiler::plan::DECIDING_FLAGS;
use compiler::plan::action::{
    Action, Apply, Assets, Build, Change, Context, ObjectKind, Package, Plan, Reason, ReasonKind, Step,
};
use compiler::text::{Owner, Place, range};
use expect_test::expect_file;
use serde_json::{Value, json};

use super::*;

fn place() -> Place {
    Place { owner: Owner::Item(salsa::Id::from_bits(1)), range: range(0, 0) }
}

fn build() -> Build {
    let secret = SecretKey { name: "npm".into(), key: "token".into() };
    Build {
        id: "b-4kq9zw2m".to_string(),
        destination: "registry.acme.dev/f0ssel/dev:b-4kq9zw2m".to_string(),
        tags: vec!["registry.acme.dev/f0ssel/dev:master".to_string()],
        context: Context {
            url: "https://github.com/f0ssel/kaniko".into(),
            commit: "1".repeat(40).into(),
            path: "dev".into(),
            tree: "2".repeat(40).into(),
        },
        dockerfile: "FROM debian:12\nRUN echo \"$HOME\"\n".to_string(),
        lines: Vec::new(),
        target: Some("final".into()),
        args: vec![("GREETING".into(), "$(id) && echo".into())],
        platform: "linux/amd64".into(),
        bases: Vec::new(),
        builder: compiler::model::DEFAULT_BUILDER.into(),
        git_image: compiler::model::DEFAULT_GIT_IMAGE.into(),
        credentials: Some("dockerhub-creds".into()),
        secrets: vec![("npm-token".into(), secret)],
        cache: true,
        cache_repository: Some("registry.acme.dev/cache".into()),
        labels: vec![("team".into(), "a".into())],
        assets: Some(Assets {
            url: "https://github.com/acme/team-a".into(),
            commit: "3".repeat(40).into(),
            paths: vec!["dotfiles/bashrc".into(), "scripts".into()],
            content: "4".repeat(40).into(),
        }),
        namespace: Some("dev".into()),
        cpu: Some(Cpu(2000)),
        memory: Some(Bytes { amount: 4 << 30, binary: true }),
        timeout: Some(900),
        insecure: vec!["registry:5000".into()],
        digest: None,
        inputs: Vec::new(),
        record: "{\"inputs\":{\"context\":\"2\"}}".to_string(),
        predecessor: None,
        ignore: "*.log\n.coder\n.git\n".to_string(),
        flags: DECIDING_FLAGS.iter().map(|flag| (*flag).into()).collect(),
    }
}

fn container(name: &str) -> Container {
    Container {
        name: name.into(),
        image: ContainerImage::Reference(Sourced { value: "postgres".into(), place: place() }),
        primary: false,
        credentials: None,
        cpu: None,
        memory: None,
        requests_cpu: None,
        requests_memory: None,
        env: Vec::new(),
        ports: Vec::new(),
        mounts: Vec::new(),
        command: Vec::new(),
        args: Vec::new(),
        workdir: None,
        user: None,
        health: None,
        personalize: Vec::new(),
        repository: None,
        place: place(),
    }
}

fn environment() -> Environment {
    let secret = SecretKey { name: "api".into(), key: "token".into() };
    let health = Health {
        probe: Probe::Http { port: ProbePort::Name("http".into()), path: "/ready".into() },
        delay: Some(5),
        period: Some(10),
        timeout: None,
    };
    let env = Container {
        primary: true,
        credentials: Some("dockerhub-creds".into()),
        cpu: Some(Cpu(500)),
        memory: Some(Bytes { amount: 4_000_000_000, binary: false }),
        requests_memory: Some(Bytes { amount: 512 << 20, binary: true }),
        env: vec![
            ("PLAIN".into(), EnvValue::Text("$(NOT_A_VARIABLE)".into())),
            ("TOKEN".into(), EnvValue::Secret(secret.clone())),
        ],
        ports: vec![Port { name: "http".into(), number: 8080, protocol: "TCP".into() }],
        mounts: vec![
            Mount { name: "home".into(), path: "/home/coder".into(), secret: None, read_only: false },
            Mount { name: "token".into(), path: "/etc/token".into(), secret: Some(secret), read_only: false },
        ],
        command: vec!["sleep".into()],
        args: vec!["infinity".into()],
        workdir: Some("/home/coder".into()),
        user: Some(1000),
        health: Some(health),
        ..container("env")
    };
    Environment {
        address: "environment.dev[\"ana\"]".to_string(),
        name: "dev-ana".into(),
        declaration: "dev".into(),
        origin: Origin { url: "".into(), commit: "".into(), branch: None, folder: "".into() },
        provider: Provider::Kubernetes,
        namespace: Some("dev".into()),
        replicas: 1,
        containers: vec![env, container("postgres")],
        inits: vec![container("prepare")],
        volumes: vec![
            Volume {
                name: "home".into(),
                size: Some(Bytes { amount: 10_000_000_000, binary: false }),
                class: Some("fast".into()),
                place: place(),
            },
            Volume { name: "scratch".into(), size: None, class: None, place: place() },
        ],
        service_account: None,
        labels: vec![("team".into(), "a".into()), ("app.kubernetes.io/instance".into(), "not-this".into())],
        annotations: vec![("note".into(), "b".into())],
        node_selector: vec![("disk".into(), "ssd".into())],
        tolerations: vec![Toleration {
            key: Some("gpu".into()),
            operator: Some("Exists".into()),
            value: None,
            effect: Some("NoExecute".into()),
            seconds: Some(60),
        }],
        ttl: Some(7 * 86400),
        patch: Some(Sourced {
            value: json!({ "spec": { "template": { "spec": {
                "hostNetwork": true,
                "automountServiceAccountToken": null,
                "containers": [{ "name": "env", "imagePullPolicy": "Always" }],
            } } } }),
            place: place(),
        }),
        place: place(),
    }
}

fn apply(environment: &Arc<Environment>, object: ObjectKind) -> Apply {
    let images = ["busybox@sha256:0", "registry.acme.dev/f0ssel/dev:b-9", "postgres@sha256:1"];
    Apply {
        environment: environment.clone(),
        namespace: Some("dev".into()),
        object,
        images: images.map(String::from).into(),
        rendered: None,
        changes: Vec::new(),
    }
}

fn action(address: &str, step: Step) -> Action {
    let reason = Reason { kind: ReasonKind::New, message: String::new(), because: Vec::new() };
    Action { address: address.to_string(), change: Change::Create, reason, needs: Vec::new(), step }
}

fn plan() -> Plan {
    let environment = Arc::new(environment());
    let applied = |name: &str, object| action(&format!("environment.dev/{name}"), Step::Apply(apply(&environment, object)));
    Plan {
        package: Package { url: "https://github.com/acme/team-a".into(), commit: "5".repeat(40).into(), path: "".into() },
        actions: vec![
            applied("home", ObjectKind::Claim("home".into())),
            action("image.dev", Step::Build(Box::new(build()))),
            applied("service", ObjectKind::Service),
            applied("deployment", ObjectKind::Deployment),
        ],
        diagnostics: Vec::new(),
        shared: Vec::new(),
        lock: None,
    }
}

fn pretty(object: &Value) -> String {
    format!("{object:#}\n")
}

#[test]
fn jobs_come_first_then_config_maps_then_environments() {
    let kinds: Vec<Value> = objects(&plan()).into_iter().map(|object| object["kind"].clone()).collect();
    assert_eq!(kinds, ["Job", "ConfigMap", "PersistentVolumeClaim", "Service", "Deployment"]);
}

#[test]
fn rendering_fills_every_object_of_an_environment() {
    let mut plan = plan();
    render(&mut plan);
    let rendered = |action: &Action| match &action.step {
        Step::Apply(apply) => apply.rendered.is_some(),
        _ => true,
    };
    assert!(plan.actions.iter().all(rendered));
    assert_eq!(objects(&plan), objects(&self::plan()));
}

#[test]
fn what_is_proven_to_be_there_is_not_built() {
    let mut plan = plan();
    plan.actions[1].change = Change::None;
    assert!(objects(&plan).iter().all(|object| object["kind"] != "Job"));
}

#[test]
fn a_whole_job() {
    let objects = build_objects(&build(), "image.dev");
    expect_file!["expected/job.json"].assert_eq(&pretty(&objects[0]));
    expect_file!["expected/config_map.json"].assert_eq(&pretty(&objects[1]));
}

#[test]
fn a_whole_environment() {
    let objects = objects(&plan());
    expect_file!["expected/claim.json"].assert_eq(&pretty(&objects[2]));
    expect_file!["expected/service.json"].assert_eq(&pretty(&objects[3]));
    expect_file!["expected/deployment.json"].assert_eq(&pretty(&objects[4]));
}

/// The compiler checks a patch without knowing what is rendered here.
#[test]
fn what_a_deployment_is_found_by_cannot_be_patched() {
    let (labels, annotations) = (Vec::new(), Vec::new());
    let plain = Environment { labels, annotations, patch: None, ..environment() };
    let deployment = object(&apply(&Arc::new(plain), ObjectKind::Deployment), &plan().package);
    for path in [&["metadata", "labels"][..], &["metadata", "annotations"], &["spec", "template", "metadata", "labels"]] {
        let found = deployment.pointer(&format!("/{}", path.join("/"))).and_then(Value::as_object).unwrap();
        assert!(!found.is_empty());
        for key in found.keys() {
            let whole = [path, &[key]].concat();
            assert!(compiler::checked::PROTECTED.contains(&&whole[..]), "{whole:?}");
        }
    }
}

#[test]
fn only_the_container_that_pushes_can_read_what_pushes() {
    let job = &build_objects(&build(), "image.dev")[0];
    let pod = &job["spec"]["template"]["spec"];
    let of = |name: &str| {
        let volumes = pod["volumes"].as_array().unwrap();
        let volume = volumes.iter().find(|volume| volume["secret"]["secretName"] == name).unwrap();
        let containers = ["initContainers", "containers"].map(|list| pod[list].as_array().unwrap().clone()).concat();
        let mounts =
            |container: &Value| container["volumeMounts"].as_array().unwrap().iter().any(|mount| mount["name"] == volume["name"]);
        let names: Vec<Value> = containers.into_iter().filter(mounts).map(|container| container["name"].clone()).collect();
        names
    };
    assert_eq!(of("dockerhub-creds"), ["push"]);
    assert_eq!(of("dockerhub-creds-pull"), ["build"]);
    assert_eq!(of("coderc-git"), ["source"]);
    assert_eq!(of("npm"), ["build"]);
}

#[test]
fn a_build_without_anything_optional_mounts_no_registry_secret_and_uses_no_cache() {
    let build = Build {
        credentials: None,
        secrets: Vec::new(),
        cache_repository: None,
        context: Context { path: "".into(), ..build().context },
        ..build()
    };
    let job = build_objects(&build, "image.dev")[0].to_string();
    assert!(!job.contains("dockerconfigjson") && !job.contains("--cache"), "{job}");
    assert!(job.contains("\"--context=dir:///kaniko/buildcontext\""), "{job}");
}

#[test]
fn one_build_of_two_destinations_is_two_jobs_with_names_that_kubernetes_takes() {
    let other = Build { destination: "registry.acme.dev/other:b-4kq9zw2m".to_string(), ..build() };
    let long = Build { id: format!("b-{}", "x".repeat(90)), ..build() };
    let names = [build(), other, long].map(|build| job::name(&build));
    assert!(names.iter().all(|name| name.len() <= 63), "{names:?}");
    assert_ne!(names[0], names[1]);
}

#[test]
fn an_init_container_is_never_probed() {
    let mut environment = environment();
    environment.inits[0].health = environment.containers[0].health.clone();
    let deployment = object(&apply(&Arc::new(environment), ObjectKind::Deployment), &plan().package);
    let pod = &deployment["spec"]["template"]["spec"];
    assert_eq!(pod["initContainers"][0]["readinessProbe"], Value::Null);
    assert_eq!(pod["containers"][0]["readinessProbe"]["httpGet"], json!({"path": "/ready", "port": "http"}));
}

#[test]
fn pods_roll_unless_they_hold_a_claim() {
    let mut environment = environment();
    environment.volumes.retain(|volume| volume.size.is_none());
    let deployment = object(&apply(&Arc::new(environment), ObjectKind::Deployment), &plan().package);
    assert_eq!(deployment["spec"]["strategy"], Value::Null);
}
