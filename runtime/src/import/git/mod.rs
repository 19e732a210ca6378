//! One visit to a remote: its refs, and the commits that are wanted of it, shallow where the remote allows it.
//!
//! libgit2 goes first; where it cannot (a server without the capability, credentials that only git's helpers have, a
//! transport it does not know), the `git` program goes instead, with the user's configuration and without hooks, prompts or
//! submodules. What was fetched lies in a staging folder and is neither checked nor kept here.

mod failure;
mod library;
mod local;
mod program;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use git2::{Config, Oid, Repository};

pub(super) use failure::{Cause, Failure};

use super::{Event, ImportProblem, Progress, Refs, RepositoryUrl, Want, certificates, configuration};

/// What a visit brought.
pub(super) struct Visit {
    /// What each want was found to be.
    pub found: BTreeMap<Want, Result<Oid, Failure>>,
}

/// Chooses what to fetch. It is given the refs whenever the remote showed them, and always if it needs them.
pub(super) type Choose<'a> = &'a mut dyn FnMut(Option<&Refs>) -> Vec<Want>;

/// A repository being visited.
struct Errand<'a> {
    url: &'a RepositoryUrl,
    /// A bare repository to fetch into.
    staging: &'a Repository,
    configuration: &'a Config,
    needs_refs: bool,
    progress: &'a Progress,
}

/// Visits a repository once. `staging` is an empty folder that becomes a bare repository with the wanted objects.
pub(super) fn visit(
    url: &RepositoryUrl,
    staging: &Path,
    needs_refs: bool,
    progress: &Progress,
    choose: Choose<'_>,
) -> Result<Visit, ImportProblem> {
    super::trust_every_owner();
    certificates::load();
    let broken =
        |error: git2::Error| ImportProblem::Cache { path: staging.display().to_string(), detail: error.message().to_owned() };
    let repository = empty_repository(staging).map_err(broken)?;
    let configuration = configuration::configuration(&staging.join("environment")).map_err(|error| ImportProblem::Network {
        url: url.clone(),
        detail: format!("git's configuration cannot be read: {}", error.message()),
    })?;
    repository.set_config(&configuration).map_err(broken)?;
    library::set_timeouts(library::patience(&configuration));
    let errand = Errand { url, staging: &repository, configuration: &configuration, needs_refs, progress };
    progress(Event::Asking { url });
    errand.run(choose).map_err(|failure| failure.problem(url, staging))
}

/// A bare repository without the user's template, whose hooks the `git` program would run.
fn empty_repository(folder: &Path) -> Result<Repository, git2::Error> {
    let mut options = git2::RepositoryInitOptions::new();
    Repository::init_opts(folder, options.bare(true).external_template(false))
}

impl Errand<'_> {
    fn run(&self, choose: Choose<'_>) -> Result<Visit, Failure> {
        // The address as the user's `insteadOf` rewrites it, for choosing the way only: git rewrites by itself.
        let address = self.staging.remote_anonymous(self.url.as_str()).and_then(|remote| Ok(remote.url()?.to_owned()))?;
        let mut memory = Memory { choose, chosen: None };
        let mut choose = |refs: Option<&Refs>| memory.choose(refs);
        let since = Instant::now();
        let first = match local::path(&address) {
            Some(path) => local::visit(self, &path, &mut choose),
            None if address.starts_with("https://") || address.starts_with("http://") => library::visit(self, &mut choose),
            None if !configuration::has_ssh_program(self.configuration) => library::visit(self, &mut choose),
            None => Err(Failure::new(Cause::Unable, "the user has a program for ssh")),
        };
        match first {
            Ok(visit) => Ok(visit),
            Err(failure) if failure.cause == Cause::Disk => Err(failure),
            // The other way would wait for as long.
            Err(failure) if failure.cause == Cause::Silent => {
                // A connection that is not made is given up earlier.
                let seconds = library::patience(self.configuration).min(since.elapsed()).as_secs();
                let unit = if seconds == 1 { "second" } else { "seconds" };
                Err(Failure::new(Cause::Silent, format!("no answer for {seconds} {unit}")))
            }
            Err(failure) if failure.cause == Cause::NotFound && local::path(&address).is_some() => Err(failure),
            Err(failure) => {
                (self.progress)(Event::Retrying { url: self.url, reason: &failure.detail });
                program::visit(self, &mut choose).map_err(|second| match second.cause {
                    // Without a git program, what libgit2 said is what there is to say.
                    Cause::NoProgram => failure,
                    _ => second,
                })
            }
        }
    }
}

/// Asks for a choice once: the second way goes for what the first one chose.
struct Memory<'a> {
    choose: Choose<'a>,
    chosen: Option<Vec<Want>>,
}

impl Memory<'_> {
    fn choose(&mut self, refs: Option<&Refs>) -> Vec<Want> {
        let choose = &mut self.choose;
        self.chosen.get_or_insert_with(|| choose(refs)).clone()
    }
}
