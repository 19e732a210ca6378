//! A home of its own, with repositories that `https://` URLs reach without a network.
//!
//! Every git and `coderc` process of a sandbox sees only this home: no configuration, cache or credentials of the machine.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::binary::coderc;

/// Files by path, relative to a repository's root.
pub type Files = BTreeMap<String, String>;

pub struct Sandbox {
    folder: TempDir,
    remotes: PathBuf,
}

impl Sandbox {
    /// # Panics
    /// When the temporary folder cannot be written, here and below: a sandbox is made for tests.
    pub fn new() -> Sandbox {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let remotes = folder.path().join("remotes");
        std::fs::create_dir(&remotes).expect("a folder of the sandbox");
        Sandbox::make(folder, remotes)
    }

    /// One whose remotes lie in a folder that others see too, [`crate::bed::Bed::git_folder`] say.
    pub fn with_remotes(remotes: &Path) -> Sandbox {
        Sandbox::make(tempfile::tempdir().expect("a temporary folder"), remotes.to_path_buf())
    }

    fn make(folder: TempDir, remotes: PathBuf) -> Sandbox {
        let sandbox = Sandbox { folder, remotes };
        for folder in ["home", "work"] {
            std::fs::create_dir(sandbox.path().join(folder)).expect("a folder of the sandbox");
        }
        let remotes = format!("file://{}/", sandbox.remotes.display());
        let config = format!(
            "[user]\n\tname = Test\n\temail = test@example.invalid\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n\
             [url \"{remotes}\"]\n\tinsteadOf = https://\n\tinsteadOf = ssh://git@\n"
        );
        std::fs::write(sandbox.path().join("home/.gitconfig"), config).expect("the git configuration");
        sandbox
    }

    /// A work tree with one commit of `files`, whose remote `origin` is `https://<url>`; pushed there.
    pub fn repository(&self, url: &str, files: &Files) -> PathBuf {
        let tree = self.tree(&url.replace('/', "-"), &format!("https://{url}"), files);
        let bare = self.remotes.join(url);
        let source = tree.to_str().expect("the path is UTF-8");
        self.git(self.path(), &["clone", "--quiet", "--bare", source, bare.to_str().expect("the path is UTF-8")]);
        self.git(&bare, &["config", "uploadpack.allowAnySHA1InWant", "true"]);
        tree
    }

    /// A tag or branch of a repository's remote, on its default branch's commit.
    pub fn add_ref(&self, url: &str, name: &str) {
        self.git(&self.remotes.join(url), &["update-ref", name, "HEAD"]);
    }

    /// Another work tree of a repository, whose remote `origin` it is.
    pub fn clone_of(&self, url: &str) -> PathBuf {
        let tree = self.path().join("work").join(format!("{}-clone", url.replace('/', "-")));
        self.git(self.path(), &["clone", "--quiet", &format!("https://{url}"), tree.to_str().expect("the path is UTF-8")]);
        tree
    }

    /// Renames a branch, in a work tree and in its remote.
    pub fn rename_branch(&self, url: &str, tree: &Path, from: &str, to: &str) {
        for folder in [tree, &self.remotes.join(url)] {
            self.git(folder, &["branch", "--move", from, to]);
        }
    }

    pub fn git(&self, folder: &Path, arguments: &[&str]) -> Output {
        let output = self.command("git".as_ref(), folder).args(arguments).output().expect("git runs");
        assert!(output.status.success(), "git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        output
    }

    /// A work tree with one commit of `files`, and a remote that was not pushed to.
    pub fn tree(&self, name: &str, origin: &str, files: &Files) -> PathBuf {
        let tree = self.path().join("work").join(name);
        std::fs::create_dir(&tree).expect("a work tree");
        self.git(&tree, &["init", "--quiet"]);
        self.git(&tree, &["remote", "add", "origin", origin]);
        write(&tree, files);
        self.git(&tree, &["add", "--all"]);
        self.git(&tree, &["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
        tree
    }

    /// Runs `coderc` in a folder. Its exit code and output are for the caller to judge.
    pub fn coderc(&self, folder: &Path, arguments: &[&str]) -> Output {
        self.coderc_command(folder, arguments).output().expect("coderc runs")
    }

    /// `coderc` in a folder, to be run.
    pub fn coderc_command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.command(coderc(), folder);
        command.args(arguments);
        command
    }

    /// What lies in the sandbox, but for the cache: each path with what tells a changed file from an unchanged one.
    pub fn listing(&self) -> BTreeMap<PathBuf, String> {
        let mut listing = BTreeMap::new();
        list(self.path(), &self.path().join("home/.cache"), &mut listing);
        listing
    }

    /// A program in a folder, to be run.
    pub fn command(&self, program: &Path, folder: &Path) -> Command {
        let home = self.path().join("home");
        let mut command = Command::new(program);
        command.current_dir(folder).env_clear();
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.env("XDG_CACHE_HOME", home.join(".cache")).env("GIT_CONFIG_GLOBAL", home.join(".gitconfig"));
        command.env("HOME", home).env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C.UTF-8");
        // The same commits on every machine.
        command.env("GIT_AUTHOR_DATE", "1700000000 +0000").env("GIT_COMMITTER_DATE", "1700000000 +0000");
        command
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Default for Sandbox {
    fn default() -> Sandbox {
        Sandbox::new()
    }
}

/// Files by path, from what a test writes down.
pub fn files(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

/// Writes files below a folder.
pub fn write(folder: &Path, files: &Files) {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder of a file");
        std::fs::write(path, text).expect("a file");
    }
}

fn list(folder: &Path, cache: &Path, listing: &mut BTreeMap<PathBuf, String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // What git refreshes of its own when it is asked for a status.
        if path == cache || path.ends_with(".git/index") {
            continue;
        }
        let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
        if metadata.is_dir() {
            listing.insert(path.clone(), "a folder".to_string());
            list(&path, cache, listing);
        } else {
            listing.insert(path, format!("{:?} {} bytes {:?}", metadata.file_type(), metadata.len(), metadata.modified().ok()));
        }
    }
}
