//! The process that starts a bed and keeps it for as long as a test process is connected to it.
//!
//! A test that is killed is disconnected by the kernel, and when the keeper itself is, its children end with it and
//! [`super::sweep`] tidies up; so nothing here needs to run for the bed to go.

use std::io::{Read, Write};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::executor::Kaniko;
use super::inside::{run_program, wait};
use super::place::{NODE, Place, REGISTRY, cache};
use super::{control_plane, images, keys, node, registry, sweep};

/// How long a bed waits for the next test process, unless `CODERC_TEST_BED_LINGER` says so, in seconds.
const LINGER: u64 = 20;

/// What connected processes wait for: `ready NUMBER FOLDER`, or `failed REASON`.
#[derive(Default)]
struct State {
    line: Mutex<Option<String>>,
    said: Condvar,
    connected: Mutex<usize>,
}

/// The name by which a bed is found, of no file. Beds with different executors are different beds.
pub fn rendezvous() -> SocketAddr {
    let asked = format!("{:?}", (std::env::var_os("CODERC_TEST_KANIKO"), std::env::var_os("CODERC_TEST_BED"), cache()));
    let name = format!("coderc-test-bed-1-{}", fingerprint(&asked));
    SocketAddr::from_abstract_name(name).expect("a short name")
}

/// FNV-1a: the same number in every process.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}

