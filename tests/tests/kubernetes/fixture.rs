//! A plan of objects made by hand, a provider before an API server, and a hand that plays the controllers.

use std::collections::BTreeMap;

use compiler::plan::action::{Change, ObjectName, Package};
use kube::api::{Api, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use runtime::cluster::{self, Connection};
use runtime::execute::{Events, Failure, Stop, stop};
use runtime::providers::kubernetes::{Kubernetes, Settings};
use runtime::providers::{Hold, Leftover, Observation, Provider as _};
use runtime::render::applyset;
use runtime::saved::{self, Action, Apply, Plan, Step, Wait};
use serde_json::{Value, json};
use tests::parts::ApiServer;

pub struct Bench {
    pub provider: Kubernetes,
    connection: Connection,
    events: Events,
    stop: Stop,
    _stopper: runtime::execute::Stopper,
}

impl Bench {
    pub fn run(settings: Settings, test: impl AsyncFnOnce(Bench)) {
        Bench::run_with(settings, test, true);
    }

    /// Nobody but the test asks the server for anything.
    pub fn run_alone(settings: Settings, test: impl AsyncFnOnce(Bench)) {
        Bench::run_with(settings, test, false);
    }

    fn run_with(settings: Settings, test: impl AsyncFnOnce(Bench), collects: bool) {
        let server = ApiServer::start();
        let kubeconfig = server.kubeconfig();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let asked = cluster::Settings { kubeconfig: Some(kubeconfig), ..cluster::Settings::default() };
            let connection = cluster::connect(&asked).await.map_err(|failure| failure.message).unwrap();
            default_namespace(&connection).await;
            let mut tasks = tokio::task::JoinSet::new();
            if collects {
                tasks.spawn(collect(Bench::of(connection.clone(), settings)));
            }
            test(Bench::of(connection, settings)).await;
        });
    }

    fn of(connection: Connection, settings: Settings) -> Bench {
        let (sender, _) = tokio::sync::mpsc::unbounded_channel();
        let (stopper, stop) = stop();
        Bench {
            provider: Kubernetes::new(connection.clone(), settings),
            connection,
            events: Events::new(sender),
            stop,
            _stopper: stopper,
        }
    }

    /// Another run, with other settings, before the same server.
    pub fn with(&self, settings: Settings) -> Bench {
        Bench::of(self.connection.clone(), settings)
    }

    /// Another run, with `-n` and the name of a namespace that is made.
    pub async fn in_namespace(&self, name: &str) -> Bench {
        let object = json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": name } });
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Namespace"));
        let namespaces: Api<DynamicObject> = Api::all_with(self.connection.client.clone(), &resource);
        namespaces.create(&PostParams::default(), &serde_json::from_value(object).unwrap()).await.unwrap();
        Bench::of(Connection { namespace: name.to_owned(), ..self.connection.clone() }, Settings::default())
    }

    pub fn plan(&self, objects: Vec<(String, Value)>) -> Plan {
        let action =
            |address: String, step| Action { address, change: Change::Unknown, message: String::new(), needs: Vec::new(), step };
        let mut actions: Vec<Action> = Vec::new();
        for (address, object) in objects {
            let name = object["metadata"]["name"].as_str().unwrap().to_owned();
            let waits = object["kind"] == "Deployment";
            let apply = Apply { object, provider: saved::Provider::Kubernetes, changes: Vec::new() };
            actions.push(action(address, Step::Apply(apply)));
            if waits {
                let provider = saved::Provider::Kubernetes;
                let wait = Wait { object: of_deployment(&name), provider, declared: saved::Declared::default() };
                actions.push(action(format!("environment.{name}/ready"), Step::Wait(wait)));
            }
        }
        Plan { hash: "sha256:plan".to_owned(), package: package(), lock: None, actions }
    }

    pub async fn observe(&self, plan: &Plan) -> Observation {
        self.provider.observe(plan, true).await.map_err(|failure| failure.message).unwrap()
    }

    pub async fn observe_part(&self, plan: &Plan) -> Observation {
        self.provider.observe(plan, false).await.map_err(|failure| failure.message).unwrap()
    }

    pub async fn change(&self, plan: &Plan, address: &str) -> Change {
        let seen = self.observe_part(plan).await;
        seen.actions.into_iter().find(|observed| observed.address == address).unwrap().change
    }

    pub async fn try_hold<'a>(&'a self, plan: &'a Plan) -> Result<Box<dyn Hold>, Failure> {
        self.provider.hold(plan, &self.events, self.stop.clone()).await
    }

    pub async fn hold(&self, plan: &Plan) -> Box<dyn Hold> {
        self.try_hold(plan).await.map_err(|failure| failure.message).unwrap()
    }

    /// Applies everything, under leases.
    pub async fn carry_out(&self, plan: &Plan) {
        let held = self.hold(plan).await;
        for (action, _) in plan.applies() {
            self.apply(plan, &action.address).await.map_err(|failure| format!("{failure:#?}")).unwrap();
        }
        held.release().await;
    }

    pub async fn apply(&self, plan: &Plan, address: &str) -> Result<String, Failure> {
        let object = plan.applies().find(|(action, _)| action.address == address).unwrap().1.object.clone();
        self.provider.apply(address, object, self.events.of(address), self.stop.clone()).await
    }

    /// Side by side.
    pub async fn apply_all(self: &Bench, plan: &Plan) {
        let applies = plan.applies().map(|(action, _)| self.apply(plan, &action.address));
        for result in futures::future::join_all(applies).await {
            result.map_err(|failure| format!("{failure:#?}")).unwrap();
        }
    }

    pub async fn delete(&self, leftover: &Leftover) -> Result<String, Failure> {
        self.provider.delete(&leftover.object, self.events.of(&leftover.address), self.stop.clone()).await
    }

    pub async fn wait(&self, name: &str) -> Result<String, Failure> {
        self.wait_until(name, self.stop.clone()).await
    }

    pub async fn wait_until(&self, name: &str, stop: Stop) -> Result<String, Failure> {
        let (object, provider) = (of_deployment(name), saved::Provider::Kubernetes);
        let wait = Wait { object, provider, declared: saved::Declared::default() };
        self.provider.wait(&wait, self.events.of("wait"), stop).await
    }

    fn api(&self, kind: &str) -> Api<DynamicObject> {
        let (group, version) = match kind {
            "Deployment" | "ReplicaSet" => ("apps", "v1"),
            "Lease" => ("coordination.k8s.io", "v1"),
            _ => ("", "v1"),
        };
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        Api::namespaced_with(self.connection.client.clone(), "default", &resource)
    }

    pub async fn get(&self, kind: &str, name: &str) -> Option<Value> {
        self.api(kind).get_opt(name).await.unwrap().map(|object| serde_json::to_value(object).unwrap())
    }

    pub async fn make(&self, kind: &str, object: &Value) -> Value {
        let object: DynamicObject = serde_json::from_value(object.clone()).unwrap();
        serde_json::to_value(self.api(kind).create(&PostParams::default(), &object).await.unwrap()).unwrap()
    }

    /// Changes an object as somebody else.
    pub async fn merge(&self, kind: &str, name: &str, patch: &Value) {
        let params = PatchParams { field_manager: Some("somebody".to_owned()), ..PatchParams::default() };
        self.api(kind).patch(name, &params, &Patch::Merge(patch)).await.unwrap();
    }

    /// The Deployment's controller: all replicas of the newest generation are available.
    pub async fn settle(&self, name: &str, replicas: u64) {
        let generation = self.get("Deployment", name).await.unwrap()["metadata"]["generation"].clone();
        let status = json!({ "status": {
            "observedGeneration": generation, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas,
            "availableReplicas": replicas,
        } });
        self.api("Deployment").patch_status(name, &PatchParams::default(), &Patch::Merge(&status)).await.unwrap();
    }

    /// The controllers and a node: a pod of the newest generation, whose container waits.
    pub async fn pod(&self, name: &str, waiting: &Value) {
        let account = json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": { "name": "default" } });
        self.make("ServiceAccount", &account).await;
        let deployment = self.get("Deployment", name).await.unwrap();
        let labels = deployment["metadata"]["labels"].clone();
        let owner = |object: &Value, kind: &str| json!([{ "apiVersion": "apps/v1", "kind": kind, "name": object["metadata"]["name"], "uid": object["metadata"]["uid"], "controller": true }]);
        let set = json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": { "name": format!("{name}-1"), "labels": labels, "ownerReferences": owner(&deployment, "Deployment"),
                          "annotations": { "deployment.kubernetes.io/revision": "1" } },
            "spec": { "selector": deployment["spec"]["selector"], "template": deployment["spec"]["template"] },
        });
        let set = self.make("ReplicaSet", &set).await;
        self.make(
            "Pod",
            &json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": { "name": format!("{name}-1-a"), "labels": labels, "ownerReferences": owner(&set, "ReplicaSet") },
                "spec": { "containers": [{ "name": "env", "image": "r.dev/x@sha256:2" }], "automountServiceAccountToken": false },
            }),
        )
        .await;
        let status = json!({ "status": { "phase": "Pending", "containerStatuses": [{
            "name": "env", "image": "r.dev/x@sha256:2", "imageID": "", "ready": false, "restartCount": 0, "state": { "waiting": waiting },
        }] } });
        self.api("Pod").patch_status(&format!("{name}-1-a"), &PatchParams::default(), &Patch::Merge(&status)).await.unwrap();
        let generation = deployment["metadata"]["generation"].clone();
        let status = json!({ "status": { "observedGeneration": generation, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 0, "availableReplicas": 0 } });
        self.api("Deployment").patch_status(name, &PatchParams::default(), &Patch::Merge(&status)).await.unwrap();
    }

    /// The controllers: a Deployment's status beside what it says of the newest generation.
    pub async fn status(&self, name: &str, more: Value) {
        let generation = self.get("Deployment", name).await.unwrap()["metadata"]["generation"].clone();
        let mut status = json!({ "observedGeneration": generation, "replicas": 0, "updatedReplicas": 0, "availableReplicas": 0 });
        for (field, value) in more.as_object().unwrap() {
            status[field] = value.clone();
        }
        let patch = Patch::Merge(json!({ "status": status }));
        self.api("Deployment").patch_status(name, &PatchParams::default(), &patch).await.unwrap();
    }

    /// The node: what the pod of [`Bench::pod`] has come to.
    pub async fn pod_status(&self, name: &str, status: &Value) {
        let patch = Patch::Merge(json!({ "status": status }));
        self.api("Pod").patch_status(&format!("{name}-1-a"), &PatchParams::default(), &patch).await.unwrap();
    }

    /// How many requests for objects of environments the server has had.
    pub async fn requests(&self) -> u64 {
        let request = http::Request::get("/metrics").body(Vec::new()).unwrap();
        let text = self.connection.client.request_text(request).await.unwrap();
        let counted = text.lines().filter(|line| line.starts_with("apiserver_request_total{"));
        let ours = counted.filter(|line| {
            ["deployments", "services", "persistentvolumeclaims"]
                .iter()
                .any(|kind| line.contains(&format!("resource=\"{kind}\"")))
        });
        ours.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum::<f64>() as u64
    }
}

