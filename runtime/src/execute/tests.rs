//! The executor against a world that writes down what it is asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use compiler::diagnostics::catalog::cancelled;
use compiler::plan::action::ObjectName;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::*;
use crate::builders::{Made, Order, Task};
use crate::providers::{Hold, Observation};
use crate::saved::{Tag, Wait};

/// A world that writes down what it is asked, and fails where the address says `bad`.
#[derive(Default)]
struct Recorder {
    log: Mutex<Vec<String>>,
    running: Mutex<(usize, usize)>,
    slow: bool,
}

impl Recorder {
    async fn work(&self, what: String, address: &str, stop: Stop) -> Result<(), Failure> {
        {
            let mut running = self.running.lock().unwrap();
            running.0 += 1;
            running.1 = running.1.max(running.0);
        }
        let pause = if self.slow { Duration::from_secs(600) } else { Duration::from_millis(2) };
        let stopped = tokio::select! {
            () = tokio::time::sleep(pause) => false,
            () = stop.reached(Level::Cancel) => true,
        };
        self.running.lock().unwrap().0 -= 1;
        self.log.lock().unwrap().push(what);
        if stopped {
            Err(Failure::cancelled())
        } else if address.contains("bad") {
            Err(Failure::new(cancelled::new()))
        } else {
            Ok(())
        }
    }
}

impl Builder for Recorder {
    fn ready<'a>(&'a self, _: &'a Plan) -> Task<'a, Vec<Failure>> {
        Box::pin(async { Vec::new() })
    }

    fn build<'a>(&'a self, order: &'a Order, _: ActionEvents, stop: Stop) -> Task<'a, Result<Made, Failure>> {
        Box::pin(async move {
            self.work(format!("build {}", order.build.dockerfile.trim()), &order.address, stop).await?;
            Ok(Made { digest: format!("sha256:{}", order.build.id), remark: "pushed".into() })
        })
    }

    fn tag<'a>(
        &'a self,
        tag: &'a Tag,
        images: &'a [(String, String)],
        events: ActionEvents,
        stop: Stop,
    ) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            self.work(format!("tag {} {images:?}", tag.reference), &events.address, stop).await?;
            Ok("moved".into())
        })
    }
}

impl Provider for Recorder {
    fn observe<'a>(&'a self, _: &'a Plan, _: bool) -> Task<'a, Result<Observation, Failure>> {
        Box::pin(async { Ok(Observation::default()) })
    }

    fn ready<'a>(&'a self, _: &'a Plan) -> Task<'a, Vec<Failure>> {
        Box::pin(async { Vec::new() })
    }

    fn hold<'a>(&'a self, _: &'a Plan, _: &'a Events, _: Stop) -> Task<'a, Result<Box<dyn Hold>, Failure>> {
        Box::pin(async { Err(Failure::cancelled()) })
    }

    fn apply<'a>(&'a self, address: &'a str, object: Value, _: ActionEvents, stop: Stop) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            let image = object.pointer("/spec/template/spec/containers/0/image").cloned().unwrap_or_default();
            self.work(format!("apply {image}"), address, stop).await?;
            Ok("created".into())
        })
    }

    fn wait<'a>(&'a self, wait: &'a Wait, events: ActionEvents, stop: Stop) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            self.work(format!("wait {}", wait.object.name), &events.address, stop).await?;
            Ok("ready".into())
        })
    }

    fn delete<'a>(&'a self, object: &'a ObjectName, events: ActionEvents, stop: Stop) -> Task<'a, Result<String, Failure>> {
        Box::pin(async move {
            self.work(format!("delete {}", object.name), &events.address, stop).await?;
            Ok("gone".into())
        })
    }
}

fn stop_never() -> Stop {
    stop().1
}

fn action(address: &str, change: &str, needs: &[&str], rest: Value) -> Value {
    let mut action = json!({
        "address": address, "change": change, "needs": needs,
        "reason": { "kind": "new", "message": format!("{address} is as it was"), "because": [] },
    });
    action.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    action
}

fn build(address: &str, change: &str, needs: &[&str], dockerfile: &str, digest: Value) -> Value {
    let name = address.replace('.', "-");
    let rest = json!({ "kind": "build", "build": {
        "id": format!("b-{name}"), "destination": format!("r.dev/x:b-{name}"), "tags": [],
        "context": { "url": "u", "commit": "c", "path": "", "tree": "t" }, "dockerfile": dockerfile, "target": null, "args": {},
        "platform": "linux/amd64", "bases": [], "builder": "k", "credentials": null, "digest": digest, "ignore": "",
        "labels": {}, "secrets": { "token": { "name": "s", "key": "k" } }, "assets": null, "flags": ["--x"], "git_image": "g",
        "cache": false, "cache_repository": null, "namespace": null, "cpu": "500m", "memory": "4G", "timeout": 60,
        "insecure": [], "record": "{}"
    }});
    action(address, change, needs, rest)
}

fn apply(address: &str, needs: &[&str], image: &str) -> Value {
    let object = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "e", "labels": { "app.kubernetes.io/instance": "e" } },
        "spec": { "template": { "spec": { "containers": [{ "name": "c", "image": image }] } } }
    });
    action(address, "create", needs, json!({ "kind": "apply", "object": object, "provider": "kubernetes", "changes": [] }))
}

fn wait(address: &str, needs: &[&str]) -> Value {
    let wait = json!({ "kind": "Deployment", "namespace": null, "name": "e", "provider": "kubernetes" });
    action(address, "unknown", needs, json!({ "kind": "wait", "wait": wait }))
}

