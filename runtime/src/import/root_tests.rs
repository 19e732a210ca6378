//! Tests of finding the root package, with repositories that the `git` program made.

use std::fs;

use super::*;
use crate::import::testing::{Sandbox, git};

#[test]
fn the_nearest_package_in_its_repository() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    fs::create_dir_all(work.join("teams/a/.coder/images")).unwrap();
    fs::create_dir_all(work.join(".coder")).unwrap();
    git(&work, &["remote", "add", "origin", "https://github.com/acme/work"]);
    git(&work, &["config", "url.file:///nowhere/.insteadOf", "https://"]);

    let root = Root::find(&work.join("teams/a/.coder/images")).unwrap();
    let repository = root.repository.as_ref().unwrap();
    assert_eq!(root.folder, work.join("teams/a"));
    assert_eq!(root.lock_file(), work.join("teams/a/.coder/coder.lock"));
    assert_eq!((repository.folder.as_str(), repository.head, repository.branch.as_deref()), ("teams/a", None, Some("main")));
    assert_eq!(repository.origin.as_deref(), Some("https://github.com/acme/work"));

    let commit = sandbox.commit(&work, "x", "1");
    let repository = Root::find(&work.join("teams")).unwrap().repository.unwrap();
    assert_eq!((repository.folder.as_str(), repository.head), ("", Some(commit)));

    git(&work, &["checkout", "-q", "--detach"]);
    let repository = Root::find(&work).unwrap().repository.unwrap();
    assert_eq!((repository.head, repository.branch), (Some(commit), None));
}

#[test]
fn worktrees_and_submodules_are_repositories_of_their_own() {
    let sandbox = Sandbox::new();
    let work = sandbox.repository("work");
    fs::create_dir(work.join(".coder")).unwrap();
    let commit = sandbox.commit(&work, ".coder/a.coder", "let a = 1");
    git(&work, &["remote", "add", "origin", "git@github.com:acme/work.git"]);
    let beside = work.with_file_name("beside");
    git(&work, &["worktree", "add", "-q", "-b", "other", &beside.to_string_lossy()]);
    let repository = Root::find(&beside).unwrap().repository.unwrap();
    assert_eq!((repository.head, repository.branch.as_deref()), (Some(commit), Some("other")));
    assert_eq!(repository.origin.as_deref(), Some("git@github.com:acme/work.git"));
    assert_eq!(repository.work_tree, beside);

    let outer = sandbox.repository("outer");
    let url = format!("file://{}", work.display());
    git(&outer, &["-c", "protocol.file.allow=always", "submodule", "add", "-q", &url, "inner"]);
    let repository = Root::find(&outer.join("inner")).unwrap().repository.unwrap();
    assert_eq!((repository.work_tree, repository.head), (outer.join("inner"), Some(commit)));
}

#[test]
fn no_repository_and_no_package() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("plain/below");
    assert_eq!(Root::find(&folder).unwrap_err(), RootProblem::NoPackage(folder.clone()));
    fs::create_dir(folder.with_file_name(".coder")).unwrap();
    assert_eq!(Root::find(&folder).unwrap().repository, None);
    assert!(matches!(Root::find(&folder.join("missing")), Err(RootProblem::Folder { .. })));
}

#[test]
fn no_password_leaves_the_configuration() {
    for (written, shown) in [
        ("https://github.com/acme/x", "https://github.com/acme/x"),
        ("https://oauth2:t0ken@gitlab.com/acme/x.git", "https://gitlab.com/acme/x.git"),
        ("https://t0ken@github.com/acme/x", "https://github.com/acme/x"),
        ("ssh://git:t0ken@github.com/acme/x", "ssh://git@github.com/acme/x"),
        ("git@github.com:acme/x", "git@github.com:acme/x"),
        ("/srv/git/x@y", "/srv/git/x@y"),
    ] {
        assert_eq!(without_password(written), shown);
    }
}
