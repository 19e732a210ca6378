//! How a test process comes to the shared bed: it connects to the keeper, and starts one where there is none.
//!
//! The connection is all that the keeper knows of a test. What is in a bed is for the other files to say.

use std::io::{BufRead, BufReader};
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::place::{GIT_HOSTS, PRIVATE_REGISTRY, Place, REGISTRY, cache};
use super::{Bed, Kaniko, keeper, node, sweep};
use crate::parts::program;

/// Why a bed cannot run here.
pub fn missing() -> Result<(), String> {
    if !is_root() {
        return Err("a node needs root".to_string());
    }
    for name in ["unshare", "setpriv", "setsid", "ip", "mount", "openssl", "tar", "ldd", "git", "busybox", "catatonit"] {
        program(name)?;
    }
    for name in ["etcd", "containerd", "containerd-shim-runc-v2", "runc", "docker-registry"] {
        program(name)?;
    }
    if !Path::new(node::CNI).join("bridge").is_file() {
        return Err("`containernetworking-plugins` is not installed".to_string());
    }
    if !cache().join("cluster").is_file() {
        return Err(format!("`{}` is not built (`tests/run` does)", cache().join("cluster").display()));
    }
    if sweep::hierarchies().is_empty() {
        return Err("no control groups are mounted".to_string());
    }
    let namespaces = Command::new("unshare").args(["--mount", "--net", "--pid", "--fork", "true"]).output();
    match namespaces.is_ok_and(|output| output.status.success()) {
        true => Ok(()),
        false => Err("this machine gives no namespaces".to_string()),
    }
}

/// Connects to the keeper, and starts one where there is none.
pub fn connect() -> Bed {
    missing().expect("a bed can run here");
    let address = keeper::rendezvous();
    let deadline = Instant::now() + Duration::from_secs(900);
    while Instant::now() < deadline {
        let Some(stream) = reach(&address) else { continue };
        let mut line = String::new();
        let read = BufReader::new(stream.try_clone().expect("a socket")).read_line(&mut line);
        let line = line.trim_end();
        if let Some(reason) = line.strip_prefix("failed ") {
            panic!("the bed does not start: {}", reason.replace(" | ", "\n"));
        }
        let mut words = line.strip_prefix("ready ").unwrap_or_default().splitn(3, ' ');
        if let (Ok(_), Some(number), Some(folder), Some(kaniko)) = (read, words.next(), words.next(), words.next()) {
            let place = Place { folder: PathBuf::from(folder), number: number.parse().expect("a number") };
            return Bed {
                kubeconfig: place.kubeconfig(),
                registry: place.at(REGISTRY),
                private_registry: Some(place.at(PRIVATE_REGISTRY)),
                git_folder: place.git_folder(),
                git_hosts: GIT_HOSTS.map(String::from).into(),
                folder: place.folder,
                kaniko: Kaniko::parse(kaniko),
                connection: Some(stream),
            };
        }
        // It was about to end: the next is a new one.
    }
    panic!("the bed is not ready after a quarter of an hour");
}

/// A connection to the keeper, which is started when nobody listens.
fn reach(address: &SocketAddr) -> Option<UnixStream> {
    if let Ok(stream) = UnixStream::connect_addr(address) {
        return Some(stream);
    }
    let mut keeper = Command::new("setsid");
    keeper.arg("--fork").arg(binary()).arg("keep").env_clear();
    // What a machine sets for its users, proxies say, is not for the bed.
    let path = std::env::var("PATH").unwrap_or_default();
    keeper.env("PATH", format!("{path}:/usr/sbin:/sbin:/usr/bin:/bin"));
    for name in ["HOME", "TMPDIR", "CODERC_TEST_CACHE", "CODERC_TEST_KANIKO", "CODERC_TEST_BED", "CODERC_TEST_BED_LINGER"] {
        keeper.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    let status = keeper.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "`{}` can be run", binary().display());
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        if let Ok(stream) = UnixStream::connect_addr(address) {
            return Some(stream);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    None
}

/// The program `bed`, which cargo builds beside the tests.
///
/// # Panics
/// When it did not.
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test");
    let folder = test.parent().expect("a test lies in a folder");
    [folder, folder.parent().unwrap_or(folder)]
        .map(|folder| folder.join("bed"))
        .into_iter()
        .find(|path| path.is_file())
        .expect("`bed` is built beside the tests")
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("Uid:")).and_then(|line| line.split_whitespace().nth(1)) == Some("0")
}
