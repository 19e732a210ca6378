//! A visit by the `git` program, which knows every credential helper, `~/.ssh/config` and protocol version 2.
//!
//! It asks nothing, runs no hook, touches no submodule, takes only transports that run no commands, and is given nothing of a
//! URL or a ref that it could take for an option. One that says nothing for a while is ended.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use git2::{ErrorCode, Oid};

use super::super::{Event, Refs, Want};
use super::{Cause, Choose, Errand, Failure, Visit, library};

/// How long it may be silent.
const PATIENCE: Duration = Duration::from_secs(90);

pub(super) fn visit(errand: &Errand<'_>, choose: Choose<'_>) -> Result<Visit, Failure> {
    let wants = match errand.needs_refs {
        true => {
            let refs = refs(errand)?;
            (errand.progress)(Event::Asked { url: errand.url });
            choose(Some(&refs))
        }
        false => choose(None),
    };
    let mut found = BTreeMap::new();
    for want in &wants {
        let commit = match want {
            Want::Commit(commit) => Ok(*commit),
            Want::Abbreviation(prefix) => search(errand, prefix)?,
        };
        found.insert(want.clone(), commit);
    }
    let commits: Vec<Oid> = found.values().filter_map(|commit| commit.as_ref().ok().copied()).collect();
    match fetch(errand, &commits) {
        Ok(()) => {}
        // One that is missing must not take the others with it.
        Err(failure) if failure.cause == Cause::NoSuchCommit => {
            for commit in found.values_mut() {
                if let Ok(wanted) = commit
                    && let Err(failure) = fetch(errand, &[*wanted])
                {
                    if failure.cause != Cause::NoSuchCommit {
                        return Err(failure);
                    }
                    *commit = Err(failure);
                }
            }
        }
        Err(failure) => return Err(failure),
    }
    Ok(Visit { found })
}

fn refs(errand: &Errand<'_>) -> Result<Refs, Failure> {
    let output = run(errand, errand.staging.path(), &["ls-remote", "--quiet", "--symref", "--", errand.url.as_str()])?;
    let (mut heads, mut default_branch) = (Vec::new(), None);
    for line in output.lines() {
        match line.split_once('\t') {
            Some((object, "HEAD")) if object.starts_with("ref: ") => default_branch = Some(object["ref: ".len()..].to_owned()),
            Some((object, name)) => heads.extend(Oid::from_str(object).ok().map(|object| (name.to_owned(), object))),
            None => {}
        }
    }
    Ok(library::refs(&heads, default_branch))
}

/// Commits by their names, shallow. A server that sends only what its refs name (protocol version 0) is asked for all of them.
fn fetch(errand: &Errand<'_>, commits: &[Oid]) -> Result<(), Failure> {
    if commits.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = commits.iter().map(Oid::to_string).collect();
    let mut arguments = vec!["fetch", "--depth=1"];
    arguments.extend(FETCH);
    arguments.extend(["--", errand.url.as_str()]);
    arguments.extend(names.iter().map(String::as_str));
    match run(errand, errand.staging.path(), &arguments) {
        Err(failure) if failure.cause == Cause::Unable => {
            history(errand, errand.staging.path(), &[])?;
            let database = errand.staging.odb()?;
            match commits.iter().find(|commit| !database.exists(**commit)) {
                Some(missing) => Err(Failure::new(Cause::NoSuchCommit, format!("no ref reaches {missing}"))),
                None => Ok(()),
            }
        }
        other => other.map(drop),
    }
}

/// The commit that an abbreviation means, from a history without files where the server can send one.
fn search(errand: &Errand<'_>, prefix: &str) -> Result<Result<Oid, Failure>, Failure> {
    // Apart from what is kept: a history without files passes for one that has them.
    let folder = errand.staging.path().join("search");
    let repository = super::empty_repository(&folder)?;
    history(errand, &folder, &["--filter=tree:0"])?;
    match repository.find_commit_by_prefix(prefix) {
        Ok(commit) => Ok(Ok(commit.id())),
        Err(error) if error.code() == ErrorCode::Ambiguous => Ok(Err(Failure::new(Cause::AmbiguousCommit, prefix))),
        Err(_) => Ok(Err(Failure::new(Cause::NoSuchCommit, prefix))),
    }
}

