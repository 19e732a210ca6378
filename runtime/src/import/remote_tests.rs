//! Tests of remotes behind a protocol: `git daemon` on this machine, reached by `insteadOf` from the environment's git
//! configuration, with and without the capabilities that shallow fetches of commits need.
//!
//! A child is this test binary again, for configuration and `PATH` belong to a process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::store_tests::child_command;
use super::*;
use crate::import::testing::{Sandbox, git};

/// A server of everything in the sandbox; ended when it is dropped.
struct Daemon {
    child: Child,
    port: u16,
}

impl Daemon {
    fn new(sandbox: &Sandbox) -> Daemon {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("git");
        command.args(["daemon", "--reuseaddr", "--export-all", "--listen=127.0.0.1", "--verbose"]);
        command.arg(format!("--port={port}")).arg(format!("--base-path={}", sandbox.path.display())).arg(&sandbox.path);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut daemon = Daemon { child: command.spawn().unwrap(), port };
        let log = daemon.child.stderr.take().unwrap();
        // Read to its end, or the daemon would stop at a full pipe.
        std::thread::spawn(move || BufReader::new(log).lines().count());
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return daemon;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("git daemon does not listen");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // `git` has started `git-daemon`, and both are in its group.
        let _ = Command::new("kill").args(["--", &format!("-{}", self.child.id())]).status();
        let _ = self.child.wait();
    }
}

/// A platform of two commits, and another commit that no ref reaches.
pub(super) fn platform(sandbox: &Sandbox) -> [Oid; 3] {
    let path = sandbox.repository("acme/platform");
    let first = sandbox.commit(&path, "file", "one");
    let second = sandbox.commit(&path, "file", "two");
    git(&path, &["tag", "-a", "-m", "annotated", "v2"]);
    git(&path, &["checkout", "-q", "--detach"]);
    let lost = sandbox.commit(&path, "file", "lost");
    git(&path, &["checkout", "-q", "main"]);
    [first, second, lost]
}

/// Fetches in a child whose configuration file is `configuration`, and gives its answers.
pub(super) fn fetch(sandbox: &Sandbox, configuration: &str, at: &str, change: impl Fn(&mut Command)) -> Vec<String> {
    let (file, answer) = (sandbox.path.join("configuration"), sandbox.path.join("answer"));
    fs::write(&file, configuration).unwrap();
    let _ = fs::remove_file(&answer);
    let mut command = child_command(sandbox, "https://git.acme.invalid/acme/platform", at, &answer);
    command.env("GIT_CONFIG_GLOBAL", &file);
    change(&mut command);
    assert!(command.status().unwrap().success());
    let _ = fs::remove_dir_all(sandbox.path.join("cache"));
    fs::read_to_string(answer).unwrap().lines().map(str::to_owned).collect()
}

pub(super) fn instead(of: &str) -> String {
    format!("[url \"{of}\"]\n\tinsteadOf = https://git.acme.invalid/\n")
}

pub(super) fn text(commit: Oid, text: &str) -> String {
    format!("{commit} {:?}", Some(text.as_bytes()))
}

