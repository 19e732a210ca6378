//! The Kubernetes provider before a real API server: what it sees, applies, refuses, deletes and waits for.
//!
//! Nothing runs there: where pods matter, their state is written by hand. Environments that run are for the whole cluster.

#[path = "kubernetes/fixture.rs"]
mod fixture;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use compiler::plan::action::Change;
use fixture::{Bench, deployment, environment, service};
use libtest_mimic::{Arguments, run};
use runtime::cluster::apply::Allowed;
use runtime::cluster::wait::Patience;
use runtime::execute::stop;
use runtime::providers::Provider as _;
use runtime::providers::kubernetes::Settings;
use serde_json::json;
use tests::parts::{ApiServer, at_length, trial};

fn main() -> ExitCode {
    let missing = || at_length().and_then(|()| ApiServer::missing());
    let trials = vec![
        trial("what_was_applied_is_not_applied_again", missing(), what_was_applied_is_not_applied_again),
        trial("drift_and_conflicts_are_told_field_by_field", missing(), drift_and_conflicts_are_told_field_by_field),
        trial("what_never_changes_is_made_anew_and_volumes_only_when_asked", missing(), what_never_changes),
        trial("a_strategy_changes_there_and_back", missing(), a_strategy_changes_there_and_back),
        trial("what_left_the_sources_is_found_and_deleted", missing(), what_left_the_sources),
        trial("another_namespace_is_another_instance", missing(), another_namespace_is_another_instance),
        trial("everything_that_is_missing_is_told_before", missing(), everything_that_is_missing),
        trial("leases_exclude_and_are_given_back", missing(), leases_exclude),
        trial("a_wait_ends_with_the_cause", missing(), a_wait_ends_with_the_cause),
        trial("each_trouble_has_its_name_and_passes", missing(), each_trouble_has_its_name_and_passes),
        trial("five_hundred_environments", missing(), five_hundred_environments),
    ];
    // One server at a time: each takes a processor for its first seconds.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

fn what_was_applied_is_not_applied_again() {
    Bench::run(Settings::default(), async |bench| {
        let plan = bench.plan(environment("e"));
        let before = bench.observe(&plan).await;
        assert!(before.actions.iter().all(|observed| observed.change == Change::Create), "{before:#?}");
        bench.carry_out(&plan).await;
        bench.settle("e", 1).await;
        let after = bench.observe(&plan).await;
        assert!(after.actions.iter().all(|observed| observed.change == Change::None), "{after:#?}");
        assert!(after.leftover.is_empty(), "{:#?}", after.leftover);
        let image = ("e".to_owned(), "env".to_owned(), "r.dev/x@sha256:1".to_owned());
        assert_eq!(after.running, [(Some("default".to_owned()), image.0, image.1, image.2)]);
        let live = bench.get("Deployment", "e").await.unwrap();
        assert_eq!(live["metadata"]["annotations"]["coderc.dev/plan"], "sha256:plan");
    });
}

fn drift_and_conflicts_are_told_field_by_field() {
    Bench::run(Settings::default(), async |bench| {
        let plan = bench.plan(environment("e"));
        bench.carry_out(&plan).await;
        bench
            .merge("Deployment", "e", &json!({ "spec": { "replicas": 3 }, "metadata": { "annotations": { "theirs": "x" } } }))
            .await;
        let seen = bench.observe(&plan).await;
        let deployment = seen.actions.iter().find(|observed| observed.address.ends_with("/deployment")).unwrap();
        assert_eq!(deployment.change, Change::Update);
        assert!(deployment.message.contains("`spec.replicas` (set by ") && deployment.message.contains("--force-conflicts"));
        let [change] = deployment.changes.as_slice() else { panic!("{deployment:#?}") };
        assert_eq!((change.path.as_str(), &change.was, &change.now), ("spec.replicas", &json!(3), &json!(1)));

        let failure = bench.apply(&plan, "environment.e/deployment").await.unwrap_err();
        assert_eq!(failure.info.name, "field-conflict");
        assert!(failure.message.starts_with("`spec.replicas` of the Deployment `e` was set by `"), "{}", failure.message);

        let bench =
            bench.with(Settings { allowed: Allowed { force_conflicts: true, ..Allowed::default() }, ..Settings::default() });
        bench.apply(&plan, "environment.e/deployment").await.unwrap();
        let live = bench.get("Deployment", "e").await.unwrap();
        assert_eq!(live["spec"]["replicas"], 1);
        assert_eq!(live["metadata"]["annotations"]["theirs"], "x");
        let seen = bench.observe(&plan).await;
        assert_eq!(seen.actions.iter().filter(|observed| observed.change != Change::None).count(), 1, "only the wait: {seen:#?}");
    });
}

fn what_never_changes() {
    Bench::run(Settings::default(), async |bench| {
        bench.carry_out(&bench.plan(environment("e"))).await;
        let before = bench.get("Deployment", "e").await.unwrap()["metadata"]["uid"].clone();

        let mut changed = environment("e");
        changed[2].1["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] = json!("other");
        changed[2].1["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"] = json!("other");
        let plan = bench.plan(changed);
        assert_eq!(bench.change(&plan, "environment.e/deployment").await, Change::Replace);
        bench.apply(&plan, "environment.e/deployment").await.unwrap();
        assert_ne!(bench.get("Deployment", "e").await.unwrap()["metadata"]["uid"], before);
        assert_eq!(bench.change(&plan, "environment.e/deployment").await, Change::None);

        let mut smaller = environment("e");
        smaller[0].1["spec"]["resources"]["requests"]["storage"] = json!("1G");
        smaller[2] = ("environment.e/deployment".to_owned(), plan.applies().nth(2).unwrap().1.object.clone());
        let plan = bench.plan(smaller);
        assert_eq!(bench.change(&plan, "environment.e/volume-home").await, Change::Replace);
        assert_eq!(bench.change(&plan, "environment.e/deployment").await, Change::Replace, "its pods hold the claim");
        let failure = bench.apply(&plan, "environment.e/volume-home").await.unwrap_err();
        assert_eq!(failure.info.name, "volume-replaced");
        assert!(bench.get("PersistentVolumeClaim", "e-home").await.is_some());

        let bench =
            bench.with(Settings { allowed: Allowed { prune_volumes: true, ..Allowed::default() }, ..Settings::default() });
        bench.apply(&plan, "environment.e/volume-home").await.unwrap();
        assert_eq!(bench.get("PersistentVolumeClaim", "e-home").await.unwrap()["spec"]["resources"]["requests"]["storage"], "1G");
        assert!(bench.get("Deployment", "e").await.is_none());
    });
}

/// The server fills in what it then refuses: a volume could not be added to an environment that was there.
fn a_strategy_changes_there_and_back() {
    Bench::run(Settings::default(), async |bench| {
        let plain = environment("e");
        bench.carry_out(&bench.plan(plain.clone())).await;
        let strategy = async || bench.get("Deployment", "e").await.unwrap()["spec"]["strategy"].clone();
        let filled = strategy().await;
        assert_eq!(filled["type"], "RollingUpdate");
        let uid = bench.get("Deployment", "e").await.unwrap()["metadata"]["uid"].clone();

        let mut claimed = plain.clone();
        claimed[2].1["spec"]["strategy"] = json!({ "type": "Recreate" });
        let plan = bench.plan(claimed);
        let seen = bench.observe(&plan).await;
        let deployment = seen.actions.iter().find(|action| action.address == "environment.e/deployment").unwrap();
        assert!(deployment.change == Change::Update && !deployment.message.contains("refuse"), "{}", deployment.message);
        bench.apply(&plan, "environment.e/deployment").await.unwrap();
        assert_eq!(strategy().await, json!({ "type": "Recreate" }));
        assert_eq!(bench.change(&plan, "environment.e/deployment").await, Change::None);

        let mut both = plain.clone();
        both[2].1["spec"]["strategy"] = json!({ "type": "Recreate", "rollingUpdate": { "maxSurge": 1 } });
        assert!(
            bench.apply(&bench.plan(both), "environment.e/deployment").await.is_err(),
            "what a patch says is for its writer to mend"
        );

        let plan = bench.plan(plain);
        bench.apply(&plan, "environment.e/deployment").await.unwrap();
        assert_eq!(strategy().await, filled);
        assert_eq!(bench.change(&plan, "environment.e/deployment").await, Change::None);
        assert_eq!(bench.get("Deployment", "e").await.unwrap()["metadata"]["uid"], uid, "it is never made anew for that");
    });
}

fn what_left_the_sources() {
    Bench::run(Settings::default(), async |bench| {
        let mut both = environment("e");
        both.extend(environment("f"));
        bench.carry_out(&bench.plan(both)).await;
        let plan = bench.plan(environment("e"));
        assert!(bench.observe_part(&plan).await.leftover.is_empty());
        let seen = bench.observe(&plan).await;
        let shown: Vec<(&str, bool)> = seen.leftover.iter().map(|left| (left.address.as_str(), left.kept)).collect();
        assert_eq!(
            shown,
            [("environment.f/deployment", false), ("environment.f/service", false), ("environment.f/volume-home", true)]
        );
        bench.hold(&plan).await;
        for left in &seen.leftover {
            bench.delete(left).await.unwrap();
        }
        assert!(bench.get("Deployment", "f").await.is_none());
        assert!(bench.get("PersistentVolumeClaim", "f-home").await.is_some(), "a volume is kept");
        assert!(bench.get("Deployment", "e").await.is_some());

        bench
            .make(
                "Deployment",
                &json!({
                    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "theirs", "namespace": "default" },
                    "spec": deployment("theirs")["spec"],
                }),
            )
            .await;
        let mut theirs = seen.leftover[0].clone();
        theirs.object.name = "theirs".into();
        assert_eq!(bench.delete(&theirs).await.unwrap_err().info.name, "object-not-ours");
    });
}

fn another_namespace_is_another_instance() {
    Bench::run(Settings::default(), async |bench| {
        let plan = bench.plan(environment("e"));
        bench.carry_out(&plan).await;
        let other = bench.in_namespace("other").await;
        let elsewhere = bench.plan(fixture::moved(environment("e"), "other"));
        let seen = other.observe(&elsewhere).await;
        assert!(seen.leftover.is_empty(), "{:#?}", seen.leftover);
        let mut objects = seen.actions.iter().filter(|observed| !observed.address.ends_with("/ready"));
        assert!(objects.all(|observed| observed.change == Change::Create), "{seen:#?}");
        other.carry_out(&elsewhere).await;
        // What leaves the sources leaves where it is looked for.
        let gone = bench.observe(&bench.plan(environment("f"))).await.leftover;
        assert_eq!(gone.len(), 3);
        assert!(gone.iter().all(|left| left.object.namespace.as_deref() == Some("default")), "{gone:#?}");
    });
}

fn everything_that_is_missing() {
    Bench::run(Settings::default(), async |bench| {
        let mut objects = environment("e");
        objects[2].1["spec"]["template"]["spec"]["containers"][0]["env"] = json!([
            { "name": "A", "valueFrom": { "secretKeyRef": { "name": "there", "key": "token" } } },
            { "name": "B", "valueFrom": { "secretKeyRef": { "name": "there", "key": "other" } } },
            { "name": "C", "valueFrom": { "secretKeyRef": { "name": "gone", "key": "token" } } },
        ]);
        let mut elsewhere = service("x");
        elsewhere["metadata"]["namespace"] = json!("nowhere");
        objects.push(("environment.x/service".to_owned(), elsewhere));
        bench.make("Secret", &json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "there" }, "stringData": { "token": "marked-value" },
        })).await;
        bench.make("Service", &json!({
            "apiVersion": "v1", "kind": "Service", "metadata": { "name": "e", "labels": { "app.kubernetes.io/managed-by": "Helm" } },
            "spec": { "ports": [{ "port": 80 }] },
        })).await;
        let plan = bench.plan(objects);
        let failures = bench.provider.ready(&plan).await;
        let mut names: Vec<&str> = failures.iter().map(|failure| failure.info.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["namespace-missing", "object-not-ours", "secret-missing", "secret-missing"], "{failures:#?}");
        assert!(!format!("{failures:?}").contains("marked-value"));
        let service = bench.change(&plan, "environment.e/service").await;
        assert_eq!(service, Change::Update);
    });
}

