//! The imports of one run: each from the lock and the cache where they have it, else from its remote, side by side.
//!
//! A remote shows its refs at most once a run, and not at all where the lock and the cache are complete. Nothing is written but
//! the cache; the lock is changed in memory and given back at the end.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use git2::Oid;

use super::git::{self, Cause};
use super::store::{Snapshot, Store, Unreadable};
use super::{At, Event, ImportProblem, Lock, LockedImport, Progress, Refs, RepositoryUrl, Want, resolve};
use crate::context::Listing;

/// What a run may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The lock is only read.
    pub locked: bool,
    /// No remote is asked.
    pub offline: bool,
    pub update: Update,
    /// A tag that was moved is taken where it is updated.
    pub accept_moved: bool,
}

/// Which locked imports are resolved anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Update {
    #[default]
    Nothing,
    All,
    /// These.
    Only(Vec<(RepositoryUrl, At)>),
}

/// An import that is at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// As the import spells it.
    pub url: RepositoryUrl,
    pub at: At,
    pub commit: Oid,
    /// `sha256:…` of everything the commit holds.
    pub content: String,
}

/// What a run leaves.
#[derive(Clone, Debug)]
pub struct Finished {
    pub lock: Lock,
    /// Tags that a later query showed to be moved, of imports that were answered before.
    pub alarms: Vec<(RepositoryUrl, At, ImportProblem)>,
}

/// One run.
pub struct Session {
    options: Options,
    store: Store,
    progress: Progress,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    lock: Lock,
    /// As it was read: what an update is compared with.
    before: Lock,
    refs: HashMap<RepositoryUrl, Arc<Refs>>,
    answers: BTreeMap<Key, Result<Resolved, ImportProblem>>,
    /// Every import that was asked for, in the spellings of the sources.
    used: Vec<Key>,
    snapshots: HashMap<(RepositoryUrl, Oid), Arc<Snapshot>>,
}

type Key = (RepositoryUrl, At);
type Answer = Result<Resolved, ImportProblem>;

impl Session {
    pub fn new(options: Options, store: Store, lock: Lock, progress: Progress) -> Session {
        let state = State { before: lock.clone(), lock, ..State::default() };
        Session { options, store, progress, state: Mutex::new(state) }
    }

    /// Answers each wanted import, in the same order. May be called again as more imports come to light.
    pub fn fetch_all(&self, wanted: &[(RepositoryUrl, At)]) -> Vec<Result<Resolved, ImportProblem>> {
        let mut repositories: BTreeMap<RepositoryUrl, Vec<At>> = BTreeMap::new();
        {
            let mut state = self.state();
            for key in wanted {
                state.used.push(key.clone());
                let ats = repositories.entry(key.0.clone()).or_default();
                if !state.answers.contains_key(key) && !ats.contains(&key.1) {
                    ats.push(key.1.clone());
                }
            }
        }
        repositories.retain(|_, ats| !ats.is_empty());
        let repositories: Vec<(RepositoryUrl, Vec<At>)> = repositories.into_iter().collect();
        let answers = side_by_side(&repositories, |(url, ats)| self.repository(url, ats));
        let mut state = self.state();
        for ((url, _), answers) in repositories.iter().zip(answers) {
            state.answers.extend(answers.into_iter().map(|(at, answer)| ((url.clone(), at), answer)));
        }
        let answer = |(url, at): &Key| match state.answers.get(&(url.clone(), at.clone())) {
            Some(Ok(resolved)) => Ok(Resolved { url: url.clone(), ..resolved.clone() }),
            Some(Err(problem)) => Err(problem.clone()),
            None => Err(ImportProblem::Network { url: url.clone(), detail: "the fetch was given up".to_owned() }),
        };
        wanted.iter().map(answer).collect()
    }

    /// A plain file of an import; `None` where none is. A damaged cache is fetched again, once.
    pub fn read_file(&self, of: &Resolved, path: &str) -> Result<Option<Vec<u8>>, ImportProblem> {
        self.read(of, |snapshot| snapshot.read_file(path))
    }

    /// All files below a folder of an import (empty: its whole repository).
    pub fn list(&self, of: &Resolved, folder: &str) -> Result<Listing, ImportProblem> {
        self.read(of, |snapshot| snapshot.list(folder))
    }

    /// The folders of an import that hold a `.coder/`, sorted; the root is empty.
    pub fn packages(&self, of: &Resolved) -> Result<Vec<String>, ImportProblem> {
        let Listing::Files(files) = self.list(of, "")? else { return Ok(Vec::new()) };
        let folder = |path: &str| match path.strip_prefix(".coder/") {
            Some(_) => Some(String::new()),
            None => path.split_once("/.coder/").map(|(folder, _)| folder.to_owned()),
        };
        let folders: BTreeSet<String> = files.iter().filter_map(|file| folder(&file.path)).collect();
        Ok(folders.into_iter().collect())
    }

