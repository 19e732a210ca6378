//! Tests that a working tree is listed as git would commit it.

use std::fs;

use git2::Oid;

use super::*;
use crate::context::{Change, Entry, Modified};
use crate::import::testing::{Sandbox, git, head};

struct Case {
    sandbox: Sandbox,
    path: PathBuf,
}

impl Case {
    fn new() -> Case {
        let sandbox = Sandbox::new();
        let path = sandbox.repository("work");
        fs::create_dir_all(path.join(".coder")).unwrap();
        sandbox.commit(&path, "dev/Dockerfile", "FROM debian");
        sandbox.commit(&path, "dev/src/main.txt", "main");
        sandbox.commit(&path, "development.txt", "no part of dev");
        Case { sandbox, path }
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn open(&self) -> WorkTree {
        WorkTree::open(&RootRepository::around(&self.path).unwrap().unwrap()).unwrap()
    }

    fn files(&self, folder: &str) -> Vec<Entry> {
        match self.open().list(folder).unwrap() {
            Listing::Files(files) => files,
            other => panic!("{other:?}"),
        }
    }

    /// Commits everything, and gives the files of the commit.
    fn committed(&self, folder: &str) -> Vec<Entry> {
        git(&self.path, &["add", "-A"]);
        git(&self.path, &["commit", "-q", "--allow-empty", "-m", "all"]);
        match self.open().list_commit(head(&self.path), folder).unwrap().unwrap() {
            Listing::Files(files) => files,
            other => panic!("{other:?}"),
        }
    }

    fn modified(&self, folder: &str) -> Vec<(String, Change)> {
        self.open().modified(folder).unwrap().into_iter().map(|Modified { path, change }| (path, change)).collect()
    }
}

fn names(files: &[Entry]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn what_lies_there_is_what_a_commit_would_hold() {
    let case = Case::new();
    case.write(".gitignore", "*.log\n/dev/build/\n");
    case.write("dev/debug.log", "ignored");
    case.write("dev/build/x", "ignored");
    case.write("dev/new/file", "untracked");
    case.write("dev/src/main.txt", "changed");
    case.write("dev/staged", "staged");
    git(&case.path, &["add", "dev/staged"]);
    case.write("dev/staged", "staged, then changed");
    fs::remove_file(case.path.join("dev/Dockerfile")).unwrap();
    case.write("dev/tracked.log", "tracked although ignored");
    git(&case.path, &["add", "-f", "dev/tracked.log"]);
    for folder in ["dev", "./dev/", "", "dev/src"] {
        let lies = case.files(folder);
        assert_eq!(names(&lies).iter().filter(|name| name.contains("debug.log") || name.contains("build")).count(), 0);
    }
    let lies = case.files("dev");
    assert_eq!(names(&lies), ["new/file", "src/main.txt", "staged", "tracked.log"]);
    let all = case.files("");
    assert_eq!(lies, case.committed("dev"));
    assert_eq!(all, case.committed(""));
    assert_eq!(case.files("dev"), lies, "and the same once it is committed");
    assert!(matches!(case.open().list("none"), Ok(Listing::Missing)));
    assert!(matches!(case.open().list(".gitignore"), Ok(Listing::NotAFolder)));
    assert!(matches!(case.open().list("../x"), Ok(Listing::Missing)));
    assert!(matches!(case.open().list("/etc"), Ok(Listing::Missing)));
}

#[cfg(unix)]
#[test]
fn modes_are_the_ones_git_knows() {
    use std::os::unix::fs::PermissionsExt;
    let case = Case::new();
    let before = case.files("dev");
    let set = |file: &str, mode: u32| fs::set_permissions(case.path.join(file), fs::Permissions::from_mode(mode)).unwrap();
    set("dev/Dockerfile", 0o600);
    set("dev/src/main.txt", 0o664);
    assert_eq!(case.files("dev"), before);
    assert_eq!(case.modified("dev"), []);
    set("dev/Dockerfile", 0o700);
    assert_eq!(case.files("dev")[0].mode, Mode::Executable);
    assert_eq!(case.modified(""), [("dev/Dockerfile".to_owned(), Change::Changed)]);
    assert_eq!(case.files("dev"), case.committed("dev"));
}

#[cfg(unix)]
#[test]
fn links_are_listed_and_not_followed() {
    use std::os::unix::fs::symlink;
    let case = Case::new();
    symlink("..", case.path.join("dev/up")).unwrap();
    symlink("loop", case.path.join("dev/loop")).unwrap();
    symlink("/etc/passwd", case.path.join("dev/passwd")).unwrap();
    symlink("dev", case.path.join("link")).unwrap();
    let files = case.files("dev");
    assert_eq!(names(&files), ["Dockerfile", "loop", "passwd", "src/main.txt", "up"]);
    assert!(files.iter().filter(|file| file.mode == Mode::Symlink).count() == 3);
    assert!(matches!(case.open().list("link"), Ok(Listing::NotAFolder)));
    assert_eq!(files, case.committed("dev"));
    // A file that becomes a link, and a folder that becomes a file.
    fs::remove_file(case.path.join("dev/Dockerfile")).unwrap();
    symlink("src/main.txt", case.path.join("dev/Dockerfile")).unwrap();
    fs::remove_dir_all(case.path.join("dev/src")).unwrap();
    case.write("dev/src", "a file now");
    let files = case.files("dev");
    assert_eq!(files, case.committed("dev"));
}

#[test]
fn ends_of_lines_are_as_they_would_be_committed() {
    let case = Case::new();
    case.write(".gitattributes", "*.txt text eol=crlf\n*.bin -text\n");
    case.write("dev/a.txt", "one\r\ntwo\r\n");
    case.write("dev/a.bin", "one\r\ntwo\r\n");
    let files = case.files("dev");
    assert_eq!(files, case.committed("dev"));
    git(&case.path, &["config", "core.autocrlf", "true"]);
    case.write("dev/b.md", "one\r\ntwo\r\n");
    let files = case.files("dev");
    let lf = Oid::hash_object(git2::ObjectType::Blob, b"one\ntwo\n").unwrap();
    assert!(files.iter().any(|file| file.path == "b.md" && file.oid == lf.as_bytes()));
    assert_eq!(files, case.committed("dev"));
    let objects = git(&case.path, &["count-objects"]);
    case.write("dev/c.md", "three\r\n");
    case.files("dev");
    assert_eq!(git(&case.path, &["count-objects"]), objects, "nothing is written into the repository");
}

#[test]
fn what_differs_from_the_commit() {
    let case = Case::new();
    assert_eq!(case.modified("dev"), []);
    case.write("dev/src/main.txt", "changed");
    case.write("dev/new", "new");
    case.write("dev/added", "new");
    case.write("dev/.coder/x.coder", "let x = 1");
    case.write(".coder/coder.lock", "version = 1");
    git(&case.path, &["add", "dev/added"]);
    fs::remove_file(case.path.join("dev/Dockerfile")).unwrap();
    case.write("development.txt", "elsewhere");
    let owned = |list: &[(&str, Change)]| list.iter().map(|(path, change)| ((*path).to_owned(), *change)).collect::<Vec<_>>();
    let expected = owned(&[
        ("dev/Dockerfile", Change::Deleted),
        ("dev/added", Change::Untracked),
        ("dev/new", Change::Untracked),
        ("dev/src/main.txt", Change::Changed),
    ]);
    assert_eq!(case.modified("dev"), expected);
    assert_eq!(case.modified("./dev"), expected);
    assert_eq!(case.modified("").len(), 5);
    git(&case.path, &["add", "-A", "dev"]);
    assert_eq!(case.modified("dev"), expected, "staged or not");
}

#[test]
fn a_repository_within_is_not_looked_into() {
    let case = Case::new();
    let inner = case.sandbox.repository("work/dev/inner");
    case.sandbox.commit(&inner, "file", "text");
    let files = case.files("dev");
    assert_eq!(names(&files), ["Dockerfile", "src/main.txt"]);
    assert_eq!(case.modified("dev"), []);
}

#[test]
fn before_the_first_commit_and_without_a_repository() {
    let sandbox = Sandbox::new();
    let path = sandbox.repository("fresh");
    let case = Case { sandbox, path };
    case.write("dev/Dockerfile", "FROM debian");
    case.write(".gitignore", "*.log");
    case.write("dev/x.log", "ignored");
    let files = case.files("dev");
    assert_eq!(names(&files), ["Dockerfile"]);
    assert_eq!(case.modified("dev"), [("dev/Dockerfile".to_owned(), Change::Untracked)]);
    fs::remove_dir_all(case.path.join(".git")).unwrap();
    assert_eq!(crate::context::list_plain(&case.path, "dev").unwrap(), Listing::Files(files));
    assert_eq!(crate::context::list_plain(&case.path, "none").unwrap(), Listing::Missing);
}
