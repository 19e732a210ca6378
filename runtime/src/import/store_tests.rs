//! Tests of the cache: damage, several processes at once, and processes that are killed.
//!
//! A child is this test binary again, with the ignored test that fetches.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;
use crate::import::testing::{Sandbox, git};

/// What a child is told, and what it answers.
const CHILD: &str = "import::fetch::store_tests::child";

#[test]
#[ignore = "only run by other tests, as a process of its own"]
fn child() {
    let variable = |name: &str| std::env::var(name).unwrap();
    let session = Session::new(
        Options::default(),
        Store::new(Path::new(&variable("TEST_CACHE"))),
        Lock::default(),
        crate::import::silent(),
    );
    let url = RepositoryUrl::parse(&variable("TEST_URL")).unwrap();
    let wanted: Vec<Key> = variable("TEST_AT").split(',').map(|at| (url.clone(), At::parse(at))).collect();
    let answers: Vec<String> = session
        .fetch_all(&wanted)
        .into_iter()
        .map(|answer| match answer {
            Ok(resolved) => format!("{} {:?}", resolved.commit, session.read_file(&resolved, "file").unwrap()),
            Err(problem) => format!("{problem:?}"),
        })
        .collect();
    fs::write(variable("TEST_ANSWER"), answers.join("\n")).unwrap();
}

pub(super) fn child_command(sandbox: &Sandbox, url: &str, at: &str, answer: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", CHILD, "--ignored", "--quiet"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.env("TEST_CACHE", sandbox.path.join("cache")).env("TEST_URL", url).env("TEST_AT", at).env("TEST_ANSWER", answer);
    command
        .env("HOME", &sandbox.path)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_CONFIG_GLOBAL")
        .env_remove("XDG_CONFIG_HOME");
    command
}

/// A repository whose file is large enough for a fetch to take a moment.
fn large(sandbox: &Sandbox) -> (RepositoryUrl, Oid) {
    let path = sandbox.repository("large");
    let mut number = 1_u64;
    for name in 0..20 {
        let noise: String = (0..2000)
            .map(|_| {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                format!("{number:x}\n")
            })
            .collect();
        fs::write(path.join(format!("noise-{name}")), noise).unwrap();
    }
    let commit = sandbox.commit(&path, "file", "text");
    (sandbox.url("large"), commit)
}

fn staged(sandbox: &Sandbox) -> usize {
    fs::read_dir(sandbox.path.join("cache/git-1/staging")).map_or(0, |entries| entries.count().saturating_sub(1))
}

#[test]
fn killed_at_any_moment_nothing_is_broken() {
    let sandbox = Sandbox::new();
    let (url, commit) = large(&sandbox);
    let mut killed = 0;
    for round in 0..20 {
        let answer = sandbox.path.join("answer");
        let mut child = child_command(&sandbox, url.as_str(), "main", &answer).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(4 * round));
        killed += usize::from(child.kill().is_ok() && child.wait().unwrap().code().is_none());
        if let Some(snapshot) = sandbox.store().snapshot(&url, commit) {
            assert_eq!(snapshot.read_file("file"), Ok(Some(b"text".to_vec())), "what is in its place is whole");
            sandbox.store().evict(&url, commit);
        }
    }
    assert!(killed > 5, "only {killed} were killed");
    let run = sandbox.run(Options::default(), &Lock::default());
    let resolved = run.one(&url, "main").unwrap();
    assert_eq!(run.session.read_file(&resolved, "file"), Ok(Some(b"text".to_vec())));
    assert_eq!(staged(&sandbox), 0, "what the killed ones left is gone");
}

#[test]
fn processes_share_a_cache() {
    let sandbox = Sandbox::new();
    let (url, commit) = large(&sandbox);
    let answers: Vec<PathBuf> = (0..6).map(|number| sandbox.path.join(format!("answer-{number}"))).collect();
    let children: Vec<_> =
        answers.iter().map(|answer| child_command(&sandbox, url.as_str(), "main,HEAD", answer).spawn().unwrap()).collect();
    for (mut child, answer) in children.into_iter().zip(answers) {
        assert!(child.wait().unwrap().success());
        let expected = format!("{commit} {:?}", Some(b"text"));
        assert_eq!(fs::read_to_string(answer).unwrap(), format!("{expected}\n{expected}"));
    }
}