    /// The id of a folder's tree, as git names it.
    pub fn tree(&self, of: &Resolved, folder: &str) -> Result<Option<Oid>, ImportProblem> {
        self.read(of, |snapshot| snapshot.tree(folder))
    }

    /// What a remote shows, asked once a run.
    pub fn refs(&self, url: &RepositoryUrl) -> Result<Arc<Refs>, ImportProblem> {
        if let Some(refs) = self.state().refs.get(url) {
            return Ok(refs.clone());
        }
        if self.options.offline {
            return Err(ImportProblem::Offline { url: url.clone(), at: At::Default, commit: None });
        }
        let staging = self.store.stage()?;
        let mut shown = Refs::default();
        git::visit(url, &staging.path.join("fetched"), true, &self.progress, &mut |refs| {
            shown = refs.cloned().unwrap_or_default();
            Vec::new()
        })
        .inspect_err(|_| (self.progress)(Event::GaveUp { url }))?;
        Ok(self.state().refs.entry(url.clone()).or_insert_with(|| Arc::new(shown)).clone())
    }

    /// The lock as it stands.
    pub fn lock(&self) -> Lock {
        self.state().lock.clone()
    }

    /// Changes the lock's images, say.
    pub fn edit_lock(&self, edit: impl FnOnce(&mut Lock)) {
        edit(&mut self.state().lock);
    }

    /// Ends the run. With `prune`, entries that no import asked for go: only where all sources could be read, for else an
    /// import that does not parse would lose its pin.
    pub fn finish(&self, prune: bool) -> Finished {
        let state = self.state();
        let mut lock = state.lock.clone();
        if prune {
            lock.keep_imports(&state.used);
        }
        let alarm = |((url, at), answer): (&Key, &Answer)| {
            let (resolved, refs) = (answer.as_ref().ok()?, state.refs.get(url)?);
            Some((url.clone(), at.clone(), moved(url, at, resolved.commit, refs)?))
        };
        let alarms = state.answers.iter().filter_map(alarm).collect();
        Finished { lock, alarms }
    }

    /// The imports of one repository, by one visit at most.
    fn repository(&self, url: &RepositoryUrl, ats: &[At]) -> Vec<(At, Answer)> {
        let mut answers = Vec::new();
        let mut errands: Vec<Errand> = Vec::new();
        for at in ats {
            match self.errand(url, at) {
                Ok(errand) => errands.push(errand),
                Err(problem) => answers.push((at.clone(), Err(problem))),
            }
        }
        if let Some(refs) = self.state().refs.get(url).cloned() {
            errands.iter_mut().for_each(|errand| errand.resolve(url, &refs));
        }
        let visited = self.visit(url, &mut errands);
        answers.extend(errands.into_iter().map(|errand| {
            let answer = match &visited {
                Err(problem) if errand.snapshot.is_none() && errand.problem.is_none() => Err(problem.clone()),
                _ => self.settle(url, &errand),
            };
            (errand.at, answer)
        }));
        answers
    }

    /// What is known of an import before its remote is asked, or why it may not be asked.
    fn errand(&self, url: &RepositoryUrl, at: &At) -> Result<Errand, ImportProblem> {
        if !at.is_possible() {
            let (branches, tags) = (Vec::new(), Vec::new());
            return Err(ImportProblem::NoSuchRef { url: url.clone(), at: at.clone(), branches, tags });
        }
        let entry = self.state().before.import(url, at).cloned();
        let moves = match &self.options.update {
            Update::Nothing => false,
            Update::All => true,
            Update::Only(entries) => entries.iter().any(|(named, of)| named == url && of == at),
        };
        let full = at.full_commit();
        if entry.is_none() && self.options.locked {
            return Err(ImportProblem::LockMissing { url: url.clone(), at: at.clone() });
        }
        let commit = full.or_else(|| Some(entry.as_ref().filter(|_| !moves)?.commit));
        let mut errand = Errand { at: at.clone(), entry, moves, want: commit.map(Want::Commit), snapshot: None, problem: None };
        errand.look(&self.store, url);
        if self.options.offline && errand.snapshot.is_none() {
            let commit = commit.map(|commit| commit.to_string());
            return Err(ImportProblem::Offline { url: url.clone(), at: at.clone(), commit });
        }
        Ok(errand)
    }

