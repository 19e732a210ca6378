//! Differences of objects as an API server keeps them: with its defaults, and with its book of who set what.

use serde_json::json;

use super::*;

fn wanted() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "e", "labels": { "a/b": "c" }, "annotations": {} },
        "spec": {
            "replicas": 1,
            "selector": { "matchLabels": { "x": "y" } },
            "template": { "spec": {
                "automountServiceAccountToken": false,
                "containers": [{
                    "name": "env", "image": "r/x@sha256:1", "args": ["a", "b"],
                    "env": [{ "name": "EMPTY", "value": "" }, { "name": "B", "value": "2" }],
                    "ports": [{ "name": "http", "containerPort": 80, "protocol": "TCP" }],
                    "resources": { "limits": { "cpu": "1000m", "memory": "1024Mi" } },
                }],
                "tolerations": [{ "key": "gpu", "operator": "Exists" }],
                "volumes": [{ "name": "scratch", "emptyDir": {} }],
            } },
        },
    })
}

/// The same as the server keeps it.
fn live() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {
            "name": "e", "labels": { "a/b": "c" }, "uid": "1", "generation": 1,
            "annotations": { "deployment.kubernetes.io/revision": "1", "coderc.dev/plan": "sha256:1" },
            "managedFields": [
                { "manager": "coderc", "operation": "Apply", "fieldsV1": {
                    "f:metadata": { "f:labels": { "f:a/b": {} }, "f:annotations": { "f:coderc.dev/plan": {} } },
                    "f:spec": { "f:replicas": {}, "f:template": { "f:spec": { "f:containers": { "k:{\"name\":\"env\"}": {
                        ".": {}, "f:name": {}, "f:image": {}, "f:args": {},
                        "f:env": { "k:{\"name\":\"B\"}": { ".": {}, "f:name": {}, "f:value": {} } },
                        "f:ports": { "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": { ".": {}, "f:containerPort": {} } },
                    } } } } },
                } },
                { "manager": "kube-controller-manager", "operation": "Update", "fieldsV1": { "f:status": {} } },
            ],
        },
        "spec": {
            "replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
            "selector": { "matchLabels": { "x": "y" } },
            "strategy": { "type": "RollingUpdate" },
            "template": { "spec": {
                "automountServiceAccountToken": false, "dnsPolicy": "ClusterFirst",
                "containers": [{
                    "name": "env", "image": "r/x@sha256:1", "args": ["a", "b"], "imagePullPolicy": "IfNotPresent",
                    "env": [{ "name": "B", "value": "2" }, { "name": "EMPTY" }],
                    "ports": [{ "name": "http", "containerPort": 80, "protocol": "TCP" }],
                    "resources": { "limits": { "cpu": "1", "memory": "1Gi" } },
                }],
                "tolerations": [{ "key": "gpu", "operator": "Exists" }],
                "volumes": [{ "name": "scratch", "emptyDir": {} }],
            } },
        },
        "status": { "replicas": 1 },
    })
}

fn paths(changes: &[FieldChange]) -> Vec<String> {
    changes.iter().map(|change| format!("{}: {} -> {}", change.path, change.was, change.now)).collect()
}

#[test]
fn defaults_and_other_spellings_are_no_difference() {
    assert_eq!(paths(&apply_changes(&wanted(), &live())), [""; 0]);
}

#[test]
fn a_change_of_the_sources_is_told_by_its_field() {
    let mut wanted = wanted();
    let container = &mut wanted["spec"]["template"]["spec"]["containers"][0];
    container["image"] = json!("r/x@sha256:2");
    container["args"] = json!(["a"]);
    container["env"][1]["value"] = json!("3");
    wanted["metadata"]["labels"]["team/x"] = json!("d");
    assert_eq!(
        paths(&apply_changes(&wanted, &live())),
        [
            "metadata.labels[\"team/x\"]: null -> \"d\"",
            "spec.template.spec.containers[env].image: \"r/x@sha256:1\" -> \"r/x@sha256:2\"",
            "spec.template.spec.containers[env].args: [\"a\",\"b\"] -> [\"a\"]",
            "spec.template.spec.containers[env].env[B].value: \"2\" -> \"3\"",
        ]
    );
}

#[test]
fn what_others_changed_is_seen() {
    let mut live = live();
    live["spec"]["replicas"] = json!(3);
    live["spec"]["template"]["spec"]["tolerations"] = json!([]);
    assert_eq!(
        paths(&apply_changes(&wanted(), &live)),
        ["spec.replicas: 3 -> 1", "spec.template.spec.tolerations: [] -> [{\"key\":\"gpu\",\"operator\":\"Exists\"}]",]
    );
}

#[test]
fn what_coderc_set_and_no_longer_wants_goes_and_what_others_set_stays() {
    let mut wanted = wanted();
    let container = wanted["spec"]["template"]["spec"]["containers"][0].as_object_mut().unwrap();
    container.shift_remove("ports");
    container["env"].as_array_mut().unwrap().pop();
    wanted["spec"]["template"]["spec"].as_object_mut().unwrap().shift_remove("tolerations");
    assert_eq!(
        paths(&apply_changes(&wanted, &live())),
        [
            "spec.template.spec.containers[env].env[B]: {\"name\":\"B\",\"value\":\"2\"} -> null",
            "spec.template.spec.containers[env].ports: [{\"name\":\"http\",\"containerPort\":80,\"protocol\":\"TCP\"}] -> null",
        ]
    );
}

#[test]
fn between_two_states_of_the_server_everything_but_notes_counts() {
    let mut next = live();
    next["metadata"]["annotations"]["coderc.dev/plan"] = json!("sha256:2");
    next["metadata"]["generation"] = json!(2);
    assert!(between(&live(), &next).is_empty());
    next["spec"]["strategy"] = Value::Null;
    next["spec"]["minReadySeconds"] = json!(4);
    assert_eq!(
        paths(&between(&live(), &next)),
        ["spec.strategy: {\"type\":\"RollingUpdate\"} -> null", "spec.minReadySeconds: null -> 4"]
    );
}

#[test]
fn what_kubernetes_never_changes() {
    let change = |path: &str, was: Value, now: Value| vec![FieldChange { path: path.to_owned(), was, now }];
    assert!(immutable("Deployment", &change("spec.selector.matchLabels.x", json!("y"), json!("z"))).is_some());
    assert!(immutable("Deployment", &change("spec.replicas", json!(1), json!(2))).is_none());
    let claim = "PersistentVolumeClaim";
    assert!(immutable(claim, &change("spec.storageClassName", json!("a"), json!("b"))).is_some());
    assert!(immutable(claim, &change("spec.resources.requests.storage", json!("10G"), json!("20G"))).is_none());
    assert!(immutable(claim, &change("spec.resources.requests.storage", json!("10Gi"), json!("10G"))).is_some());
    assert!(immutable(claim, &change("metadata.labels.a", json!("1"), json!("2"))).is_none());
}