fn leases_exclude() {
    let settings = Settings { lease: Duration::from_secs(2), ..Settings::default() };
    Bench::run(settings, async |bench| {
        let plan = bench.plan(environment("e"));
        let first = bench.hold(&plan).await;
        let second = bench.with(settings);
        let since = Instant::now();
        let failure = second.try_hold(&plan).await.map(|_| ()).unwrap_err();
        assert_eq!(failure.info.name, "lease-held");
        assert!(since.elapsed() >= Duration::from_secs(2));
        assert!(failure.message.contains(&format!("(process {})", std::process::id())), "{}", failure.message);
        // One that waits gets it when it is given back.
        let waiting = async { second.try_hold(&plan).await.map_err(|failure| failure.message) };
        let giving = async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            first.release().await;
        };
        let (held, ()) = tokio::join!(waiting, giving);
        held.unwrap().release().await;
        assert!(bench.get("Lease", "coderc-e").await.is_none());
        // A holder that is gone is no holder.
        let held = bench.hold(&plan).await;
        bench
            .merge(
                "Lease",
                "coderc-e",
                &json!({ "metadata": { "annotations": { "coderc.dev/process": fixture::ended_process() } } }),
            )
            .await;
        drop(held);
        second.hold(&plan).await.release().await;
        // Where nothing changes, nothing is held.
        let mut nothing = bench.plan(environment("e"));
        nothing.actions.iter_mut().for_each(|action| action.change = Change::None);
        bench.hold(&nothing).await.release().await;
        assert!(bench.get("Lease", "coderc-e").await.is_none());
    });
}

