//! Why a visit to a remote failed, read from what libgit2 or the `git` program said.
//!
//! What a remote says is shown to the user, so it is cut to a line and freed of control characters and passwords.

use std::path::Path;

use git2::{ErrorClass, ErrorCode};

use super::super::{ImportProblem, RepositoryUrl};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Failure {
    pub cause: Cause,
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Cause {
    NotFound,
    Auth,
    Network,
    /// The remote says nothing.
    Silent,
    /// The remote has no such commit.
    NoSuchCommit,
    /// More than one commit begins so.
    AmbiguousCommit,
    /// This way cannot do it; another might.
    Unable,
    /// There is no `git` program.
    NoProgram,
    /// What was sent could not be written here.
    Disk,
}

impl Failure {
    pub fn new(cause: Cause, detail: impl AsRef<str>) -> Failure {
        Failure { cause, detail: presentable(detail.as_ref()) }
    }

    /// From the standard error of the `git` program, which ran in the C locale.
    pub fn of_program(text: &str) -> Failure {
        let lower = text.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        // What the remote says of its own disk comes with its name.
        let ours = lower.lines().filter(|line| !line.starts_with("remote:")).any(is_of_the_disk);
        let cause = if ours {
            Cause::Disk
        } else if says(&["repository not exported"]) {
            Cause::NotFound
        } else if says(&["not our ref", "no such remote ref", "couldn't find remote ref"]) {
            Cause::NoSuchCommit
        } else if says(&["unadvertised object", "not valid"]) {
            Cause::Unable
        } else if says(&[
            "could not read username",
            "could not read password",
            "authentication failed",
            "terminal prompts disabled",
            "permission denied",
            "access denied",
            "returned error: 401",
            "returned error: 403",
        ]) {
            Cause::Auth
        } else if says(&["not found", "does not exist", "does not appear to be a git repository", "returned error: 404"]) {
            Cause::NotFound
        } else {
            Cause::Network
        };
        Failure::new(cause, telling(text))
    }

    /// `staging` is where it was fetched to.
    pub fn problem(self, url: &RepositoryUrl, staging: &Path) -> ImportProblem {
        let (url, detail) = (url.clone(), self.detail);
        match self.cause {
            Cause::Disk => ImportProblem::Cache { path: staging.display().to_string(), detail },
            Cause::NotFound => ImportProblem::NotFound { url, detail },
            Cause::Auth => ImportProblem::Auth { url, detail },
            _ => ImportProblem::Network { url, detail },
        }
    }
}

/// What libgit2 says when nothing came, within TLS (where the socket's own words come through) and without.
fn is_silence(text: &str) -> bool {
    ["Resource temporarily unavailable", "timed out"].iter().any(|words| text.contains(words))
}

impl From<git2::Error> for Failure {
    fn from(error: git2::Error) -> Failure {
        let text = error.message();
        let cause = match (error.code(), error.class()) {
            (ErrorCode::Auth, _) => Cause::Auth,
            (ErrorCode::Timeout, _) => Cause::Silent,
            _ if is_silence(text) => Cause::Silent,
            (ErrorCode::Certificate, _) => Cause::Network,
            _ if is_of_the_disk(&text.to_lowercase()) => Cause::Disk,
            _ if text.contains("not our ref") => Cause::NoSuchCommit,
            _ if text.contains("status code: 404") || text.to_lowercase().contains("not found") => Cause::NotFound,
            _ if text.contains("status code: 401") || text.contains("status code: 403") => Cause::Auth,
            (_, ErrorClass::Net | ErrorClass::Http | ErrorClass::Ssh | ErrorClass::Ssl | ErrorClass::Os) => Cause::Network,
            _ => Cause::Unable,
        };
        Failure::new(cause, text)
    }
}

/// In lower case.
fn is_of_the_disk(text: &str) -> bool {
    ["no space left", "disk quota exceeded", "read-only file system"].iter().any(|words| text.contains(words))
}

/// The line of git's output that says most: what the remote said, else the first that is fatal.
fn telling(text: &str) -> &str {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let begins = |words: &[&str]| lines().find(|line| words.iter().any(|word| line.starts_with(word)));
    begins(&["ERROR:", "remote: ERROR", "remote: Repository"])
        .or_else(|| begins(&["fatal:", "error:"]))
        .or_else(|| begins(&["ssh:"]))
        .or_else(|| lines().next_back())
        .unwrap_or("git failed without a word")
}

fn presentable(text: &str) -> String {
    let line: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
    let mut shown = String::new();
    let mut rest = line.trim();
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let authority = after.find(['/', ' ', '\'', '"']).unwrap_or(after.len());
        rest = after[..authority].rfind('@').map_or(after, |at| &after[at + 1..]);
    }
    shown.push_str(rest);
    match shown.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_of_the_program() {
        for (text, cause, detail) in [
            ("fatal: could not read Username for 'https://github.com': terminal prompts disabled\n", Cause::Auth, "Username"),
            (
                "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
                Cause::Auth,
                "fatal",
            ),
            ("ERROR: Repository not found.\nfatal: Could not read from remote repository.\n", Cause::NotFound, "ERROR: Rep"),
            ("fatal: unable to access 'https://x/': Could not resolve host: x\n", Cause::Network, "resolve host"),
            ("fatal: remote error: upload-pack: not our ref 123\n", Cause::NoSuchCommit, "not our ref"),
            ("error: Server does not allow request for unadvertised object 12\n", Cause::Unable, "unadvertised"),
            ("fatal: write error: No space left on device\nfatal: index-pack failed\n", Cause::Disk, "No space"),
            ("remote: fatal: No space left on device\nfatal: early EOF\n", Cause::Network, "early"),
            ("", Cause::Network, "without a word"),
        ] {
            let failure = Failure::of_program(text);
            assert_eq!(failure.cause, cause, "{text}");
            assert!(failure.detail.contains(detail), "{failure:?}");
        }
    }

    #[test]
    fn what_a_remote_says_is_harmless() {
        let failure = Failure::new(Cause::Network, "unable to access 'https://user:s3cret@host/x': \u{1b}[31mred\nmore @ all");
        assert_eq!(failure.detail, "unable to access 'https://host/x':  [31mred more @ all");
        assert_eq!(Failure::new(Cause::Network, "x".repeat(1000)).detail.chars().count(), 301);
    }
}
