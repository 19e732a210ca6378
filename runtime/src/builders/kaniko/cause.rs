//! Why a build failed: from how its containers ended and what they said, to a diagnostic that points at the line that caused it.
//!
//! Pure. The messages it knows are those of osscontainertools/kaniko 1.28, of git, and of the kubelet.

use compiler::diagnostics::Diagnostic;
use compiler::diagnostics::catalog::{
    base_denied, build_base_missing, build_context_file, build_deadline, build_disk, build_failed, build_git, build_memory,
    build_step, build_unschedulable, builder_image, commit_unreachable, push_denied, push_refused, registry_limit,
    registry_network, secret_missing,
};
use compiler::model::Bytes;
use compiler::plan::action::Build;

use super::log::{Instruction, Log};
use super::pod::{Over, Trouble};
use crate::builders::Order;
use crate::execute::Failure;

/// The deadline and the memory that the renderer gives a build that says nothing.
const DEADLINE: u64 = 3600;
const MEMORY: Bytes = Bytes { amount: 8 << 30, binary: true };

/// What is known of a build that did not end well.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// It cached less than its build says.
    pub frugal: bool,
    /// Reason and message of the Job.
    pub job: Option<(String, String)>,
    pub trouble: Option<Trouble>,
    /// Why the kubelet removed its last pod.
    pub evicted: Option<String>,
    pub over: Vec<Over>,
    pub log: Log,
    pub namespace: String,
}

impl Evidence {
    /// Whether it would go better with more memory.
    pub fn out_of_memory(&self) -> bool {
        let Some(over) = self.failed() else { return false };
        let said = self.log.ended_with(over.container);
        // A shell tells of a command that was killed by 128 and the signal.
        let killed = said.contains("signal: killed") || said.ends_with("exit status 137") || over.exit_code == 137;
        over.reason == "OOMKilled" || (killed && self.job.as_ref().is_none_or(|(reason, _)| reason != "DeadlineExceeded"))
    }

    fn failed(&self) -> Option<&Over> {
        self.over.iter().find(|over| over.exit_code != 0)
    }
}

/// What a user is told.
pub fn failure(order: &Order, evidence: &Evidence) -> Failure {
    let build = &order.build;
    let at = |instruction: Option<&Instruction>| instruction.and_then(|found| build.source(found.line));
    let container =
        evidence.failed().map_or_else(|| evidence.over.last().map_or("source", |over| over.container), |over| over.container);
    let container = if evidence.over.iter().any(|over| over.container == "source" && over.exit_code == 0) && container == "source"
    {
        // The next one ran, and was not seen to end.
        "build"
    } else {
        container
    };
    let here = at(evidence.log.instruction());
    let (diagnostic, source) = match (&evidence.job, &evidence.trouble) {
        (Some((reason, _)), _) if reason == "DeadlineExceeded" => (build_deadline::new(build.timeout.unwrap_or(DEADLINE)), here),
        (_, Some(trouble)) => (of_trouble(order, trouble, &evidence.namespace), None),
        _ if evidence.evicted.as_deref().is_some_and(is_disk) => {
            (build_disk::new(evidence.evicted.as_deref().unwrap_or_default()), here)
        }
        _ if evidence.out_of_memory() => (of_memory(build), here),
        _ => match (evidence.failed(), container) {
            (Some(_), "source") => (of_source(build, evidence.log.ended_with("source")), None),
            (Some(_), "build") => of_build(build, &evidence.log),
            (Some(_), _) => (of_push(build, evidence.log.ended_with("push")), None),
            (None, _) => {
                let job = evidence.job.as_ref().map_or("its pod is gone", |(_, message)| message.as_str());
                (build_failed::new(evidence.evicted.as_deref().unwrap_or(job)), here)
            }
        },
    };
    Failure::new(diagnostic).at(source).log(evidence.log.tail(container))
}

fn of_trouble(order: &Order, trouble: &Trouble, namespace: &str) -> Diagnostic {
    match trouble {
        Trouble::Unschedulable(message) => build_unschedulable::new(&order.address, message),
        Trouble::Pull { image, why, .. } => builder_image::new(image, why),
        Trouble::Container { why } => match missing_secret(why) {
            Some(secret) => secret_missing::new(secret, namespace, &[], &order.address),
            None => build_failed::new(why),
        },
    }
}

/// `secret "a" not found`, `MountVolume.SetUp failed for volume "v" : secret "a" not found`.
fn missing_secret(why: &str) -> Option<&str> {
    let (before, _) = why.split_once("\" not found")?;
    let (_, name) = before.rsplit_once("secret \"")?;
    Some(name)
}

fn of_memory(build: &Build) -> Diagnostic {
    let had = build.memory.unwrap_or(MEMORY);
    let wanted = Bytes { amount: had.amount.saturating_mul(2), ..had };
    build_memory::new(&had.quantity(), &format!("{}B", wanted.quantity()))
}

