//! A whole Kubernetes with a node, image registries and a git server, for tests that run what the product makes.
//!
//! All test processes of a machine share one bed. It is started by the first, in namespaces of its own, and is gone some seconds
//! after the last, however that ended. `bed hold` (the binary beside the tests) keeps one for a person. Where a bed cannot
//! run, [`Bed::missing`] says why. What is built and applied in it is for the tests to say.
//!
//! ```text
//! let bed = Bed::get();
//! let namespace = bed.namespace("pods");
//! namespace.ask(&["run", "a", "--image", &bed.image(BUSYBOX), "--", "sleep", "60"]);
//! ```

mod capacity;
mod control_plane;
mod executor;
pub mod git;
mod images;
mod inside;
mod keeper;
mod keys;
pub mod names;
mod namespace;
mod node;
mod place;
mod registry;
mod sweep;

use std::io::{BufRead, BufReader};
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub use executor::Kaniko;
pub use images::{BUSYBOX, POSTGRES, WORKSPACE};
pub use inside::run as run_inside;
pub use keeper::keep;
pub use namespace::Namespace;
pub use sweep::run as sweep;

use crate::parts::program;
use place::{PRIVATE_REGISTRY, Place, REGISTRY, cache};

/// The shared bed, for as long as this process lives.
pub struct Bed {
    place: Place,
    kaniko: Kaniko,
    // Its end is what tells the keeper that this process is gone.
    _connection: UnixStream,
}

impl Bed {
    /// Why there can be none here.
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

    /// The bed, started if there is none.
    ///
    /// # Panics
    /// With the last lines of every log, when it cannot be started.
    pub fn get() -> &'static Bed {
        static BED: OnceLock<Bed> = OnceLock::new();
        BED.get_or_init(connect)
    }

    /// An administrator's.
    pub fn kubeconfig(&self) -> PathBuf {
        self.place.kubeconfig()
    }

    /// The folder of everything that the bed keeps: `logs/`, `git/`, the registries' storage, etcd's.
    pub fn folder(&self) -> &Path {
        &self.place.folder
    }

    /// `HOST:PORT` of a registry over http that is open to all, the same for pods and for this machine.
    pub fn registry(&self) -> String {
        self.place.at(REGISTRY)
    }

    /// `HOST:PORT` of a registry over http that wants [`crate::parts::Registry::USER`] and `PASSWORD`.
    pub fn private_registry(&self) -> String {
        self.place.at(PRIVATE_REGISTRY)
    }

    /// An image that stands for a public one, by tag and digest in the open registry; see the constants of this module.
    ///
    /// # Panics
    /// When there is none of that name.
    pub fn image(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.place.folder.join("images.json")).expect("the list of images");
        let list: serde_json::Value = serde_json::from_str(&text).expect("the list is JSON");
        list[name].as_str().unwrap_or_else(|| panic!("the bed has no image {name}")).to_string()
    }

    /// The folder of the open registry's storage.
    pub fn registry_storage(&self) -> PathBuf {
        self.place.folder.join("registry")
    }

    /// Which kaniko builds here.
    pub fn kaniko(&self) -> &Kaniko {
        &self.kaniko
    }

    /// Fields of a package's `project` that make it build in the bed: `registry`, and `builder` with the bed's images.
    pub fn project(&self) -> String {
        format!(
            "  registry = \"{}\"\n  builder {{\n    image     = \"{}\"\n    git-image = \"{}\"\n    insecure  = [\"{0}\", \"{}\"]\n  }}\n",
            self.registry(),
            self.image(images::KANIKO),
            self.image(images::GIT),
            self.private_registry()
        )
    }

    /// The folder of remotes: `<host>/<path>` in it is, for pods, `https://<host>/<path>` where the host is one of
    /// [`Bed::git_hosts`]. What lies below `private/` of a host wants [`git::USER`] and [`git::TOKEN`].
    pub fn git_folder(&self) -> PathBuf {
        self.place.git_folder()
    }

    pub fn git_hosts(&self) -> &'static [&'static str] {
        &place::GIT_HOSTS
    }

    /// A namespace of a test's own, removed with the value.
    pub fn namespace(&self, name: &str) -> Namespace<'_> {
        Namespace::new(self, name)
    }

    /// Runs kubectl as the administrator. Its status is for the caller to judge.
    pub fn kubectl(&self, arguments: &[&str]) -> Output {
        self.kubectl_command(arguments).stdin(Stdio::null()).output().expect("kubectl runs")
    }

    /// kubectl, to be run otherwise.
    pub fn kubectl_command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cache().join("cluster"));
        command.arg("kubectl").args(arguments).env("KUBECONFIG", self.kubeconfig());
        command.env("KUBECACHEDIR", self.place.file("kubectl-cache"));
        command
    }

    /// What kubectl prints.
    ///
    /// # Panics
    /// When it fails.
    pub fn ask(&self, arguments: &[&str]) -> String {
        let output = self.kubectl(arguments);
        assert!(output.status.success(), "kubectl {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Takes a part away until [`Bed::start`]: `api-server`, `etcd`, `controllers`, `scheduler`, `kubelet`, `containerd`, `registry`,
    /// `private-registry`, `git` or `names`. Every test that uses the bed is without it.
    pub fn stop(&self, part: &str) {
        std::fs::write(self.place.folder.join("stopped").join(part), "").expect("a file of the bed");
        let running = self.place.folder.join("running").join(part);
        inside::wait("the end of a part", || !running.exists()).expect("a part ends when it is killed");
    }

    /// Brings a part back, and waits until its process runs; it may need some seconds more until it answers.
    pub fn start(&self, part: &str) {
        let _ = std::fs::remove_file(self.place.folder.join("stopped").join(part));
        let running = self.place.folder.join("running").join(part);
        inside::wait(part, || running.exists()).expect("a part starts");
    }
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("Uid:")).and_then(|line| line.split_whitespace().nth(1)) == Some("0")
}

/// Connects to the keeper, and starts one where there is none.
fn connect() -> Bed {
    Bed::missing().expect("a bed can run here");
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
            return Bed { place, kaniko: Kaniko::parse(kaniko), _connection: stream };
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