fn a_wait_ends_with_the_cause() {
    let patience = Patience { image: Duration::from_secs(1), deadline: Duration::from_secs(20), ..Patience::default() };
    Bench::run(Settings { patience, ..Settings::default() }, async |bench| {
        let plan = bench.plan(environment("e"));
        bench.carry_out(&plan).await;
        let settled = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            bench.settle("e", 1).await;
        };
        let (waited, ()) = tokio::join!(bench.wait("e"), settled);
        assert_eq!(waited.unwrap(), "1 of 1 replicas");

        let mut changed = environment("e");
        changed[2].1["spec"]["template"]["spec"]["containers"][0]["image"] = json!("r.dev/x@sha256:2");
        bench.apply(&bench.plan(changed), "environment.e/deployment").await.unwrap();
        let troubled = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            bench.pod("e", &json!({ "reason": "ImagePullBackOff", "message": "Back-off: manifest unknown" })).await;
        };
        let (waited, ()) = tokio::join!(bench.wait("e"), troubled);
        let failure = waited.unwrap_err();
        assert_eq!(failure.info.name, "environment-image");
        assert!(failure.message.contains("`env`") && failure.help[0].contains("manifest unknown"), "{failure:#?}");

        let (stopper, stopped) = stop();
        stopper.further();
        assert!(bench.wait_until("e", stopped).await.unwrap_err().cancelled);
    });
}

