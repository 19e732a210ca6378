//! Real programs that tests run against: an image registry, a Kubernetes API server with its etcd, and a proxy before them.
//!
//! Each listens on loopback, keeps its files in a folder of its own, and ends with the value that stands for it. Nothing is
//! installed here: `tests/run` does that, and where a program is missing, a test that needs it is skipped with the reason.

mod api_server;
mod proxy;
mod registry;

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

pub use api_server::{ApiServer, kubectl};
pub use proxy::Proxy;
pub use registry::Registry;

/// A program that runs until this is dropped.
struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts `program ARGS…` with its output in a file of `folder`. It also ends when the thread that starts it does, so a test
    /// that is killed leaves nothing behind.
    fn start(program: &Path, args: &[String], folder: &Path) -> Running {
        let name = args.first().filter(|arg| !arg.starts_with('-')).map_or("", String::as_str);
        let log = folder.join(format!("{}{name}.log", program.file_name().unwrap_or_default().to_string_lossy()));
        let output = File::create(&log).expect("a log can be written");
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(program).args(args).current_dir(folder).stdin(Stdio::null());
        command.stdout(output.try_clone().expect("a log can be written")).stderr(output);
        Running { child: command.spawn().expect("setpriv, of util-linux, can be run"), log }
    }

    /// Waits until `ready` holds.
    ///
    /// # Panics
    /// When the program ends before, or after 60 s; with the end of its log.
    fn wait_until(&mut self, mut ready: impl FnMut() -> bool) {
        let start = Instant::now();
        while !ready() {
            let ended = self.child.try_wait().expect("a child can be waited for");
            assert!(ended.is_none() && start.elapsed() < Duration::from_secs(60), "not ready ({ended:?}): {}", self.last_lines());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn last_lines(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Why a suite that takes long is not run: between two edits there is no time for it, and `tests/run` asks for it.
pub fn at_length() -> Result<(), String> {
    match std::env::var_os("CODERC_TEST_LONG") {
        Some(_) => Ok(()),
        None => Err("it takes long: set `CODERC_TEST_LONG`, as `tests/run` does".to_string()),
    }
}

/// The path of a program, or a sentence that says that it is missing.
pub fn program(name: &str) -> Result<PathBuf, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file());
    found.ok_or_else(|| format!("`{name}` is not installed"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    listener.local_addr().expect("a listener has an address").port()
}

fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// A test, or one that is skipped for a reason, which stands before its name.
pub fn trial(name: &str, missing: Result<(), String>, test: impl FnOnce() + Send + 'static) -> Trial {
    let run = move || -> Result<(), Failed> {
        test();
        Ok(())
    };
    match missing {
        Ok(()) => Trial::test(name, run),
        Err(reason) => Trial::test(name, run).with_kind(format!("skipped: {reason}")).with_ignored_flag(true),
    }
}
