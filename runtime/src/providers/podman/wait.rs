//! Waits until an environment stays up and is ready, and says why it does not become so.
//!
//! Readiness is looked at from outside: a command in the container, or the port that is published on this machine.

use std::time::{Duration, Instant};

use compiler::diagnostics::catalog::local_environment;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{manifest, pods};
use crate::execute::{ActionEvents, Failure, Level, Phase, Stop};
use crate::process;
use crate::saved::Declared;

/// As long as a Deployment may take to make progress.
const DEADLINE: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(400);
/// A container that was started again so often will not stay up.
const MOST_RESTARTS: u64 = 3;

/// `declared` is what a failure points at.
pub async fn ready(object: &Value, declared: &Declared, events: &ActionEvents, stop: &Stop) -> Result<String, Failure> {
    let name = manifest::name(object);
    let names = manifest::container_names(object);
    let since = Instant::now();
    let mut before: Vec<String> = Vec::new();
    let mut told = String::new();
    loop {
        let containers = pods::containers(&names).await?;
        for container in &containers {
            judge(container, name, declared, manifest_restarts(object)).await?;
        }
        let running = containers.iter().filter(|container| container.state.running).count();
        let started: Vec<String> = containers.iter().map(|container| container.state.started_at.clone()).collect();
        let mut what = format!("{running} of {} containers run", names.len());
        // Seen twice with the same start: it did not end at once.
        if running == names.len() && started == before {
            match unready(object).await? {
                None => return Ok(format!("{running} containers run")),
                Some(container) => what = format!("`{container}` is not ready"),
            }
        }
        before = started;
        if what != told {
            events.phase(Phase::Settling { what: what.clone() });
            told.clone_from(&what);
        }
        if since.elapsed() > DEADLINE {
            return Err(Failure::new(local_environment::late(name, DEADLINE.as_secs(), &what)).at(declared.source(None)));
        }
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.reached(Level::Cancel) => return Err(Failure::cancelled()),
        }
    }
}

/// Whether podman starts a container again that ended well.
fn manifest_restarts(object: &Value) -> bool {
    object.pointer("/spec/template/spec/initContainers").is_none()
}

async fn judge(container: &pods::Container, pod: &str, declared: &Declared, restarts: bool) -> Result<(), Failure> {
    let state = &container.state;
    let shown = container.name.strip_prefix(pod).map_or(container.name.as_str(), |name| name.trim_start_matches('-'));
    let diagnostic = if state.oom_killed {
        local_environment::out_of_memory(shown)
    } else if container.restart_count >= MOST_RESTARTS {
        local_environment::crash_loop(shown, container.restart_count, state.exit_code)
    } else if !restarts && state.status == "exited" && state.exit_code == 0 {
        local_environment::ended(shown, 0)
    } else {
        return Ok(());
    };
    Err(Failure::new(diagnostic).at(declared.source(Some(shown))).log(pods::last_lines(&container.name).await))
}

/// The first container whose readiness probe does not hold.
async fn unready(object: &Value) -> Result<Option<String>, Failure> {
    for (container, full_name) in manifest::containers(object).into_iter().zip(manifest::container_names(object)) {
        if let Some(probe) = container.get("readinessProbe")
            && !holds(probe, container, &full_name).await?
        {
            return Ok(Some(manifest::text(container, "/name").unwrap_or(&full_name).to_owned()));
        }
    }
    Ok(None)
}

async fn holds(probe: &Value, container: &Value, full_name: &str) -> Result<bool, Failure> {
    let timeout = Duration::from_secs(probe.get("timeoutSeconds").and_then(Value::as_u64).unwrap_or(1).max(1));
    if let Some(command) = probe.pointer("/exec/command").and_then(Value::as_array) {
        let mut arguments = vec!["exec", full_name];
        arguments.extend(command.iter().filter_map(Value::as_str));
        let answered = tokio::time::timeout(timeout, process::run("podman", &arguments, None)).await;
        return answered.map_or(Ok(false), |output| Ok(output?.ok()));
    }
    let http = probe.get("httpGet");
    let Some(port) = http.or_else(|| probe.get("tcpSocket")).and_then(|of| of.get("port")) else { return Ok(true) };
    let Some(port) = number(port, container) else { return Ok(true) };
    let Some(port) = published(full_name, port).await? else { return Ok(true) };
    let path = http.and_then(|http| manifest::text(http, "/path")).unwrap_or("/");
    let asked = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        if http.is_none() {
            return Some(());
        }
        stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes()).await.ok()?;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.ok()?;
        let code: u16 = std::str::from_utf8(&status[9..]).ok()?.parse().ok()?;
        (200..400).contains(&code).then_some(())
    };
    Ok(tokio::time::timeout(timeout, asked).await.ok().flatten().is_some())
}

/// A port by its number or its name.
fn number(port: &Value, container: &Value) -> Option<u64> {
    port.as_u64().or_else(|| {
        let ports = container.get("ports")?.as_array()?;
        ports.iter().find(|declared| declared.get("name") == Some(port))?.get("containerPort")?.as_u64()
    })
}

/// The port of this machine that a container's port is published as, if it is.
async fn published(container: &str, port: u64) -> Result<Option<u16>, Failure> {
    let output = process::run("podman", &["port", container, &format!("{port}/tcp")], None).await?;
    Ok(output.out.lines().next().and_then(|line| line.rsplit_once(':')?.1.trim().parse().ok()))
}
