//! Tests of a run's imports, with repositories of this machine as remotes.

use std::fs;

use super::*;
use crate::import::testing::{Sandbox, git, head};

const OFFLINE: Options = Options { locked: false, offline: true, update: Update::Nothing, accept_moved: false };
const LOCKED: Options = Options { locked: true, offline: false, update: Update::Nothing, accept_moved: false };

fn update(accept_moved: bool) -> Options {
    Options { update: Update::All, accept_moved, ..Options::default() }
}

/// A platform with a branch, tags of both kinds, and a name that is both.
fn platform() -> (Sandbox, RepositoryUrl, [Oid; 3]) {
    let sandbox = Sandbox::new();
    let path = sandbox.repository("platform");
    let first = sandbox.commit(&path, ".coder/platform.coder", "let version = 1");
    git(&path, &["tag", "v1"]);
    let second = sandbox.commit(&path, ".coder/platform.coder", "let version = 2");
    git(&path, &["tag", "-a", "-m", "annotated", "v2"]);
    git(&path, &["branch", "both"]);
    git(&path, &["tag", "both", "v1"]);
    git(&path, &["branch", "feature/new"]);
    let third = sandbox.commit(&path, "dev/Dockerfile", "FROM debian");
    let url = sandbox.url("platform");
    (sandbox, url, [first, second, third])
}

#[test]
fn every_kind_of_ref() {
    let (sandbox, url, [first, second, third]) = platform();
    let run = sandbox.run(Options::default(), &Lock::default());
    let short = &second.to_string()[..7];
    let wanted = [
        ("HEAD", third),
        ("main", third),
        ("branch main", third),
        ("v1", first),
        ("tag v2", second),
        ("branch feature/new", second),
        ("branch both", second),
        ("tag both", first),
        (short, second),
        (&format!("commit {first}"), first),
    ];
    let keys: Vec<Key> = wanted.iter().map(|(at, _)| (url.clone(), At::parse(at))).collect();
    for ((at, commit), answer) in wanted.iter().zip(run.session.fetch_all(&keys)) {
        let resolved = answer.unwrap();
        assert_eq!((&resolved.commit, &resolved.at), (commit, &At::parse(at)), "{at}");
        let version = run.session.read_file(&resolved, ".coder/platform.coder").unwrap().unwrap();
        assert_eq!(version, if resolved.commit == first { b"let version = 1" } else { b"let version = 2" });
    }
    assert_eq!(run.asked(), 1, "one query of refs a repository a run");
    assert!(run.session.fetch_all(&keys).iter().all(Result::is_ok));
    assert_eq!(run.asked(), 1);
    assert_eq!(run.lock().imports().count(), wanted.len());

    // Everything is at hand: neither the remote nor git is needed.
    fs::remove_dir_all(sandbox.path.join("platform")).unwrap();
    let again = sandbox.run(OFFLINE, &run.lock());
    for (key, answer) in keys.iter().zip(again.session.fetch_all(&keys)) {
        let resolved = answer.unwrap();
        assert!(again.session.read_file(&resolved, ".coder/platform.coder").unwrap().is_some(), "{key:?}");
    }
    assert_eq!(again.lock(), run.lock());
}

#[test]
fn what_is_not_there() {
    let (sandbox, url, _) = platform();
    let run = sandbox.run(Options::default(), &Lock::default());
    assert!(matches!(run.one(&url, "both"), Err(ImportProblem::AmbiguousRef { .. })));
    let problem = run.one(&url, "mian").unwrap_err();
    assert_eq!(problem.help(), ["did you mean `main`?"]);
    assert!(matches!(run.one(&url, "commit abcdef0"), Err(ImportProblem::NoSuchCommit { locked: false, .. })));
    assert!(matches!(run.one(&url, &"ab".repeat(20)), Err(ImportProblem::NoSuchCommit { locked: false, .. })));
    assert!(matches!(run.one(&url, "commit xyz"), Err(ImportProblem::NoSuchRef { .. })));
    assert!(matches!(run.one(&url, "--upload-pack=x y"), Err(ImportProblem::NoSuchRef { .. })));
    assert!(matches!(run.one(&sandbox.url("missing"), "main"), Err(ImportProblem::NotFound { .. })));
    sandbox.repository("empty");
    let problem = run.one(&sandbox.url("empty"), "HEAD").unwrap_err();
    assert!(problem.message().contains("no default branch"), "{problem:?}");
    assert!(run.lock().is_empty(), "what failed is not locked");
}

