//! The generated Deployment as what `podman kube play` is given: its pod, with what only this machine can say filled in.
//!
//! Pure. podman would make a pod of a Deployment by itself, but each version under another name, with secrets in another form, and
//! without the ports of a Service. One pod is run, whatever `replicas` says.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Labels of a pod and of its volumes, beside those of the object itself.
pub const APPLIED: &str = "coderc.dev/applied";
pub const ADDRESS: &str = "coderc.dev/address";
pub const NAMESPACE: &str = "coderc.dev/namespace";
pub const TTL: &str = "coderc.dev/ttl";
/// The container that a log is of when none is named.
pub const PRIMARY: &str = "coderc.dev/primary";
pub const INSTANCE: &str = "app.kubernetes.io/instance";
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
pub const MANAGER: &str = "coderc";
/// A volume that holds nothing but a secret, and goes with its pod.
pub const SECRET: &str = "coderc.dev/secret";

/// A key of a secret, and the volume of the pod it is mounted by, if it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretUse {
    pub name: String,
    pub key: String,
    pub volume: Option<String>,
}

/// A port of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    pub number: u16,
    pub udp: bool,
}

/// What only this machine can say.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// The values of what environment variables take from secrets, by name and key.
    pub secrets: BTreeMap<(String, String), String>,
    /// The files that hold mounted secrets, by the pod's volume.
    pub files: BTreeMap<String, String>,
    /// Ports of containers that are free on this machine too.
    pub ports: Vec<u16>,
}

/// What tells whether an object changed: a hash of all it says.
pub fn hash(object: &Value) -> String {
    let mut object = object.clone();
    object.sort_all_objects();
    Sha256::digest(object.to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn text<'a>(object: &'a Value, pointer: &str) -> Option<&'a str> {
    object.pointer(pointer).and_then(Value::as_str)
}

pub fn name(object: &Value) -> &str {
    text(object, "/metadata/name").unwrap_or_default()
}

/// The labels that a pod or a volume of the object gets.
pub fn labels(object: &Value) -> BTreeMap<String, String> {
    let own = object.pointer("/metadata/labels").and_then(Value::as_object);
    let mut labels: BTreeMap<String, String> =
        own.into_iter().flatten().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect();
    labels.insert(MANAGED_BY.to_owned(), MANAGER.to_owned());
    labels.insert(APPLIED.to_owned(), hash(object));
    let said = [
        (ADDRESS, "/metadata/annotations/coderc.dev~1address"),
        (TTL, "/metadata/annotations/coderc.dev~1ttl"),
        (NAMESPACE, "/metadata/namespace"),
        (PRIMARY, "/spec/template/metadata/annotations/kubectl.kubernetes.io~1default-container"),
    ];
    for (label, pointer) in said {
        if let Some(value) = text(object, pointer) {
            labels.insert(label.to_owned(), value.to_owned());
        }
    }
    labels
}

/// Containers that run on, in order.
pub fn containers(object: &Value) -> Vec<&Value> {
    list(object, "/spec/template/spec/containers")
}

/// The names podman gives to containers that run on.
pub fn container_names(object: &Value) -> Vec<String> {
    let pod = name(object);
    containers(object).into_iter().filter_map(|container| Some(format!("{pod}-{}", text(container, "/name")?))).collect()
}

pub fn ports(object: &Value) -> Vec<Port> {
    let ports = containers(object).into_iter().flat_map(|container| list(container, "/ports"));
    let one = |port: &Value| {
        let number = u16::try_from(port.get("containerPort")?.as_u64()?).ok()?;
        Some(Port { number, udp: text(port, "/protocol") == Some("UDP") })
    };
    ports.filter_map(one).collect()
}

/// Every secret that the pod uses; what only pulls images is not among them.
pub fn secrets(object: &Value) -> Vec<SecretUse> {
    let mut uses = Vec::new();
    let all = ["/spec/template/spec/initContainers", "/spec/template/spec/containers"];
    for container in all.into_iter().flat_map(|pointer| list(object, pointer)) {
        for variable in list(container, "/env") {
            if let Some((name, key)) = reference(variable) {
                uses.push(SecretUse { name, key, volume: None });
            }
        }
    }
    for volume in list(object, "/spec/template/spec/volumes") {
        let item = |pointer: &str| text(volume, pointer).map(str::to_owned);
        if let (Some(volume), Some(name), Some(key)) = (item("/name"), item("/secret/secretName"), item("/secret/items/0/key")) {
            uses.push(SecretUse { name, key, volume: Some(volume) });
        }
    }
    uses.sort();
    uses.dedup();
    uses
}

/// The pod, ready for `podman kube play`.
pub fn pod(object: &Value, filled: &Filled) -> Value {
    let mut spec = object.pointer("/spec/template/spec").cloned().unwrap_or_else(|| json!({}));
    let init = spec.get("initContainers").is_some();
    if let Some(spec) = spec.as_object_mut() {
        // What only a cluster has.
        for field in ["imagePullSecrets", "nodeSelector", "tolerations", "serviceAccountName", "affinity"] {
            spec.shift_remove(field);
        }
        // podman starts an init container again too when all are to be.
        spec.insert("restartPolicy".to_owned(), Value::from(if init { "OnFailure" } else { "Always" }));
        for volume in spec.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten() {
            let file = volume.get("name").and_then(Value::as_str).and_then(|name| filled.files.get(name)).cloned();
            if let (Some(file), Some(volume)) = (file, volume.as_object_mut()) {
                volume.shift_remove("secret");
                volume.insert("hostPath".to_owned(), json!({ "path": file, "type": "File" }));
            }
        }
        for (field, published) in [("initContainers", false), ("containers", true)] {
            for container in spec.get_mut(field).and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(container) = container.as_object_mut() {
                    fill(container, filled, published);
                }
            }
        }
    }
    let labels: Map<String, Value> = labels(object).into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name(object), "labels": labels }, "spec": spec })
}