pub fn plan(actions: Vec<Value>) -> Arc<Plan> {
    let mut document = json!({
        "version": 1, "package": { "url": "u", "commit": "c", "path": "" }, "lock": null, "actions": actions, "diagnostics": []
    });
    let hash = crate::saved::hash(document.clone());
    document["hash"] = Value::String(hash);
    Arc::new(Plan::parse(&document.to_string(), "plan.json").unwrap())
}

fn run(plan: Arc<Plan>, recorder: Arc<Recorder>, parallelism: usize, stop: Stop) -> (Summary, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let providers = BTreeMap::from([(saved::Provider::Kubernetes, recorder.clone() as Arc<dyn Provider>)]);
    let world = World { builder: recorder.clone(), providers, default: saved::Provider::Kubernetes };
    let summary = runtime.block_on(execute(plan, world, parallelism, Events::new(sender), stop));
    let mut ended = Vec::new();
    while let Ok(event) = receiver.try_recv() {
        if let Event::Ended { address, .. } = event {
            ended.push(address);
        }
    }
    (summary, ended)
}

#[test]
fn what_is_built_reaches_what_needs_it_by_digest() {
    let plan = plan(vec![
        build("image.a", "create", &[], "FROM debian", Value::Null),
        build("e/c", "create", &["image.a"], "FROM r.dev/x:b-image-a\nRUN x", Value::Null),
        action(
            "image.a/tag:main",
            "unknown",
            &["image.a"],
            json!({ "kind": "tag", "tag": { "of": ["image.a"], "reference": "r.dev/x:main" } }),
        ),
        apply("e/deployment", &["e/c"], "r.dev/x:b-e/c"),
        wait("e/ready", &["e/deployment"]),
    ]);
    let recorder = Arc::new(Recorder::default());
    let (summary, ended) = run(plan, recorder.clone(), 1, stop_never());
    assert!(summary.complete());
    assert_eq!(summary.done.len(), 5);
    assert_eq!(ended.len(), 5);
    let log = recorder.log.lock().unwrap().clone();
    assert_eq!(log[0], "build FROM debian");
    assert_eq!(log[1], "build FROM r.dev/x@sha256:b-image-a\nRUN x");
    assert_eq!(log[2], r#"tag r.dev/x:main [("r.dev/x", "sha256:b-image-a")]"#);
    assert_eq!(log[3], r#"apply "r.dev/x@sha256:b-e/c""#);
    assert_eq!(log[4], "wait e");
}

#[test]
fn a_proven_skip_gives_its_digest_on() {
    let plan = plan(vec![
        build("image.a", "none", &[], "FROM debian", json!("sha256:there")),
        apply("e/deployment", &["image.a"], "r.dev/x:b-image-a"),
    ]);
    let recorder = Arc::new(Recorder::default());
    let (summary, _) = run(plan, recorder.clone(), 4, stop_never());
    assert_eq!(summary.skipped, ["image.a"]);
    assert_eq!(*recorder.log.lock().unwrap(), [r#"apply "r.dev/x@sha256:there""#]);
}

#[test]
fn a_failure_stops_what_needs_it_and_nothing_else() {
    let plan = plan(vec![
        build("bad", "create", &[], "FROM debian", Value::Null),
        build("image.b", "create", &[], "FROM debian", Value::Null),
        apply("e/deployment", &["bad"], "r.dev/x:b-bad"),
        wait("e/ready", &["e/deployment"]),
        apply("f/deployment", &["image.b"], "r.dev/x:b-image-b"),
    ]);
    let (summary, ended) = run(plan, Arc::new(Recorder::default()), 1, stop_never());
    assert_eq!(summary.failed.len(), 1);
    assert_eq!(summary.done, ["image.b", "f/deployment"]);
    let not_tried: Vec<&str> = summary.not_tried.iter().map(|(address, _)| address.as_str()).collect();
    assert_eq!(not_tried, ["e/deployment", "e/ready"]);
    assert_eq!(ended.len(), 5);
}

#[test]
fn no_more_than_asked_run_at_a_time() {
    let plan = plan((0..12).map(|number| build(&format!("image.{number}"), "create", &[], "FROM x", Value::Null)).collect());
    let recorder = Arc::new(Recorder::default());
    run(plan.clone(), recorder.clone(), 3, stop_never());
    assert_eq!(recorder.running.lock().unwrap().1, 3);
    let recorder = Arc::new(Recorder::default());
    run(plan, recorder.clone(), 100, stop_never());
    assert_eq!(recorder.running.lock().unwrap().1, 12);
}

#[test]
fn a_cancelled_run_ends_what_runs_and_starts_nothing() {
    let plan = plan(vec![
        build("image.a", "create", &[], "FROM debian", Value::Null),
        build("image.b", "create", &[], "FROM debian", Value::Null),
        apply("e/deployment", &["image.a"], "r.dev/x:b-image-a"),
    ]);
    let (stopper, stop) = stop();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        stopper.further();
        stopper
    });
    let recorder = Arc::new(Recorder { slow: true, ..Recorder::default() });
    let (summary, _) = run(plan, recorder.clone(), 1, stop);
    drop(thread.join().unwrap());
    assert_eq!(summary.done.len() + summary.failed.len(), 0);
    assert_eq!(summary.cancelled, ["image.a", "image.b"]);
    assert_eq!(summary.not_tried.len(), 1);
    assert_eq!(recorder.log.lock().unwrap().len(), 1);
}
