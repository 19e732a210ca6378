//! etcd and the parts of Kubernetes that run nothing themselves: API server, controllers, scheduler.

use super::inside::{Part, Ready};
use super::place::{API_SERVER, Place, cache};

/// Everything else needs it.
pub fn etcd(place: &Place) -> Part {
    let flags = [
        format!("--data-dir={}", place.file("etcd")),
        "--unsafe-no-fsync".to_string(),
        "--listen-client-urls=http://127.0.0.1:2379".to_string(),
        "--advertise-client-urls=http://127.0.0.1:2379".to_string(),
        "--listen-peer-urls=http://127.0.0.1:2380".to_string(),
        "--initial-advertise-peer-urls=http://127.0.0.1:2380".to_string(),
        "--initial-cluster=default=http://127.0.0.1:2380".to_string(),
        "--log-level=warn".to_string(),
    ];
    Part::new("etcd", "etcd", flags, Ready::Port("127.0.0.1:2379".to_string()))
}

pub fn api_server(place: &Place) -> Part {
    let flags = [
        "kube-apiserver".to_string(),
        "--etcd-servers=http://127.0.0.1:2379".to_string(),
        format!("--secure-port={API_SERVER}"),
        format!("--bind-address={}", place.address()),
        format!("--advertise-address={}", place.address()),
        format!("--tls-cert-file={}", place.file("serving.crt")),
        format!("--tls-private-key-file={}", place.file("serving.key")),
        "--service-account-issuer=https://kubernetes.default.svc".to_string(),
        format!("--service-account-signing-key-file={}", place.file("accounts.key")),
        format!("--service-account-key-file={}", place.file("accounts.key")),
        "--service-cluster-ip-range=10.96.0.0/16".to_string(),
        format!("--token-auth-file={}", place.file("tokens.csv")),
        "--authorization-mode=Node,RBAC".to_string(),
        "--endpoint-reconciler-type=none".to_string(),
        // Without it, logs and exec ask for the node by its name.
        "--kubelet-preferred-address-types=InternalIP".to_string(),
        format!("--kubelet-client-certificate={}", place.file("kubelet-client.crt")),
        format!("--kubelet-client-key={}", place.file("kubelet-client.key")),
        "--allow-privileged=true".to_string(),
    ];
    Part::new("api-server", cache().join("cluster"), flags, Ready::Port(place.at(API_SERVER)))
}

pub fn controllers(place: &Place) -> Part {
    let flags = [
        "kube-controller-manager".to_string(),
        format!("--kubeconfig={}", place.kubeconfig().display()),
        "--leader-elect=false".to_string(),
        "--bind-address=127.0.0.1".to_string(),
        format!("--service-account-private-key-file={}", place.file("accounts.key")),
        format!("--root-ca-file={}", place.file("ca.crt")),
        // Claims get a folder of the node.
        "--enable-hostpath-provisioner=true".to_string(),
    ];
    Part::new("controllers", cache().join("cluster"), flags, Ready::AtOnce)
}

pub fn scheduler(place: &Place) -> Part {
    let flags = [
        "kube-scheduler".to_string(),
        format!("--kubeconfig={}", place.kubeconfig().display()),
        "--leader-elect=false".to_string(),
        "--bind-address=127.0.0.1".to_string(),
    ];
    Part::new("scheduler", cache().join("cluster"), flags, Ready::AtOnce)
}

/// What an empty cluster lacks: somewhere for claims to go.
pub const FIRST_OBJECTS: &str = "apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations: {storageclass.kubernetes.io/is-default-class: \"true\"}
provisioner: kubernetes.io/host-path
";