fn fill(container: &mut Map<String, Value>, filled: &Filled, published: bool) {
    // podman looks for names without a host in places of its own.
    if let Some(Value::String(image)) = container.get_mut("image") {
        *image = compiler::plan::reference::normal(image);
    }
    // A digest says what is meant, so what is here is right.
    container.entry("imagePullPolicy").or_insert_with(|| Value::from("IfNotPresent"));
    // podman would end containers that are not ready; readiness is looked at from outside.
    container.shift_remove("readinessProbe");
    // Requests are a scheduler's.
    if let Some(resources) = container.get_mut("resources").and_then(Value::as_object_mut) {
        resources.shift_remove("requests");
    }
    for variable in container.get_mut("env").and_then(Value::as_array_mut).into_iter().flatten() {
        if let (Some(reference), Some(variable)) = (reference(variable), variable.as_object_mut())
            && let Some(value) = filled.secrets.get(&reference)
        {
            variable.shift_remove("valueFrom");
            variable.insert("value".to_owned(), Value::String(value.clone()));
        }
    }
    for mount in container.get_mut("volumeMounts").and_then(Value::as_array_mut).into_iter().flatten() {
        let of_secret = mount.get("name").and_then(Value::as_str).is_some_and(|name| filled.files.contains_key(name));
        if let (true, Some(mount)) = (of_secret, mount.as_object_mut()) {
            mount.shift_remove("subPath");
        }
    }
    for port in container.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        let number = port.get("containerPort").and_then(Value::as_u64).and_then(|number| u16::try_from(number).ok());
        if let (Some(number), Some(port)) =
            (number.filter(|number| published && filled.ports.contains(number)), port.as_object_mut())
        {
            port.insert("hostPort".to_owned(), Value::from(number));
            port.insert("hostIP".to_owned(), Value::from("127.0.0.1"));
        }
    }
}

fn reference(variable: &Value) -> Option<(String, String)> {
    let of = |field: &str| text(variable, &format!("/valueFrom/secretKeyRef/{field}")).map(str::to_owned);
    Some((of("name")?, of("key")?))
}

fn list<'a>(object: &'a Value, pointer: &str) -> Vec<&'a Value> {
    object.pointer(pointer).and_then(Value::as_array).into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment() -> Value {
        serde_json::from_str(include_str!("../../render/expected/deployment.json")).unwrap()
    }

    #[test]
    fn a_pod_says_what_its_deployment_says() {
        let deployment = deployment();
        let uses = secrets(&deployment);
        assert_eq!(uses.len(), 2);
        let volume = uses.iter().find_map(|found| found.volume.clone()).unwrap();
        let filled = Filled {
            secrets: BTreeMap::from([(("api".to_owned(), "token".to_owned()), "value".to_owned())]),
            files: BTreeMap::from([(volume.clone(), "/volumes/token".to_owned())]),
            ports: vec![8080],
        };
        let pod = pod(&deployment, &filled);
        let env = &pod["spec"]["containers"][0];
        assert_eq!(env["env"][1], json!({ "name": "TOKEN", "value": "value" }));
        assert_eq!(env["ports"][0]["hostPort"], 8080);
        assert_eq!(env["ports"][0]["hostIP"], "127.0.0.1");
        assert_eq!(env["readinessProbe"], Value::Null);
        assert_eq!(env["resources"]["limits"], json!({ "cpu": "500m", "memory": "4G" }));
        assert_eq!(env["volumeMounts"][1], json!({ "mountPath": "/etc/token", "name": volume, "readOnly": true }));
        assert_eq!(
            pod["spec"]["volumes"][2],
            json!({ "name": volume, "hostPath": { "path": "/volumes/token", "type": "File" } })
        );
        assert_eq!(pod["spec"]["restartPolicy"], "OnFailure");
        assert_eq!(pod["metadata"]["name"], "dev-ana");
        assert_eq!(pod["metadata"]["labels"]["coderc.dev/address"], "environment.dev[\"ana\"]");
        assert_eq!(pod["metadata"]["labels"][APPLIED], hash(&deployment));
        assert!(pod["spec"].get("nodeSelector").is_none());
        assert_eq!(container_names(&deployment), ["dev-ana-env", "dev-ana-postgres"]);
    }

    #[test]
    fn a_port_that_is_taken_is_not_published() {
        let pod = pod(&deployment(), &Filled::default());
        assert_eq!(pod["spec"]["containers"][0]["ports"][0].get("hostPort"), None);
    }

    #[test]
    fn a_hash_follows_what_is_said_and_not_its_order() {
        assert_eq!(hash(&json!({ "a": 1, "b": { "c": 2, "d": 3 } })), hash(&json!({ "b": { "d": 3, "c": 2 }, "a": 1 })));
        assert_ne!(hash(&json!({ "a": 1 })), hash(&json!({ "a": 2 })));
    }
}
