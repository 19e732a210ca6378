//! The road on one machine, with the real buildah and podman: the same plan as for a cluster, built and run here.

use std::io::{BufRead as _, BufReader};
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, run};
use tests::local::Local;
use tests::parts::{at_length, trial};

fn main() -> ExitCode {
    let missing = Local::missing;
    let long = || at_length().and_then(|()| Local::missing());
    let trials = vec![
        trial("an_environment_is_made_kept_changed_and_destroyed", long(), an_environment_is_made_kept_changed_and_destroyed),
        trial("what_fails_is_told_and_mended", long(), what_fails_is_told_and_mended),
        trial("a_killed_apply_is_finished_by_the_next", long(), a_killed_apply_is_finished_by_the_next),
        trial("two_applies_at_once_make_one_environment", long(), two_applies_at_once_make_one_environment),
        trial("a_program_that_is_missing_is_named", missing(), a_program_that_is_missing_is_named),
    ];
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

const APPLY: &[&str] = &["apply", "--on", "podman"];

fn an_environment_is_made_kept_changed_and_destroyed() {
    let local = Local::new();
    local.ok(APPLY);
    assert_eq!(local.built().len(), 2);
    assert_eq!(local.running(), ["team-db", "team-env"]);
    let file = |path: &str| local.ask("podman", &["exec", "team-env", "cat", path]);
    assert_eq!([file("/etc/motd"), file("/test3.txt")], ["hello\n", "test3\n"]);
    assert!(file("/tmp/coder/image.json").contains("\"template\": \"dev\""));

    // Nothing is left to do, a label builds nothing, a personalize line one image, and only it runs anew.
    nothing_to_do(&local);
    local.replace("environment team {\n", "environment team {\n  labels = { tier = \"dev\" }\n");
    local.ok(APPLY);
    assert_eq!(local.built().len(), 2);
    local.replace("echo test3", "echo test4");
    local.ok(APPLY);
    assert_eq!((local.built().len(), file("/test3.txt").as_str()), (3, "test4\n"));
    std::fs::write(local.tree.join("dev/motd"), "hello again\n").unwrap();
    local.commit();
    local.ok(APPLY);
    assert_eq!((local.built().len(), file("/etc/motd").as_str()), (5, "hello again\n"));

    // What a patch says of the Deployment holds here, too.
    let patch = "patch { spec { template { spec { containers = [{ name = \"env\", env = [{ name = \"PATCHED\", value = \"yes\" }] }] } } } }\n  ";
    local.replace("  container env {", &format!("  {patch}container env {{"));
    local.ok(APPLY);
    assert_eq!(
        (local.built().len(), local.ask("podman", &["exec", "team-env", "sh", "-c", "echo $PATCHED"]).as_str()),
        (5, "yes\n")
    );

    let status = local.ok(&["status"]);
    assert!(status.contains("environment.team") && status.contains("1/1"), "{status}");
    assert!(local.ok(&["logs", "environment.team", "db"]).contains("started"));
    let plan = local.command(&["plan", "--on", "podman", "--detailed-exitcode"]).output().unwrap();
    assert_eq!(plan.status.code(), Some(0), "{}", String::from_utf8_lossy(&plan.stdout));
    local.ok(&["destroy", "environment.team"]);
    assert_eq!(local.ask("podman", &["ps", "--all", "--quiet"]), "");
}

#[track_caller]
fn nothing_to_do(local: &Local) {
    let said = local.ok(APPLY);
    assert!(said.contains("nothing to do"), "{said}");
}

fn what_fails_is_told_and_mended() {
    let local = Local::new();
    let line = |text: &str| {
        let package = std::fs::read_to_string(local.tree.join(".coder/team.coder")).unwrap();
        package.lines().position(|line| line.contains(text)).map(|line| line + 1).expect("a line")
    };
    // A step of a build.
    local.replace("RUN echo test3 > /test3.txt", "RUN echo last words && exit 7");
    let said = local.refused(APPLY);
    let at = format!(".coder/team.coder:{}", line("exit 7"));
    assert!(said.contains("error[local-build]") && said.contains(&at) && said.contains("last words"), "{said}");
    local.replace("RUN echo last words && exit 7", "RUN echo test3 > /test3.txt");

    // A command that its `SHELL` fails, and `sh` would not.
    let dockerfile = std::fs::read_to_string(local.tree.join("dev/Dockerfile")).unwrap();
    std::fs::write(
        local.tree.join("dev/Dockerfile"),
        format!("{dockerfile}SHELL [\"/bin/sh\", \"-ec\"]\nRUN false; echo went on\n"),
    )
    .unwrap();
    local.commit();
    let said = local.refused(APPLY);
    assert!(said.contains("error[local-build]") && said.contains("dev/Dockerfile:4") && !said.contains("\nwent on"), "{said}");
    std::fs::write(local.tree.join("dev/Dockerfile"), dockerfile).unwrap();
    local.commit();

    // A container that ends.
    local.replace("container db { ", "container db { command = [\"sh\", \"-c\", \"echo dying; exit 3\"], ");
    let said = local.refused(APPLY);
    let at = format!(".coder/team.coder:{}", line("exit 3"));
    assert!(said.contains("error[local-environment]") && said.contains(&at) && said.contains("dying"), "{said}");
    local.replace("command = [\"sh\", \"-c\", \"echo dying; exit 3\"], ", "");

    // A context that cannot be read whole.
    std::fs::write(local.tree.join("dev/.gitattributes"), "motd filter=lfs\n").unwrap();
    std::fs::write(local.tree.join("dev/motd"), "version https://git-lfs.github.com/spec/v1\n").unwrap();
    local.commit();
    let said = local.refused(APPLY);
    assert!(said.contains("error[context-unreadable]"), "{said}");
    std::fs::remove_file(local.tree.join("dev/.gitattributes")).unwrap();
    std::fs::write(local.tree.join("dev/motd"), "hello\n").unwrap();
    local.commit();

    // A secret that is not there.
    local.replace("container db { ", "container db { env = { TOKEN = secret(\"tokens\", key: \"a\") }, ");
    let built = local.built();
    let said = local.refused(APPLY);
    assert!(said.contains("error[local-secret]") && said.contains("tokens"), "{said}");
    assert_eq!(local.built(), built, "it is told before anything is built");
    local.replace("env = { TOKEN = secret(\"tokens\", key: \"a\") }, ", "");

    local.ok(APPLY);
    assert_eq!(local.running(), ["team-db", "team-env"]);
}

fn a_killed_apply_is_finished_by_the_next() {
    let local = Local::new();
    // At the beginning of each build, of the pod, and at some moments between.
    for (moment, wait) in [("started", 0), ("log", 0), ("log", 150), ("started", 400), ("ended", 0), ("ended", 300)] {
        let mut command = local.command(&["apply", "--on", "podman", "--output", "json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("coderc runs");
        let wanted = format!("\"event\":\"{moment}\"");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let _ = lines.map_while(Result::ok).find(|line| line.contains(&wanted));
        std::thread::sleep(Duration::from_millis(wait));
        let _ = child.kill();
        child.wait().expect("it ends");
    }
    local.ok(APPLY);
    assert_eq!((local.built().len(), local.running()), (2, vec!["team-db".to_owned(), "team-env".to_owned()]));
    nothing_to_do(&local);
    local.ok(&["destroy", "environment.team"]);
    assert_eq!(local.ask("podman", &["ps", "--all", "--quiet"]), "");
}

fn two_applies_at_once_make_one_environment() {
    let local = Local::new();
    let start = || local.command(APPLY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("coderc runs");
    let both = [start(), start()];
    for child in both {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!((local.built().len(), local.running()), (2, vec!["team-db".to_owned(), "team-env".to_owned()]));
    nothing_to_do(&local);
}

fn a_program_that_is_missing_is_named() {
    let local = Local::new();
    let folder = local.sandbox.path().join("few");
    std::fs::create_dir(&folder).unwrap();
    let git = tests::parts::program("git").expect("git is installed");
    std::os::unix::fs::symlink(git, folder.join("git")).unwrap();
    let since = Instant::now();
    let output = local.command(APPLY).env("PATH", &folder).output().expect("coderc runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("error[missing-program]") && said.contains("install"), "{said}");
    assert!(since.elapsed() < Duration::from_secs(20), "{said}");
}
