//! Tests of the lock: what it looks like, what it refuses and where, and how it is written.

use expect_test::expect;

use super::*;

fn entry(url: &str, at: &str, digit: char) -> LockedImport {
    LockedImport {
        url: RepositoryUrl::parse(url).unwrap(),
        at: At::parse(at),
        commit: Oid::from_str(&digit.to_string().repeat(40)).unwrap(),
        content: format!("sha256:{}", digit.to_string().repeat(64)),
    }
}

fn example() -> Lock {
    let mut lock = Lock::default();
    lock.set_image(LockedImage { reference: "debian:12".into(), digest: format!("sha256:{}", "d".repeat(64)), user: "".into() });
    lock.set_import(entry("https://git.acme.dev/platform.git", "tag v2.1", 'b'));
    lock.set_import(entry("f0ssel/kaniko", "master", 'a'));
    lock
}

#[test]
fn what_it_looks_like() {
    expect![[r#"
        # What this package's plans depend on. Written by coderc; commit it.
        version = 1

        [[import]]
        url = "https://git.acme.dev/platform.git"
        at = "tag v2.1"
        commit = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        content = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

        [[import]]
        url = "https://github.com/f0ssel/kaniko"
        at = "master"
        commit = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        content = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

        [[image]]
        reference = "debian:12"
        digest = "sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
        user = ""
    "#]]
    .assert_eq(&example().to_text());
    assert_eq!(Lock::parse(&example().to_text()), Ok(example()));
}

#[test]
fn marks_and_ends_of_lines_are_read_past() {
    let text = format!("\u{feff}{}", example().to_text().replace('\n', "\r\n"));
    assert_eq!(Lock::parse(&text), Ok(example()));
    assert_eq!(Lock::parse(""), Ok(Lock::default()));
}

#[test]
fn mistakes_have_a_place() {
    let text = example().to_text();
    let problem = |text: &str| {
        let problem = Lock::parse(text).unwrap_err();
        let place = problem.place.unwrap();
        assert!(text.get(place.range).is_some());
        format!("{}:{}: {}", place.line, place.column, problem.message)
    };
    let mut found = String::new();
    for (from, to) in [
        ("at = \"master\"", "at = "),
        ("at = \"master\"", "at = 3"),
        ("at = \"master\"", "at = \"a b c\""),
        ("at = \"master\"\n", ""),
        ("commit = \"aaaa", "commit = \"AAA"),
        ("content = \"sha256:a", "content = \"md5:a"),
        ("user = \"\"", "users = \"\""),
        ("version = 1", "version = 2"),
        ("version = 1", "verison = 1"),
        ("https://github.com/f0ssel/kaniko", "https://me:secret@github.com/f0ssel/kaniko"),
        ("https://github.com/f0ssel/kaniko", "ext::sh"),
        ("[[image]]", "[image]"),
        ("[[image]]", "<<<<<<< HEAD\n[[image]]"),
        ("[[image]]", "=======\n[[image]]"),
    ] {
        assert!(text.contains(from), "{from}");
        found.push_str(&problem(&text.replacen(from, to, 1)));
        found.push('\n');
    }
    let other = entry("f0ssel/kaniko.git", "master", 'c');
    let mut twice = Lock::default();
    twice.set_import(other);
    let merged = text.clone() + twice.to_text().split_once("\n\n").unwrap().1;
    found.push_str(&problem(&merged));
    let same = text.clone() + text.split_once("\n\n").unwrap().1;
    assert_eq!(Lock::parse(&same), Ok(example()), "an entry that a merge doubled");
    expect![[r#"
        12:6: the lock is not TOML: string values must be quoted, expected literal string
        12:6: `at` is not a string
        12:6: `at` is no branch, tag or commit
        10:1: an import of the lock lacks its `at`
        13:10: `commit` is not forty hexadecimal digits
        14:11: this is not `sha256:` and 64 hexadecimal digits in lower case
        19:1: the lock has the unknown key `users`; it holds `reference`, `digest`, `user`
        2:11: the lock is of version 2, and this program reads version 1
        1:1: the lock does not say its `version`
        11:7: an import's URL holds credentials, which everyone who reads the file would see
        11:7: the transport `ext::` can run commands and is refused
        16:1: entries are written as tables, `[[image]]`
        16:1: the lock holds the marks of an unresolved merge
        16:1: the lock holds the marks of an unresolved merge
        20:1: `https://github.com/f0ssel/kaniko.git` at `master` is locked twice, differently"#]]
    .assert_eq(&found);
}

#[test]
fn it_is_written_only_when_it_says_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coder.lock");
    assert!(!Lock::default().write(&path).unwrap(), "an empty lock makes no file");
    assert!(example().write(&path).unwrap());
    assert!(!example().write(&path).unwrap());
    let windows = format!("# a comment\r\n{}", example().to_text().replace('\n', "\r\n"));
    fs::write(&path, &windows).unwrap();
    assert!(!example().write(&path).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), windows);
    let mut more = example();
    more.set_import(entry("acme/x", "HEAD", 'e'));
    assert!(more.write(&path).unwrap());
    assert_eq!(fs::read_to_string(&path).unwrap(), more.to_text().replace('\n', "\r\n"));
    assert_eq!(Lock::read(&path), Ok(more));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn what_killed_processes_left_beside_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("coder.lock");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    for (name, time) in [("coder.lock.17.new", Some(old)), ("coder.lock.18.new", None), ("coder.lock.mine.new", Some(old))] {
        let file = fs::File::create(folder.path().join(name)).unwrap();
        time.into_iter().for_each(|time| file.set_modified(time).unwrap());
    }
    assert!(example().write(&path).unwrap());
    let left = |name: &str| folder.path().join(name).exists();
    assert!(!left("coder.lock.17.new") && left("coder.lock.18.new") && left("coder.lock.mine.new"));
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (secret, path) = (folder.path().join("secret"), folder.path().join("coder.lock"));
    fs::write(&secret, "hunter2").unwrap();
    std::os::unix::fs::symlink(&secret, &path).unwrap();
    let problem = Lock::read(&path).unwrap_err();
    assert!(!format!("{problem:?}").contains("hunter2"));
    assert!(example().write(&path).is_err());
    assert_eq!(fs::read_to_string(&secret).unwrap(), "hunter2");
}

#[test]
fn entries_that_are_no_longer_used_go_and_spellings_settle() {
    let mut lock = example();
    let url = |text: &str| RepositoryUrl::parse(text).unwrap();
    lock.keep_imports(&[
        (url("https://github.com/f0ssel/kaniko.git"), At::parse("master")),
        (url("f0ssel/kaniko"), At::parse("master")),
    ]);
    assert_eq!(lock.imports().map(|entry| entry.url.as_str()).collect::<Vec<_>>(), ["https://github.com/f0ssel/kaniko"]);
    lock.keep_images(|reference| reference != "debian:12");
    assert_eq!(lock.images().count(), 0);
}