#[test]
fn one_bad_import_does_not_spoil_the_others() {
    let (sandbox, url, [_, _, third]) = platform();
    let run = sandbox.run(Options::default(), &Lock::default());
    let wanted = ["mian", "main", &"ab".repeat(20)].map(|at| (url.clone(), At::parse(at)));
    let answers = run.session.fetch_all(&wanted);
    assert!(answers[0].is_err() && answers[2].is_err());
    assert_eq!(answers[1].as_ref().unwrap().commit, third);
}

#[test]
fn locked_and_offline_refuse_what_they_lack() {
    let (sandbox, url, _) = platform();
    let empty = Lock::default();
    assert!(matches!(sandbox.run(LOCKED, &empty).one(&url, "main"), Err(ImportProblem::LockMissing { .. })));
    assert!(matches!(sandbox.run(OFFLINE, &empty).one(&url, "main"), Err(ImportProblem::Offline { commit: None, .. })));
    let run = sandbox.run(Options::default(), &empty);
    run.one(&url, "main").unwrap();
    let lock = run.lock();
    assert!(sandbox.run(LOCKED, &lock).one(&url, "main").is_ok());
    fs::remove_dir_all(sandbox.path.join("cache")).unwrap();
    assert!(matches!(sandbox.run(OFFLINE, &lock).one(&url, "main"), Err(ImportProblem::Offline { commit: Some(_), .. })));
    assert!(!sandbox.path.join("cache").exists(), "a refusal writes nothing");
    assert!(sandbox.run(LOCKED, &lock).one(&url, "main").is_ok(), "a locked run may fill the cache");
}

#[test]
fn a_branch_moves_only_by_an_update() {
    let (sandbox, url, [_, _, third]) = platform();
    let first = sandbox.run(Options::default(), &Lock::default());
    first.one(&url, "main").unwrap();
    let fourth = sandbox.commit(&sandbox.path.join("platform"), "x", "x");
    let second = sandbox.run(Options::default(), &first.lock());
    assert_eq!(second.one(&url, "main").unwrap().commit, third);
    assert_eq!(
        second.session.outdated(),
        [Ok(crate::import::Outdated { url: url.clone(), at: At::parse("main"), locked: third, latest: fourth })]
    );
    let other = Options { update: Update::Only(vec![(url.clone(), At::parse("v1"))]), ..Options::default() };
    assert_eq!(sandbox.run(other, &first.lock()).one(&url, "main").unwrap().commit, third);
    let named = Options { update: Update::Only(vec![(url.clone(), At::parse("main"))]), ..Options::default() };
    let updated = sandbox.run(named, &first.lock());
    assert_eq!(updated.one(&url, "main").unwrap().commit, fourth);
    assert_eq!(updated.lock().import(&url, &At::parse("main")).unwrap().commit, fourth);
    assert_eq!(sandbox.run(update(false), &first.lock()).one(&url, "main").unwrap().commit, fourth);
}

#[test]
fn a_moved_tag_is_an_alarm() {
    let (sandbox, url, [first, _, third]) = platform();
    let path = sandbox.path.join("platform");
    for at in ["v1", "tag v1"] {
        git(&path, &["tag", "-f", "v1", &first.to_string()]);
        let run = sandbox.run(Options::default(), &Lock::default());
        run.one(&url, at).unwrap();
        let lock = run.lock();
        git(&path, &["tag", "-f", "v1"]);
        let alarm = Err(ImportProblem::MovedTag {
            url: url.clone(),
            tag: "v1".into(),
            locked: first.to_string(),
            now: third.to_string(),
        });

        let quiet = sandbox.run(Options::default(), &lock);
        assert_eq!(quiet.one(&url, at).unwrap().commit, first, "no remote is asked, so nothing is seen");
        quiet.one(&url, "main").unwrap();
        let alarms = quiet.session.finish(true).alarms;
        assert_eq!(alarms.into_iter().map(|(_, _, problem)| Err(problem)).collect::<Vec<_>>(), std::slice::from_ref(&alarm));

        let together = sandbox.run(Options::default(), &lock);
        let wanted = [(url.clone(), At::parse(at)), (url.clone(), At::parse("main"))];
        assert_eq!(together.session.fetch_all(&wanted)[0], alarm);
        assert_eq!(sandbox.run(update(false), &lock).one(&url, at), alarm);
        assert_eq!(sandbox.run(update(true), &lock).one(&url, at).unwrap().commit, third);
        assert!(matches!(
            sandbox.run(Options::default(), &lock).session.outdated().as_slice(),
            [Err((_, _, ImportProblem::MovedTag { .. }))]
        ));
    }
}