fn history(errand: &Errand<'_>, folder: &Path, more: &[&str]) -> Result<(), Failure> {
    let mut arguments = vec!["fetch"];
    arguments.extend(more);
    arguments.extend(FETCH);
    arguments.extend(["--", errand.url.as_str(), "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]);
    run(errand, folder, &arguments).map(drop)
}

const FETCH: [&str; 5] = ["--progress", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-gc"];

/// Settings that stand above the user's.
const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "credential.interactive=false",
    "fetch.recurseSubmodules=false",
    "fetch.unpackLimit=1",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "protocol.ext.allow=never",
    "protocol.fd.allow=never",
    "submodule.recurse=false",
    "transfer.unpackLimit=1",
];

/// Variables that would make it work on another repository.
const FOREIGN: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_SHALLOW_FILE",
    "GIT_PREFIX",
    "GIT_TEMPLATE_DIR",
];

fn command(errand: &Errand<'_>, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.arg("--git-dir").arg(folder).args(arguments).current_dir(folder);
    for name in FOREIGN {
        command.env_remove(name);
    }
    // A list of transports in the environment stands above every `protocol.….allow` of the configuration.
    command.env("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh").env("GIT_TERMINAL_PROMPT", "0");
    command.env("GCM_INTERACTIVE", "never").env("SSH_ASKPASS_REQUIRE", "never").env("LC_ALL", "C");
    if !super::configuration::has_ssh_program(errand.configuration) {
        command.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=20");
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

enum Piece {
    Output(Vec<u8>),
    Error(Vec<u8>),
}

/// Runs it to its end, on the repository `folder`, and gives its output.
fn run(errand: &Errand<'_>, folder: &Path, arguments: &[&str]) -> Result<String, Failure> {
    let mut child = command(errand, folder, arguments).spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::new(Cause::NoProgram, "there is no `git` program"),
        _ => Failure::new(Cause::NoProgram, format!("`git` cannot be run: {error}")),
    })?;
    let (sender, pieces) = mpsc::channel();
    let pipes = [
        child.stdout.take().map(|pipe| (Box::new(pipe) as Box<dyn Read + Send>, Piece::Output as fn(Vec<u8>) -> Piece)),
        child.stderr.take().map(|pipe| (Box::new(pipe) as Box<dyn Read + Send>, Piece::Error as fn(Vec<u8>) -> Piece)),
    ];
    for (pipe, piece) in pipes.into_iter().flatten() {
        let sender = sender.clone();
        std::thread::spawn(move || forward(pipe, piece, &sender));
    }
    drop(sender);
    let (mut output, mut error) = (Vec::new(), Vec::new());
    loop {
        match pieces.recv_timeout(PATIENCE) {
            Ok(Piece::Output(bytes)) => output.extend(bytes),
            Ok(Piece::Error(bytes)) => {
                report(errand, &bytes);
                error.extend(bytes);
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(Failure::new(Cause::Network, format!("no answer for {} seconds", PATIENCE.as_secs())));
            }
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(String::from_utf8_lossy(&output).into_owned()),
        _ => Err(Failure::of_program(&String::from_utf8_lossy(&error).replace('\r', "\n"))),
    }
}

fn forward(mut pipe: Box<dyn Read + Send>, piece: fn(Vec<u8>) -> Piece, sender: &Sender<Piece>) {
    let mut buffer = [0; 8192];
    while let Ok(length @ 1..) = pipe.read(&mut buffer) {
        if sender.send(piece(buffer[..length].to_owned())).is_err() {
            return;
        }
    }
}

/// `Receiving objects:  45% (9/20), 1.2 MiB`
fn report(errand: &Errand<'_>, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Some(line) = text.rsplit(['\r', '\n']).find(|line| line.starts_with("Receiving objects:")) else { return };
    let counts = line.split_once('(').and_then(|(_, rest)| rest.split_once(')')).and_then(|(counts, _)| counts.split_once('/'));
    if let Some((Ok(received), Ok(total))) = counts.map(|(received, total)| (received.parse(), total.parse())) {
        (errand.progress)(Event::Receiving { url: errand.url, received, total, bytes: 0 });
    }
}
