//! The one node: containerd with runc and CNI, and the kubelet.
//!
//! Their settings are for a machine that gives root few rights: no change of OOM scores, no AppArmor, no systemd, and control
//! groups of either version.

use serde_json::json;

use super::inside::{Part, Ready};
use super::keys::write;
use super::place::{NODE, PRIVATE_REGISTRY, Place, REGISTRY, cache};

/// Registries whose images the node takes from the bed's own, below their name.
const MIRRORED: [&str; 2] = ["docker.io", "ghcr.io"];

/// Programs of CNI, where Debian puts them.
pub const CNI: &str = "/usr/lib/cni";

/// Pods' addresses. The upper half of 10.250.0.0/16 is for links.
const PODS: &str = "10.250.0.0/17";

/// Writes the configuration of both.
pub fn configure(place: &Place) -> Result<(), String> {
    let folder = &place.folder;
    let registry = place.at(REGISTRY);
    for host in [&registry, &place.at(PRIVATE_REGISTRY)] {
        let text = format!("server = \"http://{host}\"\n[host.\"http://{host}\"]\n  capabilities = [\"pull\", \"resolve\"]\n");
        write(folder, &format!("registries/{host}/hosts.toml"), &text)?;
    }
    for host in MIRRORED {
        let text = format!(
            "server = \"http://{registry}\"\n[host.\"http://{registry}/v2/{host}\"]\n  capabilities = [\"pull\", \"resolve\"]\n  \
             override_path = true\n"
        );
        write(folder, &format!("registries/{host}/hosts.toml"), &text)?;
    }
    write(folder, "resolv.conf", &format!("nameserver {}\n", place.address()))?;
    let network = json!({
        "cniVersion": "0.4.0", "name": "pods",
        "plugins": [{
            "type": "bridge", "bridge": "pods", "isGateway": true, "ipMasq": false, "hairpinMode": true,
            "ipam": {"type": "host-local", "subnet": PODS, "routes": [{"dst": "0.0.0.0/0"}]},
        }],
    });
    write(folder, "cni/10-pods.conflist", &network.to_string())?;
    write(folder, "containerd.toml", &containerd_settings(place))?;
    write(folder, "kubelet.json", &kubelet_settings(place))
}

pub fn containerd(place: &Place) -> Part {
    let flags = ["--config".to_string(), place.file("containerd.toml")];
    Part::new("containerd", "containerd", flags, Ready::File(place.folder.join("containerd.sock")))
}

pub fn kubelet(place: &Place) -> Part {
    let flags = [
        "kubelet".to_string(),
        format!("--config={}", place.file("kubelet.json")),
        format!("--kubeconfig={}", place.file("node.kubeconfig")),
        format!("--root-dir={}", place.file("kubelet")),
        format!("--cert-dir={}", place.file("kubelet-certificates")),
        format!("--node-ip={}", place.address()),
        format!("--hostname-override={NODE}"),
    ];
    Part::new("kubelet", cache().join("cluster"), flags, Ready::AtOnce)
}

fn containerd_settings(place: &Place) -> String {
    let cri = "plugins.\"io.containerd.grpc.v1.cri\"";
    format!(
        "version = 2
root = \"{root}\"
state = \"{state}\"
[grpc]
  address = \"{socket}\"
[debug]
  level = \"warn\"
[{cri}]
  sandbox_image = \"{registry}/pause:1\"
  restrict_oom_score_adj = true
  disable_apparmor = true
  tolerate_missing_hugetlb_controller = true
  disable_hugetlb_controller = true
[{cri}.containerd.runtimes.runc]
  runtime_type = \"io.containerd.runc.v2\"
[{cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
[{cri}.cni]
  bin_dir = \"{CNI}\"
  conf_dir = \"{cni}\"
[{cri}.registry]
  config_path = \"{registries}\"
",
        root = place.file("containerd"),
        state = place.file("containerd-state"),
        socket = place.file("containerd.sock"),
        registry = place.at(REGISTRY),
        cni = place.file("cni"),
        registries = place.file("registries"),
    )
}

fn kubelet_settings(place: &Place) -> String {
    let settings = json!({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": place.address(),
        "authentication": {
            "anonymous": {"enabled": false},
            "webhook": {"enabled": false},
            "x509": {"clientCAFile": place.file("ca.crt")},
        },
        "authorization": {"mode": "AlwaysAllow"},
        "containerRuntimeEndpoint": format!("unix://{}", place.file("containerd.sock")),
        "resolvConf": place.file("resolv.conf"),
        "volumePluginDir": place.file("volume-plugins"),
        "podLogsDir": place.file("logs-of-pods"),
        "cgroupRoot": format!("/{}", Place::cgroup(&place.folder)),
        "cgroupDriver": "cgroupfs",
        "failCgroupV1": false,
        "failSwapOn": false,
        "oomScoreAdj": 0,
        "enforceNodeAllocatable": [],
        "localStorageCapacityIsolation": false,
        "makeIPTablesUtilChains": false,
        "evictionHard": {
            "memory.available": "1Mi",
            "nodefs.available": "0%",
            "nodefs.inodesFree": "0%",
            "imagefs.available": "0%",
            "imagefs.inodesFree": "0%",
        },
        "imageGCHighThresholdPercent": 100,
        "serializeImagePulls": false,
        "registryPullQPS": 0,
        "maxPods": 250,
    });
    settings.to_string()
}