#[test]
fn changed_content_is_an_alarm() {
    let (sandbox, url, _) = platform();
    let run = sandbox.run(Options::default(), &Lock::default());
    let resolved = run.one(&url, "main").unwrap();
    let mut lock = run.lock();
    let forged = format!("sha256:{}", "0".repeat(64));
    let entry = LockedImport { content: forged.clone(), ..lock.imports().next().unwrap().clone() };
    lock.set_import(entry);
    for options in [Options::default(), LOCKED, OFFLINE, update(true)] {
        let problem = sandbox.run(options, &lock).one(&url, "main").unwrap_err();
        assert!(problem.message().contains(&forged) && problem.message().contains(&resolved.content), "{problem:?}");
    }
}

#[test]
fn a_locked_commit_that_is_gone_says_so() {
    let (sandbox, url, _) = platform();
    let mut lock = Lock::default();
    let content = format!("sha256:{}", "0".repeat(64));
    lock.set_import(LockedImport {
        url: url.clone(),
        at: At::parse("main"),
        commit: Oid::from_str(&"5".repeat(40)).unwrap(),
        content,
    });
    let problem = sandbox.run(Options::default(), &lock).one(&url, "main").unwrap_err();
    assert!(matches!(problem, ImportProblem::NoSuchCommit { locked: true, .. }), "{problem:?}");
    assert!(problem.help()[0].contains("coderc update"));
}

#[test]
fn links_and_submodules_are_only_listed() {
    let sandbox = Sandbox::new();
    let path = sandbox.repository("odd");
    let outside = sandbox.path.join("outside");
    fs::write(
        path.join(".gitmodules"),
        format!("[submodule \"x\"]\n\tpath = sub\n\turl = ext::sh -c touch% {}\n", outside.display()),
    )
    .unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", path.join("link")).unwrap();
    let commit = sandbox.commit(&path, ".coder/a.coder", "let a = 1");
    git(&path, &["update-index", "--add", "--cacheinfo", &format!("160000,{commit},sub")]);
    git(&path, &["commit", "-q", "-m", "sub"]);
    let run = sandbox.run(Options::default(), &Lock::default());
    let resolved = run.one(&sandbox.url("odd"), "HEAD").unwrap();
    assert_eq!(resolved.commit, head(&path));
    let Listing::Files(files) = run.session.list(&resolved, "").unwrap() else { panic!() };
    let files: Vec<(&str, u32)> = files.iter().map(|file| (file.path.as_str(), crate::context::bits_of(file.mode))).collect();
    assert_eq!(files, [(".coder/a.coder", 0o100_644), (".gitmodules", 0o100_644), ("link", 0o120_000), ("sub", 0o160_000)]);
    assert_eq!(run.session.read_file(&resolved, "link"), Ok(None));
    assert_eq!(run.session.read_file(&resolved, "sub/x"), Ok(None));
    assert_eq!(run.session.list(&resolved, "link"), Ok(Listing::NotAFolder));
    assert_eq!(run.session.list(&resolved, "none"), Ok(Listing::Missing));
    assert!(!outside.exists());
}

#[test]
fn packages_of_a_repository() {
    let (sandbox, url, _) = platform();
    let path = sandbox.path.join("platform");
    sandbox.commit(&path, "services/api/.coder/a.coder", "let a = 1");
    sandbox.commit(&path, "services/api/.coder/images/b.coder", "let b = 1");
    let run = sandbox.run(Options::default(), &Lock::default());
    let resolved = run.one(&url, "main").unwrap();
    assert_eq!(run.session.packages(&resolved).unwrap(), ["", "services/api"]);
}

#[test]
fn repositories_are_visited_side_by_side() {
    let sandbox = Sandbox::new();
    let wanted: Vec<Key> = (0..20)
        .map(|number| {
            let name = format!("r{number}");
            let path = sandbox.repository(&name);
            sandbox.commit(&path, ".coder/a.coder", &format!("let n = {number}"));
            (sandbox.url(&name), At::Default)
        })
        .collect();
    let run = sandbox.run(Options::default(), &Lock::default());
    for (number, answer) in run.session.fetch_all(&wanted).into_iter().enumerate() {
        let text = run.session.read_file(&answer.unwrap(), ".coder/a.coder").unwrap().unwrap();
        assert_eq!(text, format!("let n = {number}").into_bytes());
    }
    assert_eq!(run.asked(), 20);
}
