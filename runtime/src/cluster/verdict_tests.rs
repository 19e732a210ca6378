//! Verdicts of environments as clusters show them.

use serde_json::{Value, json};

use super::*;

struct World {
    deployment: Deployment,
    sets: Vec<ReplicaSet>,
    pods: Vec<Pod>,
    warnings: Warnings,
}

fn world(status: Value, pod_status: Value) -> World {
    let read = |value: Value| serde_json::from_value(value).unwrap();
    let set = |uid: &str, revision: &str| {
        json!({ "metadata": { "name": uid, "uid": uid, "ownerReferences": [{ "uid": "d", "apiVersion": "apps/v1", "kind": "Deployment", "name": "e" }],
                "annotations": { "deployment.kubernetes.io/revision": revision } }, "spec": { "selector": {} } })
    };
    let owner = json!([{ "uid": "new", "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "new" }]);
    World {
        deployment: serde_json::from_value(json!({
            "metadata": { "name": "e", "uid": "d", "generation": 2 },
            "spec": { "replicas": 1, "selector": {}, "template": {} }, "status": status,
        }))
        .unwrap(),
        sets: vec![serde_json::from_value(set("old", "9")).unwrap(), serde_json::from_value(set("new", "10")).unwrap()],
        pods: vec![read(json!({
            "metadata": { "name": "p", "ownerReferences": owner },
            "spec": { "containers": [{ "name": "env", "resources": { "limits": { "memory": "64Mi" } } }] },
            "status": pod_status,
        }))],
        warnings: Warnings::new(),
    }
}

fn judge(world: &World) -> Verdict {
    let seen = Seen {
        deployment: Some(&world.deployment),
        sets: world.sets.iter().collect(),
        pods: world.pods.iter().collect(),
        warnings: Some(&world.warnings),
    };
    verdict(&seen, 2)
}

fn waiting(reason: &str, message: &str) -> Value {
    let state = json!({ "waiting": { "reason": reason, "message": message } });
    json!({ "containerStatuses": [{
        "name": "env", "image": "r/x", "imageID": "", "ready": false, "restartCount": 1, "state": state,
        "lastState": { "terminated": { "exitCode": 137, "reason": "OOMKilled" } },
    }] })
}

fn progressing() -> Value {
    json!({ "observedGeneration": 2, "replicas": 1, "updatedReplicas": 1 })
}

#[test]
fn available_is_ready_and_what_is_older_is_not_judged() {
    let status = json!({ "observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1 });
    assert_eq!(judge(&world(status.clone(), json!({}))), Verdict::Ready("1 of 1 replicas".into()));
    let mut old = status;
    old["observedGeneration"] = json!(1);
    assert!(matches!(judge(&world(old, json!({}))), Verdict::Waiting(_)));
    assert!(matches!(verdict(&Seen::default(), 0), Verdict::Waiting(_)));
}

#[test]
fn an_old_pod_that_is_left_is_waited_for() {
    let status = json!({ "observedGeneration": 2, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 2 });
    assert!(matches!(judge(&world(status, json!({}))), Verdict::Waiting(_)));
}

#[test]
fn troubles_of_containers() {
    let of = |reason: &str, message: &str| match judge(&world(progressing(), waiting(reason, message))) {
        Verdict::Trouble(trouble) => trouble,
        other => panic!("{other:?}"),
    };
    assert!(matches!(of("ErrImagePull", "manifest unknown"), Trouble::Image { decisive: true, .. }));
    assert!(matches!(of("ImagePullBackOff", "503 Service Unavailable"), Trouble::Image { decisive: false, .. }));
    assert!(matches!(of("InvalidImageName", ""), Trouble::Image { decisive: true, .. }));
    let crash = Trouble::Crash {
        container: "env".into(),
        pod: "p".into(),
        exit_code: 137,
        out_of_memory: true,
        limit: Some("64Mi".into()),
    };
    assert_eq!(of("CrashLoopBackOff", "back-off 10s"), crash);
    assert!(matches!(of("CreateContainerConfigError", "secret \"x\" not found"), Trouble::Configuration { .. }));
    assert_eq!(
        judge(&world(progressing(), waiting("ContainerCreating", ""))),
        Verdict::Waiting("0 of 1 replicas, `env`: ContainerCreating".into())
    );
}

#[test]
fn troubles_before_containers() {
    let unscheduled = |message: &str| {
        let condition = json!({ "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message });
        judge(&world(progressing(), json!({ "conditions": [condition] })))
    };
    assert!(matches!(unscheduled("0/1 nodes: Insufficient cpu"), Verdict::Trouble(Trouble::Unschedulable { .. })));
    assert!(matches!(unscheduled("pod has unbound immediate PersistentVolumeClaims"), Verdict::Trouble(Trouble::Volume { .. })));
    let failed = |message: &str| {
        let mut status = progressing();
        status["conditions"] =
            json!([{ "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message }]);
        judge(&world(status, json!({})))
    };
    assert!(matches!(failed("pods is forbidden: exceeded quota: q"), Verdict::Trouble(Trouble::Quota { .. })));
    assert!(matches!(failed("violates PodSecurity"), Verdict::Trouble(Trouble::Refused { .. })));
}

#[test]
fn a_probe_that_fails_is_told_by_its_warning() {
    let running = json!({ "containerStatuses": [{
        "name": "env", "image": "r/x", "imageID": "", "ready": false, "restartCount": 0, "state": { "running": {} },
    }] });
    let mut world = world(progressing(), running);
    assert_eq!(judge(&world), Verdict::Waiting("0 of 1 replicas, `env` is not ready".into()));
    world.warnings.insert(("Pod".into(), "p".into()), vec![("Unhealthy".into(), "Readiness probe failed: 503".into())]);
    assert!(matches!(judge(&world), Verdict::Trouble(Trouble::Probe { .. })));
}

#[test]
fn pods_of_older_versions_are_not_judged() {
    let mut world = world(progressing(), waiting("CrashLoopBackOff", ""));
    world.pods[0].metadata.owner_references.as_mut().unwrap()[0].uid = "old".into();
    assert_eq!(judge(&world), Verdict::Waiting("0 of 1 replicas".into()));
}