#[test]
fn threads_share_a_cache() {
    let sandbox = Sandbox::new();
    let (url, commit) = large(&sandbox);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                for _ in 0..2 {
                    let run = sandbox.run(Options::default(), &Lock::default());
                    let resolved = run.one(&url, "main").unwrap();
                    assert_eq!(run.session.read_file(&resolved, "file"), Ok(Some(b"text".to_vec())));
                    sandbox.store().evict(&url, commit);
                }
            });
        }
    });
    assert_eq!(staged(&sandbox), 0);
}

/// The one file of the cache whose name ends so.
fn cached(folder: &Path, ending: &str) -> Option<PathBuf> {
    let mut entries = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.find_map(|path| if path.is_dir() { cached(&path, ending) } else { path.to_str()?.ends_with(ending).then_some(path) })
}

#[test]
fn damage_is_noticed_and_fetched_again() {
    let sandbox = Sandbox::new();
    let path = sandbox.repository("x");
    let text = "some text that is long enough to be compressed, and then some more of it: 0123456789".repeat(20);
    sandbox.commit(&path, "file", &text);
    let url = sandbox.url("x");
    let lock = {
        let run = sandbox.run(Options::default(), &Lock::default());
        run.one(&url, "main").unwrap();
        run.lock()
    };
    let commits = sandbox.path.join("cache/git-1/commits");
    for ending in [".pack", ".idx", "proof"] {
        let length = fs::read(cached(&commits, ending).unwrap()).unwrap().len();
        for damage in [0, 1, 20, length / 2, length - 30, length - 2, length] {
            for cut in [true, false] {
                let file = cached(&commits, ending).unwrap();
                let mut bytes = fs::read(&file).unwrap();
                match bytes.get_mut(damage) {
                    Some(byte) if !cut => *byte ^= 0x41,
                    _ => bytes.truncate(damage),
                }
                // The pack of a fetch is not writable, and staging may have shared it.
                fs::remove_file(&file).unwrap();
                if damage < length || cut {
                    fs::write(&file, bytes).unwrap();
                }
                let offline = sandbox.run(Options { offline: true, ..Options::default() }, &lock);
                match offline.one(&url, "main").and_then(|resolved| offline.session.read_file(&resolved, "file")) {
                    Ok(found) => assert_eq!(found.as_deref(), Some(text.as_bytes()), "damage that does not matter"),
                    Err(ImportProblem::Offline { .. }) => {}
                    Err(other) => panic!("{ending} {damage} {cut}: {other:?}"),
                }
                let run = sandbox.run(Options::default(), &lock);
                let found = run.one(&url, "main").and_then(|resolved| run.session.read_file(&resolved, "file"));
                assert_eq!(
                    found.unwrap_or_else(|problem| panic!("{ending} {damage} {cut}: {problem:?}")),
                    Some(text.clone().into_bytes())
                );
            }
        }
    }
}

#[test]
fn a_cache_that_cannot_be_written_says_so() {
    let sandbox = Sandbox::new();
    let path = sandbox.repository("x");
    sandbox.commit(&path, "file", "1");
    fs::write(sandbox.path.join("cache"), "a file where the folder should be").unwrap();
    let problem = sandbox.run(Options::default(), &Lock::default()).one(&sandbox.url("x"), "main").unwrap_err();
    assert!(matches!(problem, ImportProblem::Cache { .. }), "{problem:?}");
}

#[test]
fn the_cache_of_one_repository_does_not_answer_for_another() {
    let sandbox = Sandbox::new();
    let path = sandbox.repository("x");
    let commit = sandbox.commit(&path, "file", "1");
    sandbox.repository("y");
    let run = sandbox.run(Options::default(), &Lock::default());
    run.one(&sandbox.url("x"), &commit.to_string()).unwrap();
    let problem = run.one(&sandbox.url("y"), &commit.to_string()).unwrap_err();
    assert!(matches!(problem, ImportProblem::NoSuchCommit { .. }), "{problem:?}");
    git(&path, &["status"]);
}
