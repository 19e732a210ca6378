//! buildah and podman with a storage of their own on this machine, and a package that is applied there.
//!
//! Nothing of the user's is seen or touched, and nothing is left. What is applied is for the tests to say.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::parts::program;
use crate::sandbox::{Sandbox, files};

/// The reference that the package's images stand on.
pub const BASE: &str = "docker.io/library/base:1";

/// Ends as soon as it is asked to. Nothing runs in it: buildah's copies of itself fail now and then, and only `coderc` tries again.
const DOCKERFILE: &str = "FROM scratch
COPY root /
CMD [\"sh\", \"-c\", \"trap 'exit 0' TERM; echo started; while :; do sleep 0.2; done\"]
";

pub struct Local {
    pub sandbox: Sandbox,
    /// The work tree of the package: `.coder/team.coder`, the image's context in `dev`.
    pub tree: PathBuf,
}

impl Local {
    /// Why there can be none here.
    pub fn missing() -> Result<(), String> {
        for name in ["podman", "buildah", "conmon", "busybox"] {
            program(name)?;
        }
        program("runc").or_else(|_| program("crun"))?;
        let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
        if root { Ok(()) } else { Err("it is run as root: other users' namespaces differ from machine to machine".to_owned()) }
    }

    /// An environment `team` of two containers, `env` on an image of its own with one personalize line, and `db`.
    ///
    /// # Panics
    /// When a program fails, here and below.
    pub fn new() -> Local {
        let sandbox = Sandbox::new();
        let folder = sandbox.path().to_path_buf();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file of the sandbox");
        let path = |name: &str| folder.join(name).display().to_string();
        let runtime = if program("runc").is_ok() { "runtime = \"runc\"\n" } else { "" };
        let manager = if Path::new("/run/systemd/system").is_dir() { "" } else { "cgroup_manager = \"cgroupfs\"\n" };
        write(
            "containers.conf",
            &format!(
                "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n[engine]\n{runtime}{manager}events_logger = \
                 \"file\"\nlock_type = \"file\"\ntmp_dir = \"{}\"\n[network]\nnetwork_config_dir = \"{}\"\n",
                path("libpod"),
                path("networks")
            ),
        );
        let storage = |driver: &str| {
            format!("[storage]\ndriver = \"{driver}\"\ngraphroot = \"{}\"\nrunroot = \"{}\"\n", path("storage"), path("run"))
        };
        write("storage.conf", &storage("overlay"));
        std::fs::create_dir(folder.join("runtime")).expect("a folder of the sandbox");

        let package = "image dev {\n  context    = \"dev\"\n  repository = \"acme/dev\"\n}\nenvironment team {\n  container env {\n    primary     \
                       = true\n    image       = image.dev\n    personalize = [\"RUN echo test3 > /test3.txt\"]\n  }\n  container db { image = \
                       \"base:1\" }\n}\n";
        let dockerfile = format!("FROM {BASE}\nCOPY motd /etc/motd\n");
        let package_files = [(".coder/team.coder", package), ("dev/Dockerfile", &dockerfile), ("dev/motd", "hello\n")];
        let tree = sandbox.repository("github.com/acme/team", &files(&package_files));
        let local = Local { sandbox, tree };
        if !local.program("podman").arg("info").output().is_ok_and(|output| output.status.success()) {
            write("storage.conf", &storage("vfs"));
        }
        local.make_base();
        local
    }

    /// Builds what stands for a public image, and pins it.
    fn make_base(&self) {
        let context = self.sandbox.path().join("base");
        let root = context.join("root");
        for folder in ["bin", "etc", "tmp"] {
            std::fs::create_dir_all(root.join(folder)).expect("a folder of the sandbox");
        }
        std::fs::copy(program("busybox").expect("busybox is installed"), root.join("bin/busybox")).expect("a copy of busybox");
        for applet in self.ask("busybox", &["--list"]).lines().filter(|applet| *applet != "busybox") {
            symlink("busybox", root.join("bin").join(applet)).expect("a link of the sandbox");
        }
        std::fs::write(root.join("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n").expect("a file of the sandbox");
        std::fs::write(context.join("Dockerfile"), DOCKERFILE).expect("a Dockerfile");
        let context = context.display().to_string();
        self.ask("buildah", &["build", "--quiet", "--isolation", "chroot", "--tag", BASE, &context]);
        let digest = self.ask("podman", &["image", "inspect", "--format", "{{.Digest}}", BASE]);
        let lock = format!("version = 1\n\n[[image]]\nreference = \"{BASE}\"\ndigest = \"{}\"\nuser = \"\"\n", digest.trim());
        std::fs::write(self.tree.join(".coder/coder.lock"), lock).expect("the lock");
    }

    /// A program that sees this storage.
    pub fn program(&self, name: &str) -> Command {
        let program = program(name).unwrap_or_else(|missing| panic!("{missing}"));
        self.seeing(self.sandbox.command(&program, &self.tree))
    }

    fn seeing(&self, mut command: Command) -> Command {
        let folder = self.sandbox.path();
        command.env("CONTAINERS_CONF", folder.join("containers.conf"));
        command.env("CONTAINERS_STORAGE_CONF", folder.join("storage.conf"));
        command.env("XDG_RUNTIME_DIR", folder.join("runtime"));
        command
    }

    /// What a program prints.
    pub fn ask(&self, name: &str, arguments: &[&str]) -> String {
        let output = self.program(name).args(arguments).output().expect("a program to run");
        assert!(output.status.success(), "{name} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// `coderc` in the package, to be run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.seeing(self.sandbox.coderc_command(&self.tree, arguments))
    }

    /// The code, and all that `coderc` prints.
    pub fn coderc(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = self.command(arguments).output().expect("coderc runs");
        (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }

    /// What `coderc` prints where it succeeds.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let (code, said) = self.coderc(arguments);
        assert_eq!(code, Some(0), "coderc {arguments:?}: {said}");
        said
    }

    /// What `coderc` prints where it is refused.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let (code, said) = self.coderc(arguments);
        assert_eq!(code, Some(1), "coderc {arguments:?}: {said}");
        said
    }

    /// Replaces a text of the package.
    pub fn replace(&self, from: &str, to: &str) {
        let path = self.tree.join(".coder/team.coder");
        let text = std::fs::read_to_string(&path).expect("the package");
        assert!(text.contains(from), "`{from}` is not in\n{text}");
        std::fs::write(path, text.replace(from, to)).expect("the package");
    }

    /// Commits and pushes what the work tree holds.
    pub fn commit(&self) {
        self.sandbox.git(&self.tree, &["add", "--all"]);
        self.sandbox.git(&self.tree, &["commit", "--quiet", "--message", "Change"]);
        self.sandbox.git(&self.tree, &["push", "--quiet", "origin", "HEAD"]);
    }

    /// The images of the package's repository that are builds, by tag.
    pub fn built(&self) -> Vec<String> {
        let images = self.ask("podman", &["images", "--format", "{{.Repository}}:{{.Tag}}"]);
        let mut images: Vec<String> = images.lines().filter(|image| image.contains("/acme/dev:b-")).map(str::to_owned).collect();
        images.sort();
        images
    }

    /// The names of running containers of the environment.
    pub fn running(&self) -> Vec<String> {
        let names = self.ask("podman", &["ps", "--format", "{{.Names}}"]);
        let mut names: Vec<String> = names.lines().filter(|name| name.starts_with("team-")).map(str::to_owned).collect();
        names.sort();
        names
    }
}

impl Default for Local {
    fn default() -> Local {
        Local::new()
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        // The folder goes with the sandbox; what is mounted in it has to go before.
        for (program, arguments) in [
            ("podman", &["pod", "rm", "--all", "--force", "--time", "0"][..]),
            ("podman", &["volume", "rm", "--all", "--force"]),
            ("buildah", &["rm", "--all"]),
            ("podman", &["rmi", "--all", "--force"]),
        ] {
            let _ = self.program(program).args(arguments).output();
        }
        let _ = Command::new("umount").arg(self.sandbox.path().join("storage/overlay")).output();
    }
}
