//! The kaniko builder before a real API server and a real registry, without nodes: this test plays the kubelet, so that each
//! thing that happens to a build can be made to happen.
//!
//! What kaniko itself does is for a cluster with nodes.

use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::{Duration, Instant};

use compiler::plan::action::{Build, Context, Lines};
use kube::api::{Api, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::config::AuthInfo;
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, Config as ClusterConfig};
use libtest_mimic::{Arguments, run};
use oci_client::client::{ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::manifest::OciImageManifest;
use oci_client::secrets::RegistryAuth;
use oci_client::{Reference, RegistryOperation};
use runtime::builders::kaniko::{Kaniko, Patience};
use runtime::builders::{Builder as _, Made, Order};
use runtime::cluster::Connection;
use runtime::execute::{Event, Events, Failure, Stopper, stop};
use runtime::import::History;
use runtime::registry::{Registry, Settings};
use runtime::saved::Tag;
use serde_json::{Value, json};
use tests::parts::{self, ApiServer, trial};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

const NAMESPACE: &str = "builds";

fn main() -> ExitCode {
    let missing = || parts::at_length().and_then(|()| ApiServer::missing()).and_then(|()| parts::Registry::missing());
    let trials = vec![
        trial("a_job_is_followed_to_its_image", missing(), a_job_is_followed_to_its_image),
        trial("a_push_that_nobody_sees_is_none", missing(), a_push_that_nobody_sees_is_none),
        trial("memory_is_tried_twice", missing(), memory_is_tried_twice),
        trial("a_cancelled_build_leaves_no_job", missing(), a_cancelled_build_leaves_no_job),
        trial("two_applies_share_one_job", missing(), two_applies_share_one_job),
        trial("an_evicted_pod_is_followed_by_another", missing(), an_evicted_pod_is_followed_by_another),
        trial("what_no_node_takes_is_given_up", missing(), what_no_node_takes_is_given_up),
        trial("secrets_are_looked_for_first", missing(), secrets_are_looked_for_first),
        trial("a_branch_moves_only_forward", missing(), a_branch_moves_only_forward),
    ];
    // One server at a time: each takes a processor for its first seconds.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

fn a_job_is_followed_to_its_image() {
    World::run(async |world| {
        let mut build = world.build("b-1");
        let job = world.job().await;
        assert_eq!(job["metadata"]["annotations"]["coderc.dev/destination"], json!(world.destination("b-1")));
        let config_map = world.wait_for("ConfigMap", |_| true).await;
        assert_eq!(config_map["metadata"]["ownerReferences"][0]["uid"], job["metadata"]["uid"]);
        world.pod(&job, "one", json!({"phase": "Pending", "initContainerStatuses": [running("source")]})).await;
        let digest = world.push("b-1").await;
        let over = [over("source", 0, "Completed", ""), over("build", 0, "Completed", &digest)];
        let status = json!({"phase": "Succeeded", "initContainerStatuses": over, "containerStatuses": [self::over("push", 0, "Completed", "")]});
        world.status("one", status).await;
        let made = build.ended().await.unwrap();
        assert_eq!(made.digest, digest);
        assert!(made.remark.starts_with("pushed sha256:"), "{}", made.remark);
        // It is there now: nobody needs a Job.
        let again = world.build("b-1").ended().await.unwrap();
        assert_eq!((again.digest, again.remark.as_str()), (digest, "was there already"));
    });
}

fn a_push_that_nobody_sees_is_none() {
    World::run(async |world| {
        let mut build = world.build("b-1");
        let job = world.job().await;
        world.pod(&job, "one", json!({"phase": "Succeeded", "containerStatuses": [over("push", 0, "Completed", "")]})).await;
        assert_eq!(build.ended().await.unwrap_err().info.name, "push-unproven");
        // Once it is there, so it is for everybody.
        let digest = world.push("b-1").await;
        assert_eq!(world.build("b-1").ended().await.unwrap().digest, digest);
    });
}

fn memory_is_tried_twice() {
    World::run(async |world| {
        let mut build = world.build("b-1");
        let first = world.job().await;
        let killed = json!({"phase": "Failed", "initContainerStatuses": [over("source", 0, "Completed", ""), over("build", 137, "OOMKilled", "")]});
        world.pod(&first, "one", killed.clone()).await;
        world.fail_job(&first, "PodFailurePolicy").await;
        let second = world.wait_for("Job", |job| job["metadata"]["uid"] != first["metadata"]["uid"]).await;
        let flags = second["spec"]["template"]["spec"]["initContainers"][1]["args"].to_string();
        assert!(!flags.contains("--cache"), "{flags}");
        world.pod(&second, "two", killed).await;
        world.fail_job(&second, "PodFailurePolicy").await;
        let failure = build.ended().await.unwrap_err();
        assert_eq!(failure.info.name, "build-memory", "{failure:?}");
        assert!(build.events().iter().any(|event| matches!(event, Event::Retrying { .. })));
        // One that failed is of no use to the next apply.
        let mut again = world.build("b-1");
        world.wait_for("Job", |job| job["metadata"]["uid"] != second["metadata"]["uid"]).await;
        again.stopper.further();
        assert!(again.ended().await.unwrap_err().cancelled);
    });
}

fn a_cancelled_build_leaves_no_job() {
    World::run(async |world| {
        let mut build = world.build("b-1");
        let job = world.job().await;
        world.pod(&job, "one", json!({"phase": "Pending", "initContainerStatuses": [running("source")]})).await;
        build.stopper.further();
        assert!(build.ended().await.unwrap_err().cancelled);
        assert_eq!(world.list("Job").await.len(), 0);
        assert!(world.list("Pod").await.iter().all(|pod| pod["metadata"]["deletionTimestamp"].is_string()));
    });
}

fn two_applies_share_one_job() {
    World::run(async |world| {
        let mut first = world.build("b-1");
        let job = world.job().await;
        let (mut second, mut third) = (world.build("b-1"), world.build("b-1"));
        second.wait_until(|event| format!("{event:?}").contains("runs already")).await;
        third.wait_until(|event| format!("{event:?}").contains("runs already")).await;
        // Who joined does not take it away.
        third.stopper.further();
        assert!(third.ended().await.unwrap_err().cancelled);
        assert_eq!(world.list("Job").await.len(), 1);
        let digest = world.push("b-1").await;
        let status = json!({"phase": "Succeeded", "containerStatuses": [over("push", 0, "Completed", "")]});
        world.pod(&job, "one", status).await;
        assert_eq!(first.ended().await.unwrap().digest, digest);
        assert_eq!(second.ended().await.unwrap().digest, digest);
    });
}

fn an_evicted_pod_is_followed_by_another() {
    World::run(async |world| {
        let mut build = world.build("b-1");
        let job = world.job().await;
        let condition = json!({"type": "DisruptionTarget", "status": "True", "message": "node is shutting down"});
        let evicted = json!({"phase": "Failed", "reason": "Terminated", "conditions": [condition], "initContainerStatuses": [over("source", 137, "Error", "")]});
        world.pod(&job, "one", evicted).await;
        build.wait_until(|event| matches!(event, Event::Phase { .. }) || matches!(event, Event::Started { .. })).await;
        let digest = world.push("b-1").await;
        world.pod(&job, "two", json!({"phase": "Succeeded", "containerStatuses": [over("push", 0, "Completed", "")]})).await;
        assert_eq!(build.ended().await.unwrap().digest, digest);
        assert!(build.events().iter().any(|event| format!("{event:?}").contains("node is shutting down")));
    });
}

fn what_no_node_takes_is_given_up() {
    World::run(async |world| {
        let mut build = world.build("b-1");
        let job = world.job().await;
        let message = "0/3 nodes are available: 3 Insufficient memory.";
        let condition = json!({"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message});
        world.pod(&job, "one", json!({"phase": "Pending", "conditions": [condition]})).await;
        let failure = build.ended().await.unwrap_err();
        assert_eq!(failure.info.name, "build-unschedulable");
        assert!(failure.help[0].contains(message), "{failure:?}");
        assert_eq!(world.list("Job").await.len(), 0);
    });
}

fn secrets_are_looked_for_first() {
    World::run(async |world| {
        let document = plan(&world.destination("b-1"), NAMESPACE);
        let names = |failures: Vec<Failure>| {
            failures.into_iter().map(|failure| format!("{}: {}", failure.info.name, failure.message)).collect::<Vec<_>>()
        };
        let found = names(world.kaniko.ready(&document).await);
        let missing = "secret-missing: `image.a` uses the Secret `pusher`, which is not in the namespace `builds`";
        assert_eq!(found, [missing]);
        world.make("Secret", json!({"metadata": {"name": "pusher"}, "stringData": {"other": "marked"}})).await;
        let found = names(world.kaniko.ready(&document).await);
        assert!(found.len() == 1 && found[0].contains("`.dockerconfigjson`") && !found[0].contains("marked"), "{found:?}");
        let found = names(world.kaniko.ready(&plan(&world.destination("b-1"), "nowhere")).await);
        assert_eq!(found, ["namespace-missing: the cluster has no namespace `nowhere`"]);
    });
}

fn a_branch_moves_only_forward() {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(arguments).current_dir(folder.path());
        String::from_utf8(command.output().unwrap().stdout).unwrap().trim().to_owned()
    };
    git(&["init", "-q"]);
    let [one, two] = ["one", "two"].map(|text| {
        git(&["commit", "-q", "--allow-empty", "-m", text]);
        git(&["rev-parse", "HEAD"])
    });
    let history = History::new(folder.path().to_path_buf(), "https://acme.dev/a".to_owned(), None);
    World::run_with(history, async |world| {
        let (older, newer) = (world.push_of("b-1", &one).await, world.push_of("b-2", &two).await);
        let repository = world.destination("").trim_end_matches(':').to_owned();
        let tag = Tag { of: Vec::new(), reference: format!("{repository}:main") };
        let digests = |digest: &str| [(repository.clone(), digest.to_owned())];
        let events = Events::new(unbounded_channel().0);
        let mut remarks = Vec::new();
        for digest in [&older, &newer, &newer, &older] {
            remarks.push(world.kaniko.tag(&tag, &digests(digest), events.of("tag"), stop().1).await.unwrap());
        }
        let stays = remarks.pop().unwrap();
        assert_eq!(remarks, ["set", "moved", "names it already"]);
        assert_eq!(stays, format!("stays at {}, which {} does not descend from", &two[..12], &one[..12]));
        assert_eq!(world.registry.head(&tag.reference).await.unwrap(), Some(newer.clone()));
        // One index over two images, which is the same whenever it is made.
        let tag = Tag { reference: format!("{repository}:both"), ..tag };
        let both = [(repository.clone(), older.clone()), (repository.clone(), newer.clone())];
        assert_eq!(world.kaniko.tag(&tag, &both, events.of("tag"), stop().1).await.unwrap(), "set to 2 platforms");
        let index = world.registry.head(&tag.reference).await.unwrap();
        assert!(index.is_some() && index != Some(newer));
        assert_eq!(world.kaniko.tag(&tag, &both, events.of("tag"), stop().1).await.unwrap(), "names it already");
    });
}

/// A server, a registry, and a builder between them.
struct World {
    _server: ApiServer,
    _part: parts::Registry,
    host: String,
    client: Client,
    registry: Registry,
    kaniko: Arc<Kaniko>,
}

/// A build under way.
struct Under {
    task: tokio::task::JoinHandle<Result<Made, Failure>>,
    stopper: Stopper,
    events: UnboundedReceiver<Event>,
}

impl World {
    fn run(test: impl AsyncFnOnce(&World)) {
        World::run_with(History::default(), test);
    }

    fn run_with(history: History, test: impl AsyncFnOnce(&World)) {
        let (server, part) = (ApiServer::start(), parts::Registry::start());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut config = ClusterConfig::new(server.url().parse().unwrap());
            // Its certificate is its own, made at its start.
            config.accept_invalid_certs = true;
            config.auth_info = AuthInfo { token: Some(ApiServer::TOKEN.to_string().into()), ..AuthInfo::default() };
            let registry = Registry::new(Settings {
                insecure: vec![part.host()],
                docker_config: None,
                pause: Duration::from_millis(10),
                deadline: Duration::from_secs(20),
            });
            let client = Client::try_from(config).unwrap();
            let connection = Connection { client: client.clone(), namespace: NAMESPACE.to_owned(), server: server.url() };
            let patience = Patience {
                unschedulable: Duration::from_secs(1),
                pull: Duration::from_secs(1),
                silence: Duration::from_secs(30),
            };
            let kaniko = Arc::new(Kaniko::new(connection, registry.clone(), history).patience(patience));
            let world = World { host: part.host(), _server: server, _part: part, client, registry, kaniko };
            let namespaces: Api<DynamicObject> = Api::all_with(world.client.clone(), &kind("Namespace"));
            namespaces.create(&PostParams::default(), &DynamicObject::new(NAMESPACE, &kind("Namespace"))).await.unwrap();
            world.make("ServiceAccount", json!({"metadata": {"name": "default"}})).await;
            test(&world).await;
        });
    }

    fn destination(&self, id: &str) -> String {
        format!("{}/acme/dev:{id}", self.host)
    }

    fn build(&self, id: &str) -> Under {
        let order = order(&self.destination(id), id);
        let (stopper, stop) = stop();
        let (sender, events) = unbounded_channel();
        let kaniko = self.kaniko.clone();
        let task = tokio::spawn(async move { kaniko.build(&order, Events::new(sender).of("image.a"), stop).await });
        Under { task, stopper, events }
    }

    fn api(&self, name: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), NAMESPACE, &kind(name))
    }

    async fn make(&self, name: &str, object: Value) {
        let mut object = object;
        let kind = kind(name);
        (object["apiVersion"], object["kind"]) = (json!(kind.api_version), json!(kind.kind));
        let object: DynamicObject = serde_json::from_value(object).unwrap();
        self.api(name).create(&PostParams::default(), &object).await.unwrap();
    }

    async fn list(&self, name: &str) -> Vec<Value> {
        let list = self.api(name).list(&ListParams::default()).await.unwrap();
        list.items.into_iter().map(|object| serde_json::to_value(object).unwrap()).collect()
    }

    async fn wait_for(&self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(30) {
            // Namespaces of a new server get a ConfigMap of its own.
            let ours = |object: &Value| object["metadata"]["name"].as_str().is_some_and(|name| name.starts_with("coderc-"));
            if let Some(found) = self.list(name).await.into_iter().find(|object| ours(object) && wanted(object)) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no {name} after 30 s");
    }

    async fn job(&self) -> Value {
        self.wait_for("Job", |_| true).await
    }

    /// The pod that a Job's controller would make.
    async fn pod(&self, job: &Value, name: &str, status: Value) {
        let spec = job["spec"]["template"]["spec"].clone();
        let labels = json!({"batch.kubernetes.io/job-name": job["metadata"]["name"]});
        self.make("Pod", json!({"metadata": {"name": name, "labels": labels}, "spec": spec})).await;
        self.status(name, status).await;
    }

    async fn status(&self, pod: &str, status: Value) {
        let patch = Patch::Merge(json!({ "status": status }));
        self.api("Pod").patch_status(pod, &PatchParams::default(), &patch).await.unwrap();
    }

    async fn fail_job(&self, job: &Value, reason: &str) {
        let now = "2026-01-01T00:00:00Z";
        let condition = |kind: &str| json!({"type": kind, "status": "True", "reason": reason, "message": "it failed", "lastTransitionTime": now, "lastProbeTime": now});
        let status = json!({"startTime": now, "failed": 1, "conditions": [condition("FailureTarget"), condition("Failed")]});
        let name = job["metadata"]["name"].as_str().unwrap();
        self.api("Job").patch_status(name, &PatchParams::default(), &Patch::Merge(json!({ "status": status }))).await.unwrap();
    }

    async fn push(&self, tag: &str) -> String {
        self.push_of(tag, &"1".repeat(40)).await
    }

    /// Pushes an image made from a commit.
    async fn push_of(&self, tag: &str, commit: &str) -> String {
        let protocol = ClientProtocol::HttpsExcept(vec![self.host.clone()]);
        let client = oci_client::Client::new(ClientConfig { protocol, ..ClientConfig::default() });
        let reference: Reference = self.destination(tag).parse().unwrap();
        client.auth(&reference, &RegistryAuth::Anonymous, RegistryOperation::Push).await.unwrap();
        let layers = [ImageLayer::oci_v1(tag.as_bytes().to_vec(), None)];
        let config = Config::oci_v1(br#"{"architecture": "amd64", "os": "linux"}"#.to_vec(), None);
        let annotation = |name: &str, value: &str| (format!("org.opencontainers.image.{name}"), value.to_owned());
        let annotations = [annotation("revision", commit), annotation("source", "https://acme.dev/a")].into();
        let manifest = OciImageManifest::build(&layers, &config, Some(annotations));
        client.push(&reference, &layers, config, &RegistryAuth::Anonymous, Some(manifest)).await.unwrap();
        client.fetch_manifest_digest(&reference, &RegistryAuth::Anonymous).await.unwrap()
    }
}

impl Under {
    async fn ended(&mut self) -> Result<Made, Failure> {
        tokio::time::timeout(Duration::from_secs(60), &mut self.task).await.expect("it ends").unwrap()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).collect()
    }

    async fn wait_until(&mut self, wanted: impl Fn(&Event) -> bool) {
        let found = async {
            while let Some(event) = self.events.recv().await {
                if wanted(&event) {
                    return;
                }
            }
        };
        // What was not said is found out by what the test asserts next.
        let _ = tokio::time::timeout(Duration::from_secs(5), found).await;
    }
}