#[test]
fn by_the_protocol_with_and_without_capabilities() {
    let sandbox = Sandbox::new();
    let [first, second, lost] = platform(&sandbox);
    let daemon = Daemon::new(&sandbox);
    let configuration = instead(&format!("git://127.0.0.1:{}/", daemon.port));
    let path = sandbox.path.join("acme/platform");
    let at = format!("HEAD,tag v2,{first},{},{}", &first.to_string()[..8], "7".repeat(40));
    for (any, reachable) in [("true", "true"), ("false", "true"), ("false", "false")] {
        git(&path, &["config", "uploadpack.allowAnySHA1InWant", any]);
        git(&path, &["config", "uploadpack.allowReachableSHA1InWant", reachable]);
        let answers = fetch(&sandbox, &configuration, &at, |_| {});
        assert_eq!(answers[..4], [text(second, "two"), text(second, "two"), text(first, "one"), text(first, "one")]);
        assert!(answers[4].starts_with("NoSuchCommit"), "{answers:?}");
    }
    git(&path, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
    assert_eq!(fetch(&sandbox, &configuration, &lost.to_string(), |_| {}), [text(lost, "lost")]);

    // The settings may stand in the environment itself.
    let by_environment = fetch(&sandbox, "", "main", |command| {
        command.env("GIT_CONFIG_COUNT", "1");
        command.env("GIT_CONFIG_KEY_0", format!("url.git://127.0.0.1:{}/.insteadOf", daemon.port));
        command.env("GIT_CONFIG_VALUE_0", "https://git.acme.invalid/");
    });
    assert_eq!(by_environment, [text(second, "two")]);

    // libgit2 alone.
    let bare = sandbox.folder("no-programs");
    let alone = fetch(&sandbox, &configuration, "main,v2", |command| {
        command.env("PATH", &bare);
    });
    assert_eq!(alone, [text(second, "two"), text(second, "two")]);

    let missing = fetch(&sandbox, &instead(&format!("git://127.0.0.1:{}/other/", daemon.port)), "main", |_| {});
    assert!(missing[0].starts_with("NotFound"), "{missing:?}");
}

#[test]
fn by_a_file_and_by_the_program_alone() {
    let sandbox = Sandbox::new();
    let [first, second, _] = platform(&sandbox);
    let by_file = instead(&format!("file://{}/", sandbox.path.display()));
    assert_eq!(fetch(&sandbox, &by_file, &format!("main,{first}"), |_| {}), [text(second, "two"), text(first, "one")]);
    let by_path = instead(&format!("{}/", sandbox.path.display()));
    assert_eq!(fetch(&sandbox, &by_path, "main", |_| {}), [text(second, "two")]);

    // A bundle is no repository that libgit2 knows.
    let path = sandbox.path.join("acme/platform");
    git(&path, &["bundle", "create", "-q", "../bundle", "--all"]);
    let by_bundle =
        format!("[url \"{}/acme/bundle\"]\n\tinsteadOf = https://git.acme.invalid/acme/platform\n", sandbox.path.display());
    assert_eq!(fetch(&sandbox, &by_bundle, "main,HEAD", |_| {}), [text(second, "two"), text(second, "two")]);
}

#[test]
fn a_shallow_remote_has_what_it_has() {
    let sandbox = Sandbox::new();
    let [first, second, _] = platform(&sandbox);
    let from = format!("file://{}/acme/platform", sandbox.path.display());
    git(&sandbox.path, &["clone", "-q", "--depth=1", &from, "shallow/acme/platform"]);
    let configuration = instead(&format!("file://{}/shallow/", sandbox.path.display()));
    let answers = fetch(&sandbox, &configuration, &format!("main,{first}"), |_| {});
    assert_eq!(answers[0], text(second, "two"));
    assert!(answers[1].starts_with("NoSuchCommit"), "{answers:?}");
}

#[test]
fn no_command_is_run_whatever_the_configuration_allows() {
    let sandbox = Sandbox::new();
    platform(&sandbox);
    let mark = sandbox.path.join("ran");
    let command = format!("ext::sh -c touch% {}", mark.display());
    let configuration = format!("[protocol]\n\tallow = always\n[protocol \"ext\"]\n\tallow = always\n{}", instead(&command));
    let answers = fetch(&sandbox, &configuration, "main", |_| {});
    assert!(answers[0].starts_with("Network"), "{answers:?}");
    assert!(!mark.exists());
}

#[test]
fn an_unreachable_remote_answers_soon() {
    let sandbox = Sandbox::new();
    // A port that nobody listens on.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let configuration = instead(&format!("https://127.0.0.1:{port}/"));
    let start = std::time::Instant::now();
    let answers = fetch(&sandbox, &configuration, "main", |_| {});
    assert!(answers[0].starts_with("Network"), "{answers:?}");
    assert!(start.elapsed() < Duration::from_secs(20));
}