/// What keeps an environment from being available is told by its name; where it is mended meanwhile, the wait ends well.
fn each_trouble_has_its_name_and_passes() {
    let second = Duration::from_secs(1);
    let patience = Patience { image: second, place: second, refusal: second, probe: second, deadline: Duration::from_secs(4) };
    Bench::run(Settings { patience, ..Settings::default() }, async |bench| {
        bench.carry_out(&bench.plan(environment("e"))).await;
        let fails = async |name: &str| {
            let failure = bench.wait("e").await.unwrap_err();
            assert_eq!(failure.info.name, name, "{failure:#?}");
        };
        // Nobody looks at it.
        fails("environment-deadline").await;
        let refused = |message: &str| json!({ "conditions": [{ "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message }] });
        bench.status("e", refused("pods \"e-1-a\" is forbidden: exceeded quota: small")).await;
        fails("environment-quota").await;
        bench.status("e", refused("pods \"e-1-a\" is forbidden: violates PodSecurity \"restricted:latest\"")).await;
        fails("environment-refused").await;
        bench.status("e", json!({ "conditions": [] })).await;

        bench.pod("e", &json!({ "reason": "CreateContainerConfigError", "message": "secret \"x\" not found" })).await;
        fails("environment-configuration").await;
        let unplaced = |message: &str| {
            let condition = json!({ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message });
            json!({ "phase": "Pending", "containerStatuses": [], "conditions": [condition] })
        };
        bench.pod_status("e", &unplaced("0/1 nodes are available: 1 Insufficient cpu.")).await;
        fails("environment-unschedulable").await;
        bench.pod_status("e", &unplaced("pod has unbound immediate PersistentVolumeClaims.")).await;
        fails("environment-volume").await;

        let running = json!({ "phase": "Running", "conditions": [], "containerStatuses": [{
            "name": "env", "image": "r.dev/x@sha256:2", "imageID": "", "ready": false, "restartCount": 0, "state": { "running": {} },
        }] });
        bench.pod_status("e", &running).await;
        let warning = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": { "name": "e-1-a.1" }, "type": "Warning", "reason": "Unhealthy",
            "message": "Readiness probe failed: HTTP probe failed with statuscode: 503", "lastTimestamp": "2026-01-01T00:00:00Z",
            "involvedObject": { "kind": "Pod", "name": "e-1-a", "namespace": "default" },
        });
        bench.make("Event", &warning).await;
        fails("environment-probe").await;

        bench.settle("e", 1).await;
        assert_eq!(bench.wait("e").await.unwrap(), "1 of 1 replicas");
    });
}

fn five_hundred_environments() {
    Bench::run_alone(Settings::default(), async |bench| {
        let objects = (0..500).flat_map(|number| {
            let name = format!("e{number}");
            [
                (format!("environment.{name}/service"), service(&name)),
                (format!("environment.{name}/deployment"), deployment(&name)),
            ]
        });
        let plan = bench.plan(objects.collect());
        let since = Instant::now();
        let first = bench.observe(&plan).await;
        let first_observed = since.elapsed();
        assert!(first.actions.iter().all(|observed| observed.change == Change::Create));

        let since = Instant::now();
        let held = bench.hold(&plan).await;
        let leased = since.elapsed();
        bench.apply_all(&plan).await;
        let applied = since.elapsed();
        held.release().await;
        let released = since.elapsed();

        let requests = bench.requests().await;
        let since = Instant::now();
        let seen = bench.observe(&plan).await;
        let observed = since.elapsed();
        let requests = bench.requests().await - requests;
        let changed =
            seen.actions.iter().filter(|observed| observed.change != Change::None && !observed.address.ends_with("/ready"));
        assert_eq!(changed.count(), 0);
        println!(
            "500 environments: observed empty {first_observed:?}, leases {leased:?}, applied {applied:?}, released {released:?}, \
             observed again {observed:?} with {requests} requests"
        );
        assert!(requests <= 3, "{requests} requests");
        assert!(observed < Duration::from_secs(2), "{observed:?}");
    });
}