/// The garbage collector: what was deleted goes, once nothing holds it, and here nothing does.
async fn collect(bench: Bench) {
    let params = PatchParams::default();
    loop {
        for kind in ["Deployment", "Service", "PersistentVolumeClaim"] {
            let there = bench.api(kind).list(&ListParams::default()).await.map(|list| list.items).unwrap_or_default();
            for object in there.into_iter().filter(|object| object.metadata.deletion_timestamp.is_some()) {
                let name = object.metadata.name.unwrap_or_default();
                let patch = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
                let _ = bench.api(kind).patch(&name, &params, &patch).await;
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

fn of_deployment(name: &str) -> ObjectName {
    ObjectName { kind: "Deployment".into(), namespace: Some("default".into()), name: name.into() }
}

fn package() -> Package {
    Package { url: "https://github.com/acme/team".into(), commit: "1".repeat(40).into(), path: "".into() }
}

/// A claim, a Service and a Deployment, with their addresses.
pub fn environment(name: &str) -> Vec<(String, Value)> {
    vec![
        (format!("environment.{name}/volume-home"), claim(name)),
        (format!("environment.{name}/service"), service(name)),
        (format!("environment.{name}/deployment"), deployment(name)),
    ]
}

fn metadata(environment: &str, name: &str) -> Value {
    json!({
        "name": name, "namespace": "default",
        "labels": {
            "app.kubernetes.io/name": environment, "app.kubernetes.io/instance": environment,
            "app.kubernetes.io/managed-by": "coderc", "applyset.kubernetes.io/part-of": applyset::id(&package(), Some("default")),
        },
        "annotations": { "coderc.dev/address": format!("environment.{environment}") },
    })
}

fn selector(name: &str) -> BTreeMap<&'static str, &str> {
    BTreeMap::from([("app.kubernetes.io/name", name), ("app.kubernetes.io/instance", name)])
}

fn claim(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata(name, &format!("{name}-home")),
        "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": "10G" } } },
    })
}

