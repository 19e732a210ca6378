//! Makes an environment's pod what its Deployment says, and its claims volumes.
//!
//! A pod that is as it should be is left alone; another is taken away whole before its successor starts, since both would want
//! the same names, ports and volumes.

use std::collections::BTreeMap;
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::time::Duration;

use compiler::diagnostics::catalog::{local_environment, local_secret};
use serde_json::Value;

use super::manifest::{self, Filled};
use super::{pods, secrets};
use crate::execute::{ActionEvents, Failure, Phase, Stop};
use crate::process;

pub async fn deployment(address: &str, object: &Value, events: &ActionEvents, stop: &Stop) -> Result<String, Failure> {
    let name = manifest::name(object);
    let hash = manifest::hash(object);
    let present = pods::pods().await?.into_iter().find(|pod| pod.name == name);
    if let Some(pod) = &present {
        if pod.labels.get(manifest::APPLIED) == Some(&hash) && pod.runs(&manifest::container_names(object)) {
            return Ok("unchanged".to_owned());
        }
        events.phase(Phase::Settling { what: "the pod before it ends".to_owned() });
        remove(name).await?;
    }
    let mut filled = Filled::default();
    fill_secrets(address, object, &mut filled).await?;
    let (free, taken): (Vec<_>, Vec<_>) = manifest::ports(object).into_iter().partition(is_free);
    filled.ports = free.iter().map(|port| port.number).collect();
    events.phase(Phase::Settling { what: "the pod starts".to_owned() });
    let pod = manifest::pod(object, &filled);
    if let Err(failure) = play(name, &pod, events, stop).await {
        if failure.cancelled {
            return Err(failure);
        }
        // What a killed apply had started may have been about to make the same pod.
        events.retrying(failure.message);
        tokio::time::sleep(Duration::from_secs(1)).await;
        play(name, &pod, events, stop).await?;
    }
    let mut remark = if present.is_some() { "replaced" } else { "created" }.to_owned();
    let shown = |ports: &[manifest::Port]| ports.iter().map(|port| port.number.to_string()).collect::<Vec<_>>().join(", ");
    if !free.is_empty() {
        remark.push_str(&format!(", published on 127.0.0.1: {}", shown(&free)));
    }
    if !taken.is_empty() {
        remark.push_str(&format!(", taken on this machine and not published: {}", shown(&taken)));
    }
    if let Some(replicas) = object.pointer("/spec/replicas").and_then(Value::as_u64).filter(|replicas| *replicas > 1) {
        remark.push_str(&format!(", 1 of {replicas} replicas"));
    }
    Ok(remark)
}

/// A claim is a volume; one that is there is kept as it is, with what it holds.
pub async fn claim(object: &Value) -> Result<String, Failure> {
    let name = manifest::name(object);
    if pods::volumes().await?.iter().any(|volume| volume.name == name) {
        return Ok("is there".to_owned());
    }
    create_volume(name, &manifest::labels(object)).await?;
    Ok("created".to_owned())
}

/// Takes a pod away, with what it mounts secrets from. No volume of the environment is touched.
pub async fn remove(pod: &str) -> Result<(), Failure> {
    let output = process::run("podman", &["pod", "rm", "--force", "--time", "3", pod], None).await?;
    let gone = output.ok() || output.err.contains("no such pod") || output.err.contains("no pod with name");
    if !gone {
        let deed = format!("remove the pod `{pod}`");
        return Err(Failure::new(local_environment::refused(&deed, &output.complaint())).log(output.last_lines()));
    }
    for volume in pods::volumes().await? {
        if volume.labels.get(manifest::SECRET).is_some_and(|of| of == pod) {
            remove_volume(&volume.name).await?;
        }
    }
    Ok(())
}

pub async fn remove_volume(name: &str) -> Result<(), Failure> {
    let output = process::run("podman", &["volume", "rm", name], None).await?;
    match output.ok() || output.err.contains("no such volume") || output.err.contains("no volume with name") {
        true => Ok(()),
        false => Err(Failure::new(local_environment::refused(&format!("remove the volume `{name}`"), &output.complaint()))),
    }
}

async fn play(name: &str, pod: &Value, events: &ActionEvents, stop: &Stop) -> Result<(), Failure> {
    let text = pod.to_string();
    let mut arguments = vec!["kube", "play"];
    // The network that `kube play` would make for itself would stay when all of its pods are gone.
    if is_root() {
        arguments.extend(["--network", "podman"]);
    }
    arguments.push("-");
    let output = tokio::select! {
        output = process::run("podman", &arguments, Some(text.as_bytes())) => output?,
        () = stop.reached(crate::execute::Level::Cancel) => {
            // What was begun is half a pod: the next apply sees that.
            remove(name).await?;
            return Err(Failure::cancelled());
        }
    };
    if output.ok() {
        return Ok(());
    }
    output.err.lines().for_each(|line| events.log(line));
    remove(name).await?;
    let deed = format!("start the pod `{name}`");
    Err(Failure::new(local_environment::refused(&deed, &output.complaint())).log(output.last_lines()))
}

/// Values for environment variables, and a file in a volume of its own for each key that is mounted.
async fn fill_secrets(address: &str, object: &Value, filled: &mut Filled) -> Result<(), Failure> {
    for of in manifest::secrets(object) {
        let value = match secrets::value(&of.name, &of.key).await? {
            secrets::Found::Value(value) => value,
            secrets::Found::NoKey => return Err(Failure::new(local_secret::key(&of.name, &of.key, address))),
            secrets::Found::Missing => return Err(Failure::new(local_secret::missing(&of.name, &of.key, address))),
        };
        let Some(volume) = of.volume else {
            let text = String::from_utf8(value)
                .map_err(|_| Failure::new(local_secret::unreadable(&of.name, "a variable takes text, and this is none")))?;
            filled.secrets.insert((of.name, of.key), text);
            continue;
        };
        let pod = manifest::name(object);
        let name = format!("{pod}-{volume}");
        let labels = BTreeMap::from([
            (manifest::MANAGED_BY.to_owned(), manifest::MANAGER.to_owned()),
            (manifest::SECRET.to_owned(), pod.to_owned()),
        ]);
        if !pods::volumes().await?.iter().any(|volume| volume.name == name) {
            create_volume(&name, &labels).await?;
        }
        let found = pods::volumes().await?.into_iter().find(|volume| volume.name == name);
        let folder = found.map(|volume| volume.mountpoint).unwrap_or_default();
        let file = Path::new(&folder).join("value");
        secrets::write(&file, &value, 0o444)
            .map_err(|error| Failure::new(local_secret::unreadable(&of.name, &error.to_string())))?;
        filled.files.insert(volume, file.display().to_string());
    }
    Ok(())
}

async fn create_volume(name: &str, labels: &BTreeMap<String, String>) -> Result<(), Failure> {
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("--label={name}={value}")).collect();
    let mut arguments = vec!["volume", "create"];
    arguments.extend(labels.iter().map(String::as_str));
    arguments.push(name);
    let output = process::run("podman", &arguments, None).await?;
    match output.ok() {
        true => Ok(()),
        false => Err(Failure::new(local_environment::refused(&format!("make the volume `{name}`"), &output.complaint()))),
    }
}

fn is_free(port: &manifest::Port) -> bool {
    match port.udp {
        true => UdpSocket::bind(("127.0.0.1", port.number)).is_ok(),
        false => TcpListener::bind(("127.0.0.1", port.number)).is_ok(),
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|information| std::os::unix::fs::MetadataExt::uid(&information) == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
