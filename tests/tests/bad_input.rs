//! Whatever lies in a repository or goes wrong around it, the program says what it is and ends with 1, in time, and writes
//! nothing but the lock and its cache.
//!
//! `UPDATE_EXPECT=1` rewrites what is said; read it as a stranger would. What is reported of mistakes in the language is for
//! other suites.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use libtest_mimic::{Arguments, Trial, run};
use tests::parts::trial;
use tests::random::Random;
use tests::sandbox::{Files, Sandbox};

fn main() -> ExitCode {
    let always = |name: &str, test: fn()| trial(name, Ok(()), test);
    let trials: Vec<Trial> = vec![
        always("a_file_that_is_no_text", a_file_that_is_no_text),
        always("a_megabyte_in_one_line", a_megabyte_in_one_line),
        always("brackets_in_brackets", brackets_in_brackets),
        always("links_that_go_round", links_that_go_round),
        always("links_that_go_round_in_a_context", links_that_go_round_in_a_context),
        always("contexts_that_leave_the_repository", contexts_that_leave_the_repository),
        always("imports_that_are_no_address", imports_that_are_no_address),
        always("a_folder_that_is_named_like_a_file", a_folder_that_is_named_like_a_file),
        trial("files_that_cannot_be_read", without_privileges_missing(), files_that_cannot_be_read),
        always("pipes_are_not_opened", pipes_are_not_opened),
        always("a_huge_file", a_huge_file),
        always("ten_thousand_files", ten_thousand_files),
        always("locks_that_are_broken", locks_that_are_broken),
        always("no_network", no_network),
        always("a_remote_that_says_nothing", a_remote_that_says_nothing),
        trial("a_cache_that_cannot_be_written", without_privileges_missing(), a_cache_that_cannot_be_written),
        trial("a_lock_that_cannot_be_written", without_privileges_missing(), a_lock_that_cannot_be_written),
        trial("a_full_disk", small_disk_missing(), a_full_disk),
        always("killed_while_fetching", killed_while_fetching),
        always("many_at_once_with_one_cache", many_at_once_with_one_cache),
    ];
    run(&Arguments::from_args(), trials).exit_code()
}

/// More than any of it needs, on a busy machine too.
const LIMIT: Duration = Duration::from_secs(60);

const PLAIN: &str = "environment e {\n  container c { image = \"postgres\" }\n}\n";

/// A sandbox with one package, which is laid out as a test likes and then judged.
struct Ground {
    sandbox: Sandbox,
    tree: PathBuf,
}

struct Outcome {
    code: Option<i32>,
    text: String,
}

impl Ground {
    fn new(files: &[(&str, &str)]) -> Ground {
        let files: Files = files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect();
        let sandbox = Sandbox::new();
        let tree = sandbox.repository("github.com/acme/page", &files);
        fs::create_dir_all(tree.join(".coder")).expect("a package");
        Ground { sandbox, tree }
    }

    fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.tree.join(path);
        fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.tree.join(path)).expect("the file was there");
    }

    /// Runs the program to its end, and proves that it wrote nothing where it may not.
    fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_by(|ground| ground.sandbox.coderc_command(&ground.tree, arguments))
    }

    fn run_by(&self, command: impl FnOnce(&Ground) -> Command) -> Outcome {
        let before = self.sandbox.listing();
        let outcome = self.finish(command(self));
        let (lock, staged) = (self.tree.join(".coder/coder.lock"), self.tree.join(".coder"));
        for (path, what) in &self.sandbox.listing() {
            let allowed = *path == lock || *path == staged;
            assert!(allowed || before.get(path) == Some(what), "{} was written: {}", path.display(), outcome.text);
        }
        assert!(matches!(outcome.code, Some(0 | 1)), "exit code {:?}: {}", outcome.code, outcome.text);
        outcome
    }

    fn finish(&self, mut command: Command) -> Outcome {
        let outputs = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| fs::File::create(outputs.path().join(name)).expect("a file");
        let mut child = command.stdin(Stdio::null()).stdout(file("out")).stderr(file("err")).spawn().expect("coderc runs");
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().expect("a child can be waited for") {
                break status;
            }
            if start.elapsed() > LIMIT {
                let _ = child.kill();
                let _ = child.wait();
                panic!("{command:?} did not end");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let read = |name: &str| fs::read(outputs.path().join(name)).expect("a file");
        let text = String::from_utf8_lossy(&[read("out"), read("err")].concat()).into_owned();
        let text = text.replace(&*self.tree.to_string_lossy(), "PACKAGE");
        let text = text.replace(&*self.sandbox.path().to_string_lossy(), "SANDBOX");
        Outcome { code: status.code(), text: if text.len() > 4000 { format!("{} bytes", text.len()) } else { text } }
    }

    /// `coderc check` refuses, in these words; `plan` refuses too, and neither crashes.
    fn refused(&self, expected: Expect) {
        self.refused_once(expected);
        self.run(&["plan", "--offline"]);
        self.run(&["check"]);
    }

    /// `coderc check` refuses in these words.
    fn refused_once(&self, expected: Expect) {
        let outcome = self.run(&["check", "--format", "short"]);
        expected.assert_eq(&outcome.text);
        assert_eq!(outcome.code, Some(1), "{}", outcome.text);
    }

    fn accepted(&self) {
        let outcome = self.run(&["check"]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.text);
    }
}