    /// Asks the remote for what is still open, and puts what it sends into the cache.
    fn visit(&self, url: &RepositoryUrl, errands: &mut [Errand]) -> Result<(), ImportProblem> {
        errands.iter_mut().for_each(|errand| errand.look(&self.store, url));
        let open = |errand: &Errand| errand.snapshot.is_none() && errand.problem.is_none();
        if !errands.iter().any(open) {
            return Ok(());
        }
        let staging = self.store.stage()?;
        let needs_refs = errands.iter().any(|errand| open(errand) && errand.want.is_none());
        let mut choose = |refs: Option<&Refs>| {
            if let Some(refs) = refs {
                errands.iter_mut().for_each(|errand| errand.resolve(url, refs));
                self.state().refs.entry(url.clone()).or_insert_with(|| Arc::new(refs.clone()));
            }
            errands.iter_mut().for_each(|errand| errand.look(&self.store, url));
            let mut wants: Vec<Want> =
                errands.iter().filter(|errand| open(errand)).filter_map(|errand| errand.want.clone()).collect();
            wants.sort();
            wants.dedup();
            wants
        };
        let visit = git::visit(url, &staging.path.join("fetched"), needs_refs, &self.progress, &mut choose)
            .inspect_err(|_| (self.progress)(Event::GaveUp { url }))?;
        let mut kept: HashMap<Oid, Arc<Snapshot>> = HashMap::new();
        for errand in errands.iter_mut().filter(|errand| open(errand)) {
            let Some(want) = &errand.want else { continue };
            match visit.found.get(want) {
                // Two of them may mean one commit.
                Some(Ok(commit)) if kept.contains_key(commit) => errand.snapshot = kept.get(commit).cloned(),
                Some(Ok(commit)) => match self.store.keep(&staging, url, *commit) {
                    Ok(snapshot) => {
                        (self.progress)(Event::Kept { url, commit: *commit });
                        let snapshot = Arc::new(snapshot);
                        kept.insert(*commit, snapshot.clone());
                        errand.snapshot = Some(snapshot);
                    }
                    Err(problem) => {
                        (self.progress)(Event::GaveUp { url });
                        errand.problem = Some(problem);
                    }
                },
                Some(Err(failure)) => {
                    (self.progress)(Event::GaveUp { url });
                    errand.problem = Some(errand.refused(url, want, failure.cause));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Compares what was found with what was locked, and locks it.
    fn settle(&self, url: &RepositoryUrl, errand: &Errand) -> Answer {
        if let Some(problem) = &errand.problem {
            return Err(problem.clone());
        }
        let Some(snapshot) = &errand.snapshot else {
            return Err(ImportProblem::Network { url: url.clone(), detail: "the remote sent nothing".to_owned() });
        };
        let mut state = self.state();
        if let Some(entry) = &errand.entry {
            let accepted = errand.moves && self.options.accept_moved;
            if let Some(refs) = state.refs.get(url)
                && let Some(problem) = moved(url, &errand.at, entry.commit, refs)
                && !accepted
            {
                return Err(problem);
            }
            if entry.commit == snapshot.commit && entry.content != snapshot.content {
                return Err(ImportProblem::ChangedContent {
                    url: url.clone(),
                    commit: entry.commit.to_string(),
                    locked: entry.content.clone(),
                    now: snapshot.content.clone(),
                });
            }
        }
        let (commit, content) = (snapshot.commit, snapshot.content.clone());
        state.snapshots.insert((url.clone(), commit), snapshot.clone());
        let spelling = errand.entry.as_ref().map_or(url, |entry| &entry.url).clone();
        state.lock.set_import(LockedImport { url: spelling, at: errand.at.clone(), commit, content: content.clone() });
        Ok(Resolved { url: url.clone(), at: errand.at.clone(), commit, content })
    }

    fn read<T>(&self, of: &Resolved, read: impl Fn(&Snapshot) -> Result<T, Unreadable>) -> Result<T, ImportProblem> {
        let key = (of.url.clone(), of.commit);
        let known = self.state().snapshots.get(&key).cloned();
        let snapshot = match known.or_else(|| self.store.snapshot(&of.url, of.commit).map(Arc::new)) {
            Some(snapshot) => snapshot,
            None => self.again(of)?,
        };
        let damage = match read(&snapshot) {
            Err(Unreadable::Damaged(detail)) => detail,
            other => return other.map_err(|problem| unreadable(of, problem)),
        };
        tracing::warn!(url = %of.url, commit = %of.commit, damage, "the cache is damaged");
        self.store.evict(&of.url, of.commit);
        read(&*self.again(of)?).map_err(|problem| unreadable(of, problem))
    }

    /// Fetches a commit that was in the cache.
    fn again(&self, of: &Resolved) -> Result<Arc<Snapshot>, ImportProblem> {
        self.state().snapshots.remove(&(of.url.clone(), of.commit));
        if self.options.offline {
            let commit = Some(of.commit.to_string());
            return Err(ImportProblem::Offline { url: of.url.clone(), at: of.at.clone(), commit });
        }
        let want = Some(Want::Commit(of.commit));
        let mut errand = Errand { at: of.at.clone(), entry: None, moves: false, want, snapshot: None, problem: None };
        self.visit(&of.url, std::slice::from_mut(&mut errand))?;
        match (errand.snapshot, errand.problem) {
            (Some(snapshot), _) if snapshot.content == of.content => {
                self.state().snapshots.insert((of.url.clone(), of.commit), snapshot.clone());
                Ok(snapshot)
            }
            (Some(snapshot), _) => Err(ImportProblem::ChangedContent {
                url: of.url.clone(),
                commit: of.commit.to_string(),
                locked: of.content.clone(),
                now: snapshot.content.clone(),
            }),
            (None, Some(problem)) => Err(problem),
            (None, None) => Err(ImportProblem::Network { url: of.url.clone(), detail: "the remote sent nothing".to_owned() }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change of the state is one call, so a panic elsewhere leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One import of a repository on its way.
struct Errand {
    at: At,
    entry: Option<LockedImport>,
    /// It is being updated.
    moves: bool,
    want: Option<Want>,
    snapshot: Option<Arc<Snapshot>>,
    problem: Option<ImportProblem>,
}

impl Errand {
    fn resolve(&mut self, url: &RepositoryUrl, refs: &Refs) {
        if self.want.is_none() && self.problem.is_none() {
            match resolve(url, &self.at, refs) {
                Ok(want) => self.want = Some(want),
                Err(problem) => self.problem = Some(problem),
            }
        }
    }

    /// Takes the commit from the cache, if it is known and there.
    fn look(&mut self, store: &Store, url: &RepositoryUrl) {
        if let (Some(Want::Commit(commit)), None, None) = (&self.want, &self.snapshot, &self.problem) {
            self.snapshot = store.snapshot(url, *commit).map(Arc::new);
        }
    }

    fn refused(&self, url: &RepositoryUrl, want: &Want, cause: Cause) -> ImportProblem {
        let url = url.clone();
        match want {
            Want::Abbreviation(prefix) if cause == Cause::AmbiguousCommit => {
                ImportProblem::AmbiguousCommit { url, prefix: prefix.clone() }
            }
            Want::Abbreviation(prefix) => ImportProblem::NoSuchCommit { url, commit: prefix.clone(), locked: false },
            Want::Commit(commit) => {
                let locked = self.entry.is_some() && self.at.full_commit().is_none();
                ImportProblem::NoSuchCommit { url, commit: commit.to_string(), locked }
            }
        }
    }
}

/// The alarm, where `at` is a tag that names another commit than the locked one.
fn moved(url: &RepositoryUrl, at: &At, locked: Oid, refs: &Refs) -> Option<ImportProblem> {
    let (tag, now) = at.tag(refs)?;
    (now != locked).then(|| ImportProblem::MovedTag {
        url: url.clone(),
        tag: tag.to_owned(),
        locked: locked.to_string(),
        now: now.to_string(),
    })
}

fn unreadable(of: &Resolved, problem: Unreadable) -> ImportProblem {
    match problem {
        Unreadable::TooLarge(detail) => ImportProblem::Tree { url: of.url.clone(), commit: of.commit.to_string(), detail },
        Unreadable::Damaged(detail) => ImportProblem::Cache { path: format!("{} at {}", of.url, of.commit), detail },
    }
}

/// Runs a task for each, a few at a time: they wait for remotes, not for processors.
pub(super) fn side_by_side<T: Sync, R: Send>(tasks: &[T], run: impl Fn(&T) -> R + Sync) -> Vec<R> {
    const MOST: usize = 8;
    if let [task] = tasks {
        return vec![run(task)];
    }
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<R>>> = tasks.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..MOST.min(tasks.len()) {
            scope.spawn(|| {
                while let Some((task, result)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    tasks.get(index).zip(results.get(index))
                } {
                    *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(run(task));
                }
            });
        }
    });
    results.into_iter().filter_map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod http_tests;
#[cfg(test)]
#[path = "remote_tests.rs"]
mod remote_tests;
#[cfg(test)]
#[path = "store_tests.rs"]
mod store_tests;
#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