/// Starts a bed, unless there is one, and keeps it until nobody is connected.
pub fn keep() -> Result<(), String> {
    let Ok(listener) = UnixListener::bind_addr(&rendezvous()) else { return Ok(()) };
    let state = Arc::new(State::default());
    let shared = state.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let state = shared.clone();
            *state.connected.lock().expect("no thread panics with it") += 1;
            std::thread::spawn(move || {
                attend(stream, &state);
                *state.connected.lock().expect("no thread panics with it") -= 1;
            });
        }
    });
    let folder = tempfile::Builder::new().prefix("coderc-bed-").tempdir().map_err(|error| format!("a folder: {error}"))?.keep();
    // It removes the folder when its input ends, which is when this process does.
    let _sweeper = helper("sweep", &folder).stdin(Stdio::piped()).spawn().map_err(|error| format!("sweep: {error}"))?;
    let started = start(&folder);
    let line = match &started {
        Ok((_, place, kaniko)) => format!("ready {} {} {kaniko}\n", place.number, folder.display()),
        Err(reason) => format!("failed {}\n", reason.replace('\n', " | ")),
    };
    *state.line.lock().expect("no thread panics with it") = Some(line);
    state.said.notify_all();
    let asked = std::env::var("CODERC_TEST_BED_LINGER").ok().and_then(|seconds| seconds.parse().ok());
    let linger = Duration::from_secs(if started.is_ok() { asked.unwrap_or(LINGER) } else { 1 });
    let mut last = Instant::now();
    loop {
        if *state.connected.lock().expect("no thread panics with it") > 0 {
            last = Instant::now();
        } else if last.elapsed() >= linger {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Tells a test process what it waits for, then waits until it is gone.
fn attend(mut stream: UnixStream, state: &State) {
    let line = state.line.lock().expect("no thread panics with it");
    let line = state.said.wait_while(line, |line| line.is_none()).expect("no thread panics with it").clone().unwrap_or_default();
    if stream.write_all(line.as_bytes()).is_ok() {
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

/// This program as another process of the bed, in a session of its own.
fn helper(command: &str, folder: &Path) -> Command {
    let mut helper = Command::new("setsid");
    helper.arg("--wait").arg(std::env::current_exe().unwrap_or_else(|_| PathBuf::from("bed"))).arg(command).arg(folder);
    helper.stdout(Stdio::null()).stderr(Stdio::null());
    helper
}

fn start(folder: &Path) -> Result<(Child, Place, Kaniko), String> {
    sweep::make_cgroups(folder)?;
    let mut inside = Command::new("setpriv");
    inside.args(["--pdeathsig", "KILL", "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]);
    // The first process of a namespace inherits orphans, and has to wait for them.
    inside.args(["catatonit", "--"]).arg(std::env::current_exe().map_err(|error| format!("the path of this program: {error}"))?);
    inside.arg("inside").arg(folder).stdin(Stdio::null());
    let log = std::fs::File::create(folder.join("inside.log")).map_err(|error| format!("a log: {error}"))?;
    inside.stdout(log.try_clone().map_err(|error| format!("a log: {error}"))?).stderr(log);
    let mut inside = inside.spawn().map_err(|error| format!("setpriv, of util-linux: {error}"))?;
    let started = arrange(folder, &mut inside);
    match started {
        Ok((place, kaniko)) => Ok((inside, place, kaniko)),
        Err(reason) => {
            let _ = inside.kill();
            Err(format!("{reason}\n{}", logs(folder)))
        }
    }
}

fn arrange(folder: &Path, inside: &mut Child) -> Result<(Place, Kaniko), String> {
    let mut process = None;
    wait("the namespace", || {
        process = child_of(inside.id());
        process.is_some()
    })?;
    let number = link(process.unwrap_or_default())?;
    let place = Place { folder: folder.to_path_buf(), number };
    keys::make(&place)?;
    node::configure(&place)?;
    registry::configure(&place)?;
    std::fs::create_dir_all(place.git_folder()).map_err(|error| format!("a folder: {error}"))?;
    keys::write(folder, "first-objects.yaml", control_plane::FIRST_OBJECTS)?;
    keys::write(folder, "number.new", &number.to_string())?;
    std::fs::rename(folder.join("number.new"), folder.join("number")).map_err(|error| format!("the number: {error}"))?;

    let mut alive = |what: &str, holds: &mut dyn FnMut() -> bool| {
        let mut ended = false;
        wait(what, || {
            ended = !matches!(inside.try_wait(), Ok(None));
            ended || holds()
        })?;
        if ended { Err(format!("the bed ended before {what} was there")) } else { Ok(()) }
    };
    alive("the registry", &mut || std::net::TcpStream::connect(place.at(REGISTRY)).is_ok())?;
    let kaniko = images::push(&place.folder, &place.at(REGISTRY))?;
    alive("the API server", &mut || kubectl(&place, &["get", "--raw", "/readyz"]))?;
    alive("the storage class", &mut || kubectl(&place, &["apply", "-f", &place.file("first-objects.yaml")]))?;
    let ready = ["wait", "--for=condition=Ready", "--timeout=5s", &format!("node/{NODE}")];
    alive("a ready node", &mut || kubectl(&place, &ready))?;
    // Pods wait for it.
    alive("the default service account", &mut || kubectl(&place, &["get", "serviceaccount", "default"]))?;
    Ok((place, kaniko))
}

fn kubectl(place: &Place, arguments: &[&str]) -> bool {
    let mut command = Command::new(cache().join("cluster"));
    command.arg("kubectl").args(arguments).env("KUBECONFIG", place.kubeconfig()).env("KUBECACHEDIR", place.file("kubectl-cache"));
    command.stdin(Stdio::null()).output().is_ok_and(|output| output.status.success())
}

/// The only child of a process, by its number as seen from here.
fn child_of(parent: u32) -> Option<u32> {
    std::fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        // After the name, which may hold spaces: the state, then the parent.
        let found = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse::<u32>().ok()?;
        (found == parent).then_some(id)
    })
}

/// Links this machine with the network of a process; which of the links it is.
fn link(process: u32) -> Result<u8, String> {
    let mut problem = String::new();
    for number in 0..100 {
        let (name, process) = (Place::link(number), process.to_string());
        let add = ["link", "add", &name, "type", "veth", "peer", "name", "up", "netns", &process];
        match run_program("ip", &add) {
            Ok(()) => {
                let place = Place { folder: PathBuf::new(), number };
                run_program("ip", &["address", "add", &format!("{}/30", place.outside_address()), "dev", &name])?;
                run_program("ip", &["link", "set", &name, "up"])?;
                return Ok(number);
            }
            Err(reason) => problem = reason,
        }
    }
    Err(problem)
}

/// The last lines of every log, for who looks at a bed that did not start.
fn logs(folder: &Path) -> String {
    let parts = std::fs::read_dir(folder.join("logs")).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = parts.chain([folder.join("inside.log")]).collect();
    paths.sort();
    let mut all = String::new();
    for path in paths {
        let text = std::fs::read(&path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let last = lines[lines.len().saturating_sub(8)..].iter().map(|line| line.chars().take(300).collect::<String>());
        last.for_each(|line| all.push_str(&format!("{name}: {line}\n")));
    }
    all
}