fn of_source(build: &Build, said: &str) -> Diagnostic {
    let assets = build.assets.as_ref().filter(|assets| said.contains(assets.url.as_str()) && assets.url != build.context.url);
    let (url, commit) = assets.map_or((&build.context.url, &build.context.commit), |assets| (&assets.url, &assets.commit));
    let no_commit =
        ["has no commit", "not our ref", "couldn't find remote ref", "unadvertised object", "reference is not a tree"];
    if said.contains("no space left on device") {
        build_disk::new(said)
    } else if no_commit.iter().any(|words| said.contains(words)) {
        commit_unreachable::new(commit, url)
    } else if said.contains("cannot fetch") {
        let detail = said.split_once(": ").map_or(said, |(_, rest)| rest);
        build_git::new(url, detail)
    } else {
        build_failed::new(said.trim_start_matches("coderc: "))
    }
}

fn of_build(build: &Build, log: &Log) -> (Diagnostic, Option<(String, u32)>) {
    let at = |instruction: Option<&Instruction>| instruction.and_then(|found| build.source(found.line));
    let said = log.ended_with("build");
    let detail = ["error building image: ", "error building stage: ", "error pushing image: ", "Error: "]
        .iter()
        .fold(said, |text, prefix| text.strip_prefix(prefix).unwrap_or(text));
    if is_disk(said) {
        return (build_disk::new(detail), at(log.instruction()));
    }
    for before in ["waiting for process to exit: ", "starting command: "] {
        if let (Some((_, status)), Some(instruction)) = (said.split_once(before), log.instruction()) {
            return (build_step::new(&shortened(&instruction.text), status), at(Some(instruction)));
        }
    }
    if ["files used from context", "no source files specified", "failed to get fileinfo"].iter().any(|words| said.contains(words))
    {
        let file = copied_file(said).unwrap_or("file that it copies");
        let instruction = log.copying(file.rsplit('/').next().unwrap_or(file)).or(log.instruction());
        return (build_context_file::new(file, detail), at(instruction));
    }
    let base = log.retrieving().unwrap_or("its base");
    let from = at(log.from());
    match refusal(said) {
        Some(Refusal::Missing) => (build_base_missing::new(base, detail), from),
        Some(Refusal::Denied) => (base_denied::new(base, build.credentials.as_deref(), detail), from),
        Some(Refusal::Limit) => (registry_limit::new(None, base, registry(base)), from),
        Some(Refusal::Network) => (registry_network::new(None, registry(base), detail), from),
        None => (build_failed::new(detail), at(log.instruction())),
    }
}

fn of_push(build: &Build, said: &str) -> Diagnostic {
    let detail = said.trim_start_matches("Error: ").trim_start_matches("pushing image: ");
    match refusal(said) {
        Some(Refusal::Denied) => push_denied::new(&build.destination, build.credentials.as_deref(), detail),
        Some(Refusal::Network) => registry_network::new(None, registry(&build.destination), detail),
        Some(Refusal::Limit) => registry_limit::new(None, &build.destination, registry(&build.destination)),
        _ if is_disk(said) => build_disk::new(detail),
        _ => push_refused::new(&build.destination, detail),
    }
}

enum Refusal {
    Missing,
    Denied,
    Limit,
    Network,
}

/// What a registry, or the way to it, says in the words of go-containerregistry.
fn refusal(said: &str) -> Option<Refusal> {
    let any = |words: &[&str]| words.iter().any(|words| said.contains(words));
    if any(&["UNAUTHORIZED", "DENIED", "status code 401", "status code 403", "401 Unauthorized", "403 Forbidden"]) {
        Some(Refusal::Denied)
    } else if any(&["TOOMANYREQUESTS", "status code 429", "429 Too Many Requests"]) {
        Some(Refusal::Limit)
    } else if any(&["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "status code 404", "404 Not Found", "manifest unknown"]) {
        Some(Refusal::Missing)
    } else if any(&[
        "dial tcp",
        "no such host",
        "connection refused",
        "connection reset",
        "i/o timeout",
        "TLS handshake",
        "x509:",
        "EOF",
    ]) {
        Some(Refusal::Network)
    } else {
        None
    }
}

fn is_disk(said: &str) -> bool {
    said.contains("no space left on device") || said.contains("ephemeral-storage") || said.contains("DiskPressure")
}

/// The file in `… lstat /kaniko/buildcontext/dev/a.sh: no such file or directory`, relative to the context's checkout.
fn copied_file(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once("/kaniko/buildcontext/")?;
    rest.split([':', ' ', '"']).next().filter(|file| !file.is_empty())
}

fn registry(reference: &str) -> &str {
    match reference.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[path = "cause_tests.rs"]
pub(super) mod tests;