fn a_file_that_is_no_text() {
    let ground = Ground::new(&[(".coder/a.coder", PLAIN), (".coder/b.yaml", "")]);
    ground.put(".coder/latin.coder", b"let x = \"gr\xfc\xdfe\"\n");
    ground.put(".coder/binary.yaml", [0xff, 0xfe, 0, 1, 2, 3]);
    ground.refused(expect![[r#"
        .coder/binary.yaml:1:1: error[file-unreadable]: `.coder/binary.yaml` cannot be read: it is no UTF-8 text (byte 0)
        .coder/latin.coder:1:1: error[file-unreadable]: `.coder/latin.coder` cannot be read: it is no UTF-8 text (byte 11)
    "#]]);
}

fn a_megabyte_in_one_line() {
    let ground = Ground::new(&[]);
    ground.put(".coder/a.coder", format!("let x = {}1\n", "1 + ".repeat(250_000)));
    ground.refused_once(expect![[r#"
        .coder/a.coder:1:1033: error[nesting-too-deep]: this is nested deeper than 256 levels
    "#]]);
    ground.put(".coder/a.coder", "x ".repeat(500_000));
    ground.refused_once(expect![[r#"
        .coder/a.coder:1:1: error[not-a-declaration]: `x` starts no declaration
    "#]]);
    ground.put(".coder/a.coder", "\"".repeat(1_000_001));
    ground.refused_once(expect![[r#"
        .coder/a.coder:1:1: error[not-a-declaration]: `"""` starts no declaration
    "#]]);
    ground.remove(".coder/a.coder");
    ground.put(".coder/a.yaml", format!("name: {}", "a: ".repeat(333_000)));
    ground.refused_once(expect![[r#"
        .coder/a.yaml:1:8: error[yaml-syntax]: a `:` makes a key here, where none can stand
    "#]]);
    ground.put(".coder/a.yaml", "");
    ground.put("Dockerfile", format!("FROM debian\nRUN {}\n", "echo && ".repeat(125_000)));
    ground.put(".coder/a.coder", "image a { repository = \"acme/a\" }\n");
    ground.refused_once(expect![[r#"
        .coder/a.coder:1:7: error[dockerfile-syntax]: a line of a Dockerfile holds at most 65535 bytes, this one has 1000004
    "#]]);
}

fn brackets_in_brackets() {
    for open in ["[", "{", "(", "f(", "\"\\(", "if a { ", "/*", "a ?? ", "!", "{ x = "] {
        let ground = Ground::new(&[]);
        ground.put(".coder/a.coder", format!("let x = {}\n{PLAIN}", open.repeat(100_000)));
        let outcome = ground.run(&["check", "--format", "short"]);
        assert_eq!(outcome.code, Some(1), "{open}: {}", outcome.text);
        let lines = outcome.text.lines().count();
        assert!((1..=3).contains(&lines), "{open}: {lines} lines: {}", outcome.text);
    }
    let ground = Ground::new(&[]);
    ground.put(".coder/a.coder", format!("let x = {}{}\n", "[".repeat(100_000), "]".repeat(100_000)));
    ground.refused(expect![[r#"
        .coder/a.coder:1:519: error[nesting-too-deep]: this is nested deeper than 256 levels
    "#]]);
    ground.put(".coder/a.coder", format!("type t = {}int{}\n", "list<".repeat(100_000), ">".repeat(100_000)));
    ground.refused(expect![[r#"
        .coder/a.coder:1:2560: error[nesting-too-deep]: this is nested deeper than 256 levels
    "#]]);
    ground.remove(".coder/a.coder");
    ground.put(".coder/a.yaml", format!("name: {}{}\n", "[".repeat(100_000), "]".repeat(100_000)));
    ground.refused(expect![[r#"
        .coder/a.yaml:1:71: error[yaml-nesting]: lists and maps are nested more than 64 levels deep
    "#]]);
    ground.put(".coder/a.yaml", "- ".repeat(100_000));
    ground.refused(expect![[r#"
        .coder/a.yaml:1:129: error[yaml-nesting]: lists and maps are nested more than 64 levels deep
    "#]]);
}

fn links_that_go_round() {
    let ground = Ground::new(&[(".coder/a.coder", PLAIN)]);
    symlink(".", ground.tree.join(".coder/again")).expect("a link");
    symlink("..", ground.tree.join(".coder/up")).expect("a link");
    ground.accepted();
    symlink("y.coder", ground.tree.join(".coder/x.coder")).expect("a link");
    symlink("x.coder", ground.tree.join(".coder/y.coder")).expect("a link");
    symlink("/etc/passwd", ground.tree.join(".coder/outside.coder")).expect("a link");
    symlink("nothing", ground.tree.join(".coder/nowhere.yaml")).expect("a link");
    symlink("../.coder", ground.tree.join(".coder/folder.coder")).expect("a link");
    ground.refused(expect![[r#"
        .coder/folder.coder:1:1: error[file-unreadable]: `.coder/folder.coder` cannot be read: it is a link to no file
        .coder/nowhere.yaml:1:1: error[file-unreadable]: `.coder/nowhere.yaml` cannot be read: it is a link to nothing
        .coder/outside.coder:1:1: error[file-unreadable]: `.coder/outside.coder` cannot be read: it is a link that leaves the repository
        .coder/x.coder:1:1: error[file-unreadable]: `.coder/x.coder` cannot be read: it is a link to nothing
        .coder/y.coder:1:1: error[file-unreadable]: `.coder/y.coder` cannot be read: it is a link to nothing
    "#]]);
}

fn links_that_go_round_in_a_context() {
    let main = "image a {\n  context    = \"dev\"\n  repository = \"acme/a\"\n}\n";
    let ground = Ground::new(&[(".coder/a.coder", main), ("dev/Dockerfile", "FROM debian\nCOPY . /\n")]);
    symlink(".", ground.tree.join("dev/again")).expect("a link");
    symlink("self", ground.tree.join("dev/self")).expect("a link");
    ground.accepted();
    ground.remove("dev/Dockerfile");
    symlink("Dockerfile", ground.tree.join("dev/Dockerfile")).expect("a link");
    ground.refused(expect![[r#"
        .coder/a.coder:1:7: error[dockerfile-missing]: there is no Dockerfile `dev/Dockerfile`
    "#]]);
    ground.remove("dev/Dockerfile");
    symlink("/etc/passwd", ground.tree.join("dev/Dockerfile")).expect("a link");
    ground.refused(expect![[r#"
        .coder/a.coder:1:7: error[dockerfile-unreadable]: the Dockerfile `dev/Dockerfile` cannot be read: it is a link that leaves the repository
    "#]]);
}

fn contexts_that_leave_the_repository() {
    for context in ["..", "../..", "/etc", "dev/../..", "./../x", "dev/../../page"] {
        let ground = Ground::new(&[]);
        ground.put(".coder/a.coder", format!("image a {{\n  context    = \"{context}\"\n  repository = \"acme/a\"\n}}\n"));
        let outcome = ground.run(&["check", "--format", "short"]);
        assert_eq!(outcome.code, Some(1), "{context}: {}", outcome.text);
        assert!(outcome.text.contains(":2:16: error") && outcome.text.lines().count() == 1, "{context}: {}", outcome.text);
    }
    let main = "image a {\n  context    = \"out\"\n  dockerfile = \"../../secret\"\n  repository = \"acme/a\"\n}\n\nimage b {\n  context    = \"out\"\n  repository = \"acme/b\"\n}\n";
    let ground = Ground::new(&[(".coder/a.coder", main)]);
    symlink("..", ground.tree.join("out")).expect("a link");
    ground.refused(expect![[r#"
        .coder/a.coder:3:16: error[context-outside]: `../../secret` is no path inside the repository: it leaves the repository
        .coder/a.coder:8:16: error[context-missing]: the context `out` cannot be read: it is a link that leaves the repository
    "#]]);
}

fn imports_that_are_no_address() {
    let addresses = [
        "https://ana:secret@github.com/acme/x",
        "https://token@github.com/acme/x",
        "ext::sh -c touch% SANDBOX/pwned",
        "fd::17",
        "-oProxyCommand=touch pwned",
        "--upload-pack=touch pwned",
        "ssh://-oProxyCommand=touch/x",
        "git@-oProxyCommand=touch:x",
        "https://github.com/acme/x//../../y",
        "../../outside",
        "file:///etc",
        "https://",
        "",
        "a b",
        "https://github.com/acme/\\u{0}",
        "http://[::1",
    ];
    let imports: String = addresses.iter().enumerate().map(|(number, url)| format!("import \"{url}\" as a{number}\n")).collect();
    let ground = Ground::new(&[(".coder/a.coder", &imports)]);
    ground.refused(expect![[r#"
        .coder/a.coder:1:8: error[import-url]: an import's URL holds credentials, which everyone who reads the file would see
        .coder/a.coder:2:8: error[import-url]: an import's URL holds credentials, which everyone who reads the file would see
        .coder/a.coder:3:8: error[import-url]: `ext::sh -c touch% SANDBOX/pwned` holds a space
        .coder/a.coder:4:8: error[import-url]: the transport `fd::` can run commands and is refused
        .coder/a.coder:5:8: error[import-url]: `-oProxyCommand=touch pwned` begins with `-`: git would read it as an option
        .coder/a.coder:6:8: error[import-url]: `--upload-pack=touch pwned` begins with `-`: git would read it as an option
        .coder/a.coder:7:8: error[import-url]: `-oProxyCommand=touch` is no host
        .coder/a.coder:8:8: error[import-url]: `-oProxyCommand=touch` is no host
        .coder/a.coder:9:8: error[import-url]: the folder after `//` cannot hold `.`, `..` or another `//`
        .coder/a.coder:10:8: error[import-url]: `../../outside` leaves the repository
        .coder/a.coder:11:8: error[import-not-found]: there is no repository `file:///etc`, or it is hidden from you
        .coder/a.coder:12:8: error[import-url]: this names no host
        .coder/a.coder:13:8: error[import-url]: an import names a repository, and this is empty
        .coder/a.coder:14:8: error[import-url]: `a b` holds a space
        .coder/a.coder:15:8: error[import-url]: an import cannot hold a control character
        .coder/a.coder:16:8: error[import-url]: `http://` is neither secret nor authentic, so it is refused
    "#]]);
    let text = ground.run(&["check", "--format", "json"]).text;
    assert!(!text.contains("secret@") && !text.contains("ana:secret"), "a credential is repeated: {text}");
    let from = ground.run(&["plan", "--from=-oProxyCommand=x/y"]);
    assert_eq!(from.code, Some(1), "{}", from.text);
}

fn a_folder_that_is_named_like_a_file() {
    let ground = Ground::new(&[(".coder/x.coder/inside.coder", PLAIN)]);
    ground.accepted();
    fs::create_dir(ground.tree.join(".coder/coder.lock")).expect("a folder");
    ground.refused(expect![[r#"
        error[lock-syntax]: `PACKAGE/.coder/coder.lock` cannot be read: it is not a plain file
    "#]]);
}

/// The program as root without a privilege: what is not readable is not readable.
fn without_privileges(ground: &Ground, arguments: &[&str]) -> Command {
    let mut command = ground.sandbox.command("setpriv".as_ref(), &ground.tree);
    command.args(["--bounding-set=-all", "--inh-caps=-all"]).arg(tests::binary::coderc()).args(arguments);
    command
}

fn without_privileges_missing() -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).map_err(|error| error.to_string())?;
    let script = format!("! touch {}/x 2>/dev/null", folder.path().display());
    let mut command = Command::new("setpriv");
    let output = command.args(["--bounding-set=-all", "--inh-caps=-all", "sh", "-c", &script]).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err("`setpriv` cannot take privileges away here".to_string()),
    }
}

fn files_that_cannot_be_read() {
    let ground = Ground::new(&[(".coder/a.coder", PLAIN), (".coder/secret.coder", PLAIN), (".coder/inner/b.coder", "")]);
    let forbid = |path: &str| fs::set_permissions(ground.tree.join(path), fs::Permissions::from_mode(0o000)).expect("a mode");
    forbid(".coder/secret.coder");
    forbid(".coder/inner");
    let outcome = ground.run_by(|ground| without_privileges(ground, &["check", "--format", "short"]));
    expect![[r#"
        .coder/inner:1:1: error[file-unreadable]: `.coder/inner` cannot be read: Permission denied (os error 13)
        .coder/secret.coder:1:1: error[file-unreadable]: `.coder/secret.coder` cannot be read: Permission denied (os error 13)
    "#]]
    .assert_eq(&outcome.text);
    assert_eq!(outcome.code, Some(1));
    ground.put(".coder/coder.lock", "version = 1\n");
    forbid(".coder/coder.lock");
    let outcome = ground.run_by(|ground| without_privileges(ground, &["check", "--format", "short"]));
    expect![[r#"
        error[lock-syntax]: `PACKAGE/.coder/coder.lock` cannot be read: Permission denied (os error 13)
    "#]]
    .assert_eq(&outcome.text);
    assert_eq!(outcome.code, Some(1));
}

/// Whoever opens a pipe to read waits for who writes.
fn pipes_are_not_opened() {
    let ground = Ground::new(&[(".coder/a.coder", PLAIN)]);
    let pipe = |path: &str| {
        let made = Command::new("mkfifo").arg(ground.tree.join(path)).status();
        assert!(made.is_ok_and(|status| status.success()), "a pipe is made");
    };
    pipe(".coder/x.coder");
    ground.refused(expect![[r#"
        .coder/x.coder:1:1: error[file-unreadable]: `.coder/x.coder` cannot be read: it is no file
    "#]]);
    ground.remove(".coder/x.coder");
    ground.put(".coder/a.coder", "image a {\n  context    = \"dev\"\n  repository = \"acme/a\"\n}\n");
    ground.put("dev/notes.txt", "");
    pipe("dev/Dockerfile");
    pipe("dev/.dockerignore");
    ground.refused(expect![[r#"
        .coder/a.coder:1:7: error[dockerfile-unreadable]: the Dockerfile `dev/Dockerfile` cannot be read: it is no plain file
    "#]]);
    pipe("dev/.gitignore");
    ground.refused(expect![[r#"
        .coder/a.coder:2:16: error[context-missing]: the context `dev` cannot be read: `dev/.gitignore` is no file
    "#]]);
    pipe(".coder/coder.lock");
    ground.refused(expect![[r#"
        error[lock-syntax]: `PACKAGE/.coder/coder.lock` cannot be read: it is not a plain file
    "#]]);
}

fn a_huge_file() {
    let ground = Ground::new(&[(".coder/a.coder", PLAIN)]);
    for path in [".coder/huge.coder", ".coder/coder.lock"] {
        fs::File::create(ground.tree.join(path)).and_then(|file| file.set_len(200 << 20)).expect("a sparse file");
        let start = Instant::now();
        ground.refused(match path {
            ".coder/huge.coder" => expect![[r#"
                .coder/huge.coder:1:1: error[file-unreadable]: `.coder/huge.coder` cannot be read: it is larger than 16 MiB
            "#]],
            _ => expect![[r#"
                error[lock-syntax]: `PACKAGE/.coder/coder.lock` cannot be read: it is larger than 16 MiB
            "#]],
        });
        assert!(start.elapsed() < Duration::from_secs(20), "{path} was read");
        ground.remove(path);
    }
}

fn ten_thousand_files() {
    let ground = Ground::new(&[]);
    for number in 0..10_000 {
        ground.put(&format!(".coder/{}/{number}.coder", number % 100), format!("let x-{number} = {number}\n"));
    }
    // One mistake, so that it is seen that all were read.
    ground.put(".coder/0/0.coder", "let x-0 = y\n");
    ground.refused_once(expect![[r#"
        .coder/0/0.coder:1:11: error[unknown-name]: nothing is named `y`
    "#]]);
}

fn locks_that_are_broken() {
    let ground = Ground::new(&[(".coder/a.coder", PLAIN)]);
    let entry = "[[image]]\nreference = \"docker.io/library/postgres:latest\"\ndigest = \"sha256:0\"\nuser = \"\"\n";
    let conflict = format!("version = 1\n<<<<<<< HEAD\n{entry}=======\n{entry}>>>>>>> other\n");
    ground.put(".coder/coder.lock", conflict);
    ground.refused(expect![[r#"
        .coder/coder.lock:2:1: error[lock-syntax]: the lock holds the marks of an unresolved merge
    "#]]);
    for broken in [
        "version = 99\n",
        "not toml",
        "version = 1\n[[import]]\nurl = 3\n",
        "version = 1\n[[image]]\nreference = \"x\"\n",
        "\0\0\0\0",
    ] {
        ground.put(".coder/coder.lock", broken);
        let outcome = ground.run(&["check", "--format", "short"]);
        assert_eq!(outcome.code, Some(1), "{broken:?}: {}", outcome.text);
        assert!(outcome.text.contains("coder.lock") && !outcome.text.contains("panicked"), "{broken:?}: {}", outcome.text);
    }
    ground.put(".coder/coder.lock", [0xff, 0xfe]);
    ground.refused(expect![[r#"
        error[lock-syntax]: `PACKAGE/.coder/coder.lock` cannot be read: it is no UTF-8 text
    "#]]);
}

fn no_network() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    for (address, expected) in [
        (
            "no-such-host.invalid".to_string(),
            expect![[r#"
        .coder/a.coder:1:8: error[import-network]: `https://no-such-host.invalid/acme/x` could not be reached
    "#]],
        ),
        (
            format!("127.0.0.1:{port}"),
            expect![[r#"
        .coder/a.coder:1:8: error[import-network]: `https://127.0.0.1:PORT/acme/x` could not be reached
    "#]],
        ),
    ] {
        let ground = Ground::new(&[]);
        ground.put(".coder/a.coder", format!("import \"https://{address}/acme/x\" at \"main\" as x\n{PLAIN}"));
        let start = Instant::now();
        let command = |ground: &Ground| {
            let mut command = ground.sandbox.coderc_command(&ground.tree, &["check", "--format", "short"]);
            command.env("GIT_CONFIG_GLOBAL", "/dev/null");
            command
        };
        let outcome = ground.run_by(command);
        expected.assert_eq(&outcome.text.replace(&port.to_string(), "PORT"));
        assert_eq!(outcome.code, Some(1));
        assert!(start.elapsed() < Duration::from_secs(30), "{address}: it took {:?}", start.elapsed());
    }
}

/// A package that imports from another repository, which is there.
/// It takes connections, and that is all it does.
fn a_remote_that_says_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || listener.incoming().flatten().collect::<Vec<_>>());
    let ground = Ground::new(&[]);
    ground.put(".coder/a.coder", format!("import \"https://127.0.0.1:{port}/acme/x\" at \"main\" as x\n{PLAIN}"));
    let configuration = ground.sandbox.path().join("home/patient");
    fs::write(&configuration, "[http]\n\tlowSpeedTime = 1\n").expect("git's configuration");
    let command = |ground: &Ground| {
        let mut command = ground.sandbox.coderc_command(&ground.tree, &["check"]);
        command.env("GIT_CONFIG_GLOBAL", &configuration);
        command
    };
    let outcome = ground.run_by(command);
    assert_eq!(outcome.code, Some(1));
    assert!(
        outcome.text.contains("error[import-network]") && outcome.text.contains("no answer for 1 second"),
        "{}",
        outcome.text
    );
    assert!(!outcome.text.contains("asking"), "{}", outcome.text);

    // On a terminal, a line says meanwhile what is waited for.
    let terminal = tests::parts::program("script").expect("util-linux is installed");
    let mut command = ground.sandbox.command(&terminal, &ground.tree);
    command.env("GIT_CONFIG_GLOBAL", &configuration).env("TERM", "xterm");
    command.arg("-qec").arg(format!("{} check", tests::binary::coderc().display())).arg("/dev/null");
    let outcome = ground.finish(command);
    assert_eq!(outcome.code, Some(1), "{}", outcome.text);
    assert!(outcome.text.contains(&format!("asking https://127.0.0.1:{port}/acme/x")), "{}", outcome.text);
}

fn importing() -> Ground {
    let ground = Ground::new(&[(".coder/a.coder", IMPORTING)]);
    let library: Files = [
        (
            ".coder/library.coder".to_string(),
            "image tools {\n  context    = \"tools\"\n  repository = \"acme/tools\"\n}\n".to_string(),
        ),
        ("tools/Dockerfile".to_string(), "FROM debian:12\n".to_string()),
        ("tools/large.txt".to_string(), (0..20_000).map(|line| format!("{line}\n")).collect()),
    ]
    .into();
    ground.sandbox.repository("github.com/acme/library", &library);
    ground
}

const IMPORTING: &str = "import \"github.com/acme/library\" at \"main\" as library\n\nenvironment e {\n  container c { image = library.image.tools }\n}\n";

fn a_cache_that_cannot_be_written() {
    let ground = importing();
    let cache = ground.sandbox.path().join("cache");
    fs::create_dir(&cache).expect("a folder");
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o555)).expect("a mode");
    let command = |ground: &Ground| {
        let mut command = without_privileges(ground, &["check", "--format", "short"]);
        command.env("CODERC_CACHE", &cache);
        command
    };
    let outcome = ground.run_by(command);
    expect![[r#"
        .coder/a.coder:1:8: error[import-cache]: the cache `SANDBOX/cache/git-1/staging` cannot be used: Permission denied (os error 13)
    "#]].assert_eq(&outcome.text);
    assert_eq!(outcome.code, Some(1));
    ground.put(".coder/a.coder", PLAIN);
    assert_eq!(ground.run_by(command).code, Some(0), "a cache that is not needed");
}

fn a_lock_that_cannot_be_written() {
    let ground = importing();
    let folder = ground.tree.join(".coder");
    let mode = |mode: u32| fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).expect("a mode");
    let command = |ground: &Ground| without_privileges(ground, &["check"]);
    mode(0o555);
    let outcome = ground.run_by(command);
    assert!(outcome.code == Some(1) && outcome.text.contains("error[lock-write]"), "{}", outcome.text);
    mode(0o755);
    assert_eq!(ground.run_by(command).code, Some(0));
}

fn small_disk_missing() -> Result<(), String> {
    let made = Command::new("unshare").args(["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).output();
    match made {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err("no file system can be mounted here, which only root can".to_string()),
    }
}

fn a_full_disk() {
    let ground = importing();
    for (size, on) in [("64k", "home/.cache"), ("4k", "work/github.com-acme-page/.coder/full")] {
        let folder = ground.sandbox.path().join(on);
        fs::create_dir_all(&folder).expect("a folder");
        let cache = if on.ends_with("full") { folder.clone() } else { folder.join("coderc") };
        let command = |ground: &Ground| {
            let script =
                "mount -t tmpfs -o size=$1 tmpfs \"$2\" && CODERC_CACHE=$3 && export CODERC_CACHE && shift 3 && exec \"$@\"";
            let mut command = ground.sandbox.command("unshare".as_ref(), &ground.tree);
            command.args(["--mount", "sh", "-c", script, "sh", size]).arg(&folder).arg(&cache);
            command.arg(tests::binary::coderc()).args(["check", "--format", "short"]);
            command
        };
        let outcome = ground.run_by(command);
        assert_eq!(outcome.code, Some(1), "{}", outcome.text);
        assert!(outcome.text.contains("error[import-cache]") && outcome.text.contains("No space left"), "{}", outcome.text);
    }
    fs::remove_dir(ground.tree.join(".coder/full")).expect("nothing was left in it");
    ground.accepted();
}

fn killed_while_fetching() {
    let ground = importing();
    let mut random = Random::new(1);
    // How long a whole run takes here, so that kills fall all over it.
    let start = Instant::now();
    ground.accepted();
    let whole = start.elapsed();
    for _ in 0..25 {
        let cache = ground.sandbox.path().join("home/.cache");
        if random.chance(50) {
            let _ = fs::remove_dir_all(&cache);
            let _ = fs::remove_file(ground.tree.join(".coder/coder.lock"));
        }
        let mut child = spawn(&ground.sandbox, &ground.tree);
        std::thread::sleep(whole.mul_f64(random.below(1000) as f64 / 1000.0));
        let _ = child.kill();
        let _ = child.wait();
        ground.accepted();
    }
    let staging = ground.sandbox.path().join("home/.cache/coderc/git-1/staging");
    fs::remove_dir_all(ground.sandbox.path().join("home/.cache/coderc/git-1/commits")).expect("the cache");
    ground.accepted();
    let left: Vec<PathBuf> = entries(&staging).into_iter().filter(|path| !path.ends_with("lock")).collect();
    assert!(left.is_empty(), "what killed processes left is removed by the next that fetches: {left:?}");
}

fn many_at_once_with_one_cache() {
    let ground = importing();
    let trees: Vec<PathBuf> = (0..6)
        .map(|number| {
            let tree = ground.sandbox.path().join(format!("work/clone-{number}"));
            let (from, to) = (ground.tree.to_str().expect("UTF-8"), tree.to_str().expect("UTF-8"));
            ground.sandbox.git(ground.sandbox.path(), &["clone", "--quiet", from, to]);
            tree
        })
        .collect();
    for _ in 0..3 {
        let mut children: Vec<Child> = trees.iter().map(|tree| spawn(&ground.sandbox, tree)).collect();
        for child in &mut children {
            let status = child.wait().expect("it ends");
            assert_eq!(status.code(), Some(0));
        }
        let locks: Vec<String> =
            trees.iter().map(|tree| fs::read_to_string(tree.join(".coder/coder.lock")).expect("a lock")).collect();
        assert!(locks.windows(2).all(|pair| pair[0] == pair[1]), "{locks:#?}");
        let _ = fs::remove_dir_all(ground.sandbox.path().join("home/.cache"));
    }
}

fn spawn(sandbox: &Sandbox, tree: &Path) -> Child {
    let mut command = sandbox.coderc_command(tree, &["check"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("coderc runs")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
