//! Which commits precede others, and which a remote has: by the repository around the package, and by the remote's own word.
//!
//! Nothing is changed in that repository. What cannot be known is said to be unknown.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use git2::{Oid, Repository};

use super::fetch::Session;
use super::url::RepositoryUrl;

/// Cheap to clone.
#[derive(Clone, Default)]
pub struct History {
    /// The repository around the root package, and its URL.
    root: Option<(PathBuf, String)>,
    /// What asks remotes.
    remotes: Option<(Arc<Session>, RepositoryUrl)>,
}

/// Whether a commit can be fetched from where the cluster fetches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    Yes,
    No,
    Unknown,
}

impl History {
    /// `url` is that of the package in the plan; `remotes` ask it.
    pub fn new(work_tree: PathBuf, url: String, remotes: Option<(Arc<Session>, RepositoryUrl)>) -> History {
        History { root: Some((work_tree, url)), remotes }
    }

    /// Whether `commit` is `ancestor` or descends from it, in the repository `url`. Asks the remote where the local history does not
    /// reach that far (a shallow clone). Blocks.
    pub fn descends(&self, url: &str, ancestor: &str, commit: &str) -> Option<bool> {
        if ancestor == commit {
            return Some(true);
        }
        let local = self.root.as_ref().filter(|(_, root)| root == url);
        let known = local.and_then(|(work_tree, _)| {
            let repository = open(work_tree)?;
            precedes(&repository, ancestor, commit).or_else(|| ask(work_tree, url, ancestor, commit))
        });
        known.or_else(|| ask(Path::new("/"), url, ancestor, commit))
    }

    /// Whether a branch of the root package's remote holds `commit`. Blocks.
    pub fn published(&self, commit: &str) -> Published {
        let Some((work_tree, _)) = &self.root else { return Published::Unknown };
        let (Some(repository), Ok(commit)) = (open(work_tree), Oid::from_str(commit)) else { return Published::Unknown };
        if remote_branches(&repository).into_iter().any(|branch| holds(&repository, branch, commit)) {
            return Published::Yes;
        }
        // What is known of the remote may be old: a branch may have been pushed from elsewhere.
        let Some(refs) = self.remotes.as_ref().and_then(|(session, url)| session.refs(url).ok()) else {
            return Published::Unknown;
        };
        let mut shown = refs.branches.values().chain(refs.tags.values()).chain(refs.head.as_ref());
        if shown.any(|branch| holds(&repository, *branch, commit)) {
            return Published::Yes;
        }
        // A branch that is not known here may hold it, when it is ahead.
        let known = refs.branches.values().all(|branch| repository.find_commit(*branch).is_ok());
        let contained_elsewhere = !known && repository.is_shallow();
        if contained_elsewhere { Published::Unknown } else { Published::No }
    }
}

fn open(work_tree: &Path) -> Option<Repository> {
    super::trust_every_owner();
    Repository::discover(work_tree).ok()
}

fn remote_branches(repository: &Repository) -> Vec<Oid> {
    let Ok(references) = repository.references_glob("refs/remotes/*") else { return Vec::new() };
    references.flatten().filter_map(|reference| Some(reference.peel_to_commit().ok()?.id())).collect()
}

fn holds(repository: &Repository, branch: Oid, commit: Oid) -> bool {
    branch == commit || repository.graph_descendant_of(branch, commit).unwrap_or(false)
}

/// `None` where a commit, or the history between, is not here.
fn precedes(repository: &Repository, ancestor: &str, commit: &str) -> Option<bool> {
    let (ancestor, commit) = (Oid::from_str(ancestor).ok()?, Oid::from_str(commit).ok()?);
    repository.find_commit(commit).ok()?;
    let is_here = repository.find_commit(ancestor).is_ok();
    match is_here && repository.graph_descendant_of(commit, ancestor).ok()? {
        true => Some(true),
        // A clone that is not whole does not show every ancestor, and a commit that was never fetched may be newer or older.
        false if repository.is_shallow() || !is_here => None,
        false => Some(false),
    }
}

/// Fetches the history, commits alone, to a folder that is thrown away. By the `git` program, which knows the user's credentials;
/// `folder` is where its configuration is looked for.
fn ask(folder: &Path, url: &str, ancestor: &str, commit: &str) -> Option<bool> {
    let scratch = tempfile::tempdir().ok()?;
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "protocol.ext.allow=never", "-c", "gc.auto=0", "--git-dir"]).arg(scratch.path());
        command.args(arguments).current_dir(folder).env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
        command.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes -oConnectTimeout=20");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().ok().and_then(|status| status.code())
    };
    git(&["init", "-q", "--bare"]).filter(|code| *code == 0)?;
    let fetched = |what: &[&str]| {
        git(&[&["fetch", "-q", "--no-tags", "--filter=tree:0", "--end-of-options", url], what].concat()) == Some(0)
    };
    if !fetched(&[commit, ancestor]) && !fetched(&["+refs/heads/*:refs/heads/*"]) {
        return None;
    }
    match git(&["merge-base", "--is-ancestor", ancestor, commit]) {
        Some(0) => Some(true),
        Some(1) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(folder: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]);
        let output = command.args(arguments).current_dir(folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn commit(folder: &Path, text: &str) -> String {
        run(folder, &["commit", "-q", "--allow-empty", "-m", text]);
        run(folder, &["rev-parse", "HEAD"])
    }

    #[test]
    fn order_is_asked_of_the_repository_and_of_the_remote() {
        let folder = tempfile::tempdir().unwrap();
        let (remote, clone) = (folder.path().join("remote"), folder.path().join("clone"));
        std::fs::create_dir(&remote).unwrap();
        run(&remote, &["init", "-q"]);
        let commits = ["one", "two", "three"].map(|text| commit(&remote, text));
        let url = format!("file://{}", remote.display());
        run(folder.path(), &["clone", "-q", "--depth=1", &url, "clone"]);
        let history = History::new(clone.clone(), url.clone(), None);
        assert_eq!(history.descends(&url, &commits[0], &commits[2]), Some(true), "a shallow clone asks");
        assert_eq!(history.descends(&url, &commits[2], &commits[0]), Some(false));
        assert_eq!(history.descends(&url, &"1".repeat(40), &commits[0]), None);
        assert_eq!(history.descends("file:///nowhere", &commits[0], &commits[2]), None);
        assert_eq!(history.published(&commits[2]), Published::Yes);
        let local = commit(&clone, "four");
        assert_eq!(history.published(&local), Published::Unknown, "nobody was asked");
        assert_eq!(history.descends(&url, &commits[2], &local), Some(true));
    }
}
