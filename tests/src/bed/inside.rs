//! What runs in the bed's own namespaces: its network and mounts, and each part, started again when it ends.
//!
//! This process and all it starts live in one process namespace, so whatever ends the first of them ends all, and mounts,
//! bridges and interfaces go with their namespaces. It talks to nobody: a file in `stopped/` named as a part keeps that part from running.

use std::ffi::OsString;
use std::fs::File;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::place::{GIT, Place};
use super::{capacity, control_plane, node, registry};

const POLL: Duration = Duration::from_millis(30);

/// A program of the bed.
pub struct Part {
    name: &'static str,
    program: OsString,
    flags: Vec<String>,
    ready: Ready,
}

/// How to see that a part is up.
pub enum Ready {
    AtOnce,
    Port(String),
    File(PathBuf),
}

impl Part {
    pub fn new(name: &'static str, program: impl Into<OsString>, flags: impl Into<Vec<String>>, ready: Ready) -> Part {
        Part { name, program: program.into(), flags: flags.into(), ready }
    }
}

/// Starts everything, and watches over it until the process is killed.
pub fn run(folder: &Path) -> Result<(), String> {
    // The keeper writes the number last of all, when the link is there.
    let number = folder.join("number");
    wait("the keeper", || number.exists())?;
    let text = std::fs::read_to_string(&number).map_err(|error| format!("number: {error}"))?;
    let place = Place { folder: folder.to_path_buf(), number: text.trim().parse().map_err(|_| format!("the number {text:?}"))? };
    mounts(&place)?;
    network(&place)?;
    let server = |name, ready, flags: &[&str]| {
        let program = std::env::current_exe().map_err(|error| format!("the path of this program: {error}"))?;
        Ok::<Part, String>(Part::new(name, program, flags.iter().map(ToString::to_string).collect::<Vec<_>>(), ready))
    };
    let (address, folder) = (place.address(), place.file(""));
    let stages = vec![
        vec![
            registry::open(&place),
            registry::private(&place),
            control_plane::etcd(&place),
            node::containerd(&place),
            server("git", Ready::Port(place.at(GIT)), &["git", &address, &folder])?,
            server("names", Ready::AtOnce, &["names", &address])?,
        ],
        vec![control_plane::api_server(&place)],
        vec![control_plane::controllers(&place), control_plane::scheduler(&place), node::kubelet(&place)],
    ];
    for name in ["stopped", "running", "logs"] {
        std::fs::create_dir_all(place.folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    let mut threads = Vec::new();
    for stage in stages {
        let ready: Vec<(&str, Ready)> = stage
            .into_iter()
            .map(|mut part| {
                let ready = (part.name, std::mem::replace(&mut part.ready, Ready::AtOnce));
                let folder = place.folder.clone();
                threads.push(std::thread::spawn(move || watch(&part, &folder)));
                ready
            })
            .collect();
        for (name, ready) in ready {
            wait(name, || match &ready {
                Ready::AtOnce => true,
                Ready::Port(address) => TcpStream::connect(address).is_ok(),
                Ready::File(path) => path.exists(),
            })?;
        }
    }
    for thread in threads {
        let _ = thread.join();
    }
    Ok(())
}

/// Runs a part, again and again, unless it is to be stopped.
fn watch(part: &Part, folder: &Path) {
    let (stopped, running) = (folder.join("stopped").join(part.name), folder.join("running").join(part.name));
    loop {
        if !stopped.exists() {
            let log = File::options().create(true).append(true).open(folder.join("logs").join(part.name));
            let spawned = log.and_then(|log| {
                let mut command = Command::new("setpriv");
                command.args(["--pdeathsig", "KILL"]).arg(&part.program).args(&part.flags).current_dir(folder);
                command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()
            });
            if let Ok(mut child) = spawned {
                let _ = File::create(&running);
                while matches!(child.try_wait(), Ok(None)) {
                    if stopped.exists() {
                        let _ = child.kill();
                    }
                    std::thread::sleep(POLL);
                }
                let _ = std::fs::remove_file(&running);
            }
        }
        std::thread::sleep(POLL);
    }
}

/// What the parts write outside of the bed's folder goes into it, or nowhere.
fn mounts(place: &Place) -> Result<(), String> {
    run_program("mount", &["--make-rshared", "/"])?;
    run_program("mount", &["-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run"])?;
    let (upper, work) = (place.file("var"), place.file("var-work"));
    for folder in [&upper, &work, super::sweep::VOLUMES] {
        std::fs::create_dir_all(folder).map_err(|error| format!("{folder}: {error}"))?;
    }
    run_program("mount", &["-t", "tmpfs", "-o", "mode=755", "tmpfs", super::sweep::VOLUMES])?;
    // The disk of pods' volumes, small enough to be filled.
    let volumes = place.file("kubelet");
    std::fs::create_dir_all(&volumes).map_err(|error| format!("{volumes}: {error}"))?;
    run_program("mount", &["-t", "tmpfs", "-o", "mode=755,size=1g", "tmpfs", &volumes])?;
    let options = format!("lowerdir=/var,upperdir={upper},workdir={work}");
    run_program("mount", &["-t", "overlay", "-o", &options, "var", "/var"])?;
    capacity::pretend(place)
}

fn network(place: &Place) -> Result<(), String> {
    let address = format!("{}/30", place.address());
    run_program("ip", &["link", "set", "lo", "up"])?;
    run_program("ip", &["address", "add", &address, "dev", "up"])?;
    run_program("ip", &["link", "set", "dev", "up", "up"])?;
    run_program("ip", &["route", "add", "default", "via", &place.outside_address()])
}

/// Runs a program to its end, and says what it said against it.
pub fn run_program(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{program} {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim())),
    }
}

/// Waits until something holds, for some minutes at most: a machine may be busy with a build.
pub fn wait(what: &str, mut holds: impl FnMut() -> bool) -> Result<(), String> {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > Duration::from_secs(240) {
            return Err(format!("{what} is not there after {} s", start.elapsed().as_secs()));
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}