/// The same objects in another namespace.
pub fn moved(mut objects: Vec<(String, Value)>, namespace: &str) -> Vec<(String, Value)> {
    for (_, object) in &mut objects {
        object["metadata"]["namespace"] = json!(namespace);
        object["metadata"]["labels"][applyset::PART_OF] = json!(applyset::id(&package(), Some(namespace)));
    }
    objects
}

pub fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": metadata(name, name),
        "spec": { "ports": [{ "name": "http", "port": 80, "protocol": "TCP", "targetPort": "http" }], "selector": selector(name) },
    })
}

pub fn deployment(name: &str) -> Value {
    let mut labels = json!(selector(name));
    labels["app.kubernetes.io/managed-by"] = json!("coderc");
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(name, name),
        "spec": {
            "replicas": 1, "selector": { "matchLabels": selector(name) },
            "template": {
                "metadata": { "labels": labels, "annotations": { "kubectl.kubernetes.io/default-container": "env" } },
                "spec": {
                    "automountServiceAccountToken": false,
                    "containers": [{
                        "name": "env", "image": "r.dev/x@sha256:1", "command": ["sleep", "infinity"],
                        "ports": [{ "name": "http", "containerPort": 80, "protocol": "TCP" }],
                        "resources": { "limits": { "cpu": "1000m", "memory": "1024Mi" }, "requests": { "cpu": "0.5" } },
                        "volumeMounts": [{ "mountPath": "/scratch", "name": "scratch" }],
                    }],
                    "volumes": [{ "name": "scratch", "emptyDir": {} }],
                },
            },
        },
    })
}

/// What a lease says of a process that was on this machine.
pub fn ended_process() -> String {
    let own = runtime::cluster::lease::this_process();
    let (before, start) = own.rsplit_once('/').unwrap();
    format!("{before}/{}", start.parse::<u64>().unwrap() + 1)
}

/// A server makes its first namespaces some moments after it is ready.
async fn default_namespace(connection: &Connection) {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Namespace"));
    let namespaces: Api<DynamicObject> = Api::all_with(connection.client.clone(), &resource);
    for _ in 0..200 {
        if namespaces.get_opt("default").await.unwrap().is_some() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the server makes no namespace `default`");
}