fn kind(name: &str) -> ApiResource {
    let group = if name == "Job" { "batch" } else { "" };
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", name))
}

fn running(name: &str) -> Value {
    container(name, json!({"running": {"startedAt": "2026-01-01T00:00:00Z"}}))
}

fn over(name: &str, exit_code: i32, reason: &str, message: &str) -> Value {
    container(name, json!({"terminated": {"exitCode": exit_code, "reason": reason, "message": message}}))
}

fn container(name: &str, state: Value) -> Value {
    json!({"name": name, "image": "i", "imageID": "i", "ready": false, "restartCount": 0, "state": state})
}

fn order(destination: &str, id: &str) -> Order {
    let build = Build {
        id: id.into(),
        destination: destination.into(),
        tags: Vec::new(),
        context: Context { url: "https://acme.dev/a".into(), commit: "1".repeat(40).into(), path: "".into(), tree: "2".into() },
        dockerfile: "FROM debian\nRUN make\n".into(),
        lines: vec![Lines { from: 1, file: "Dockerfile".into(), line: 1 }],
        ignore: String::new(),
        target: None,
        args: Vec::new(),
        platform: "linux/amd64".into(),
        bases: Vec::new(),
        builder: "kaniko".into(),
        flags: Vec::new(),
        git_image: "git".into(),
        credentials: None,
        secrets: Vec::new(),
        cache: true,
        cache_repository: Some("r.dev/cache".into()),
        labels: Vec::new(),
        assets: None,
        namespace: None,
        cpu: None,
        memory: None,
        timeout: None,
        insecure: Vec::new(),
        digest: None,
        inputs: Vec::new(),
        record: String::new(),
        predecessor: None,
    };
    Order { address: "image.a".into(), build }
}

/// A plan with one build, which names a Secret.
fn plan(destination: &str, namespace: &str) -> runtime::saved::Plan {
    let order = order(destination, "b-1");
    let mut build = order.build;
    (build.credentials, build.namespace) = (Some("pusher".into()), Some(namespace.into()));
    let action = runtime::saved::Action {
        address: order.address,
        change: compiler::plan::action::Change::Create,
        message: String::new(),
        needs: Vec::new(),
        step: runtime::saved::Step::Build(Box::new(build)),
    };
    let package =
        compiler::plan::action::Package { url: "https://acme.dev/b".into(), commit: "3".repeat(40).into(), path: "".into() };
    runtime::saved::Plan { hash: String::new(), package, lock: None, actions: vec![action] }
}
