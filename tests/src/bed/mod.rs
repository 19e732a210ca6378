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
mod given;
mod images;
mod inside;
mod join;
mod keeper;
mod keys;
pub mod names;
mod namespace;
mod node;
mod place;
mod registry;
mod sweep;

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

pub use executor::Kaniko;
pub use images::{BUSYBOX, POSTGRES, WORKSPACE};
pub use inside::run as run_inside;
pub use join::binary;
pub use keeper::keep;
pub use namespace::Namespace;
pub use sweep::run as sweep;

use place::cache;

/// The shared bed, for as long as this process lives.
pub struct Bed {
    folder: PathBuf,
    kubeconfig: PathBuf,
    registry: String,
    private_registry: Option<String>,
    git_folder: PathBuf,
    git_hosts: Vec<String>,
    kaniko: Kaniko,
    // Its end is what tells the keeper that this process is gone. A given cluster has none.
    connection: Option<UnixStream>,
}

impl Bed {
    /// Why there can be none here. With `CODERC_TEST_KUBECONFIG` the tests use a given cluster, see CONTRIBUTING.md.
    pub fn missing() -> Result<(), String> {
        match given::asked() {
            true => given::missing(),
            false => join::missing(),
        }
    }

    /// Why there can be none here whose parts a test may take away, and that has a private registry: a given cluster is none.
    pub fn missing_parts() -> Result<(), String> {
        match given::asked() {
            true => Err("a cluster is given, and its parts are not the tests'".to_string()),
            false => Bed::missing(),
        }
    }

    /// Why a suite that takes minutes, and takes parts away, is not run: `tests/run` asks for those.
    pub fn missing_at_length() -> Result<(), String> {
        crate::parts::at_length().and_then(|()| Bed::missing_parts())
    }

    /// The bed, started if there is none.
    ///
    /// # Panics
    /// With the last lines of every log, when it cannot be started.
    pub fn get() -> &'static Bed {
        static BED: OnceLock<Bed> = OnceLock::new();
        BED.get_or_init(|| if given::asked() { given::connect() } else { join::connect() })
    }

    /// An administrator's.
    pub fn kubeconfig(&self) -> PathBuf {
        self.kubeconfig.clone()
    }

    /// The folder of everything that the bed keeps: `logs/`, `git/`, the registries' storage, etcd's.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// `HOST:PORT` of a registry over http that is open to all, the same for pods and for this machine.
    pub fn registry(&self) -> String {
        self.registry.clone()
    }

    /// `HOST:PORT` of a registry over http that wants [`crate::parts::Registry::USER`] and `PASSWORD`.
    ///
    /// # Panics
    /// When a given cluster comes without one.
    pub fn private_registry(&self) -> String {
        self.private_registry.clone().expect("`CODERC_TEST_PRIVATE_REGISTRY` names the private registry of a given cluster")
    }

    /// An image that stands for a public one, by tag and digest in the open registry; see the constants of this module.
    ///
    /// # Panics
    /// When there is none of that name.
    pub fn image(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.folder.join("images.json")).expect("the list of images");
        let list: serde_json::Value = serde_json::from_str(&text).expect("the list is JSON");
        list[name].as_str().unwrap_or_else(|| panic!("the bed has no image {name}")).to_string()
    }

    /// The folder of the open registry's storage.
    pub fn registry_storage(&self) -> PathBuf {
        self.folder.join("registry")
    }

    /// Which kaniko builds here.
    pub fn kaniko(&self) -> &Kaniko {
        &self.kaniko
    }

    /// The image of that kaniko, by tag and digest.
    ///
    /// # Panics
    /// When there is no executor at all, because `tests/run` did not build the stand-in.
    pub fn kaniko_image(&self) -> String {
        self.image(images::KANIKO)
    }

    /// Fields of a package's `project` that make it build in the bed: `registry`, and `builder` with the bed's images.
    pub fn project(&self) -> String {
        let insecure: Vec<String> = [Some(&self.registry), self.private_registry.as_ref()]
            .into_iter()
            .flatten()
            .map(|host| format!("\"{host}\""))
            .collect();
        format!(
            "  registry = \"{}\"\n  builder {{\n    image     = \"{}\"\n    git-image = \"{}\"\n    insecure  = [{}]\n  }}\n",
            self.registry,
            self.image(images::KANIKO),
            self.image(images::GIT),
            insecure.join(", ")
        )
    }

    /// The folder of remotes: `<host>/<path>` in it is, for pods, `https://<host>/<path>` where the host is one of
    /// [`Bed::git_hosts`]. What lies below `private/` of a host wants [`git::USER`] and [`git::TOKEN`].
    pub fn git_folder(&self) -> PathBuf {
        self.git_folder.clone()
    }

    pub fn git_hosts(&self) -> &[String] {
        &self.git_hosts
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
        command.env("KUBECACHEDIR", self.folder.join("kubectl-cache"));
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
    ///
    /// # Panics
    /// When it does not end, or is a part of a given cluster.
    pub fn stop(&self, part: &str) {
        assert!(self.connection.is_some(), "the parts of a given cluster are not the tests'");
        std::fs::write(self.folder.join("stopped").join(part), "").expect("a file of the bed");
        let running = self.folder.join("running").join(part);
        inside::wait("the end of a part", || !running.exists()).expect("a part ends when it is killed");
    }

    /// Brings a part back, and waits until its process runs; it may need some seconds more until it answers.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(&self, part: &str) {
        let _ = std::fs::remove_file(self.folder.join("stopped").join(part));
        let running = self.folder.join("running").join(part);
        inside::wait(part, || running.exists()).expect("a part starts");
    }
}
