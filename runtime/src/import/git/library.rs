//! A visit by libgit2, over https or ssh: one connection that shows the refs and sends the wanted commits.
//!
//! Without a working tree, tags, hooks or submodules. Credentials are tried once: the ssh agent, then git's helpers.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use git2::{
    AutotagOption, Config, Cred, CredentialType, Direction, FetchOptions, Oid, ProxyOptions, RemoteCallbacks, RemoteConnection,
};

use super::super::{Event, Refs, Want};
use super::{Cause, Choose, Errand, Failure, Visit};

pub(super) fn visit(errand: &Errand<'_>, choose: Choose<'_>) -> Result<Visit, Failure> {
    let mut remote = errand.staging.remote_anonymous(errand.url.as_str())?;
    let mut connection = remote.connect_auth(Direction::Fetch, Some(callbacks(errand)), Some(proxy()))?;
    let heads = heads(&connection)?;
    (errand.progress)(Event::Asked { url: errand.url });
    let wants =
        choose(Some(&refs(&heads, connection.default_branch().ok().and_then(|name| Some(name.as_str().ok()?.to_owned())))));
    let mut commits: Vec<Oid> = Vec::new();
    for want in &wants {
        match want {
            Want::Commit(commit) => commits.push(*commit),
            // A search of the history is cheaper for the program, which can leave the files out.
            Want::Abbreviation(_) => return Err(Failure::new(Cause::Unable, "a commit is abbreviated")),
        }
    }
    fetch(errand, &mut connection, &heads, &commits)?;
    let database = errand.staging.odb()?;
    let mut found = BTreeMap::new();
    for (want, commit) in wants.into_iter().zip(commits) {
        if !database.exists(commit) {
            return Err(Failure::new(Cause::Unable, format!("commit {commit} was not sent")));
        }
        found.insert(want, Ok(commit));
    }
    Ok(Visit { found })
}

/// How long a remote may say nothing: what the user tells git, else a minute. It must not hold up a run for ever.
pub(super) fn patience(configuration: &Config) -> Duration {
    let seconds = configuration.get_i64("http.lowSpeedTime").ok().and_then(|seconds| u64::try_from(seconds).ok());
    Duration::from_secs(seconds.filter(|seconds| (1..=3600).contains(seconds)).unwrap_or(60))
}

/// Ends connections on which nothing comes. They count for the process: all of its visits have one user's configuration.
pub(super) fn set_timeouts(patience: Duration) {
    let milliseconds = |time: Duration| time.as_millis().try_into().unwrap_or(std::ffi::c_int::MAX);
    static LOCK: Mutex<()> = Mutex::new(());
    let _held = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: sets two process-wide numbers of libgit2, one thread at a time; its connections read each as one word.
    unsafe {
        let _ = git2::opts::set_server_connect_timeout_in_milliseconds(milliseconds(patience.min(Duration::from_secs(20))));
        let _ = git2::opts::set_server_timeout_in_milliseconds(milliseconds(patience));
    }
}

/// A ref as it is sent: its name (`refs/tags/v1^{}` for what an annotated tag names) and object.
type Head = (String, Oid);

fn heads(connection: &RemoteConnection<'_, '_, '_>) -> Result<Vec<Head>, git2::Error> {
    Ok(connection.list()?.iter().map(|head| (head.name().to_owned(), head.oid())).collect())
}

/// The branches and tags of what was sent, in any order.
pub(super) fn refs(heads: &[Head], default_branch: Option<String>) -> Refs {
    let mut refs = Refs::default();
    for (name, object) in heads {
        if name == "HEAD" {
            refs.head = Some(*object);
        } else if let Some(branch) = name.strip_prefix("refs/heads/") {
            refs.branches.insert(branch.to_owned(), *object);
        } else if let Some(tag) = name.strip_prefix("refs/tags/") {
            match tag.strip_suffix("^{}") {
                Some(tag) => drop(refs.tags.insert(tag.to_owned(), *object)),
                None => drop(refs.tags.entry(tag.to_owned()).or_insert(*object)),
            }
        }
    }
    refs.default_branch = default_branch.map(|name| name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned());
    refs
}

fn fetch(
    errand: &Errand<'_>,
    connection: &mut RemoteConnection<'_, '_, '_>,
    heads: &[Head],
    commits: &[Oid],
) -> Result<(), Failure> {
    if commits.is_empty() {
        return Ok(());
    }
    let by_commit: Vec<String> = commits.iter().map(Oid::to_string).collect();
    match download(errand, connection, &by_commit) {
        // The server sends only what its refs name.
        Err(error) if error.message().contains("cannot fetch a specific object") => {
            let tip = |commit: &Oid| heads.iter().find(|(name, object)| object == commit && name.starts_with("refs/"));
            let names: Option<Vec<String>> =
                commits.iter().map(|commit| Some(tip(commit)?.0.trim_end_matches("^{}").to_owned())).collect();
            match names {
                Some(names) => Ok(download(errand, connection, &names)?),
                None => Err(Failure::new(Cause::Unable, "the remote sends no commit by its name")),
            }
        }
        other => Ok(other?),
    }
}

fn download(errand: &Errand<'_>, connection: &mut RemoteConnection<'_, '_, '_>, what: &[String]) -> Result<(), git2::Error> {
    let mut options = FetchOptions::new();
    options.depth(1).download_tags(AutotagOption::None).update_fetchhead(false);
    options.remote_callbacks(callbacks(errand)).proxy_options(proxy());
    connection.remote().download(what, Some(&mut options))
}

fn callbacks<'a>(errand: &'a Errand<'_>) -> RemoteCallbacks<'a> {
    let mut callbacks = RemoteCallbacks::new();
    let (agent, helper) = (Cell::new(false), Cell::new(false));
    callbacks.credentials(move |url, user, allowed| {
        let user = user.unwrap_or("git");
        if allowed.contains(CredentialType::USERNAME) {
            return Cred::username(user);
        }
        if allowed.contains(CredentialType::SSH_KEY) && !agent.replace(true) {
            return Cred::ssh_key_from_agent(user);
        }
        if allowed.contains(CredentialType::USER_PASS_PLAINTEXT) && !helper.replace(true) {
            return Cred::credential_helper(errand.configuration, url, None);
        }
        Err(git2::Error::new(git2::ErrorCode::Auth, git2::ErrorClass::Net, "no credentials are at hand"))
    });
    callbacks.transfer_progress(move |progress| {
        (errand.progress)(Event::Receiving {
            url: errand.url,
            received: progress.received_objects(),
            total: progress.total_objects(),
            bytes: progress.received_bytes(),
        });
        true
    });
    callbacks
}

/// From git's configuration and the environment.
fn proxy<'a>() -> ProxyOptions<'a> {
    let mut proxy = ProxyOptions::new();
    proxy.auto();
    proxy
}
