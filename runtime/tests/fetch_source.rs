//! The script of a build's init container, run as it is, by this machine's shell and git.
//!
//! That its image has the same programs is for the tests with a real cluster.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

const SCRIPT: &str = include_str!("../src/render/fetch-source.sh");

/// `git ARGS` in `folder`; what it printed, without the last newline.
fn git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always"])
        .args(["-c", "init.defaultBranch=main"])
        .args(args)
        .output()
        .expect("git is installed");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_string()
}

/// A repository of these files, with one commit, whose name is returned.
fn repository(folder: &Path, files: &[(&str, &str)]) -> String {
    fs::create_dir_all(folder).unwrap();
    git(folder, &["init", "-q"]);
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    commit(folder)
}

fn commit(folder: &Path) -> String {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "--allow-empty", "-m", "a"]);
    git(folder, &["rev-parse", "HEAD"])
}

fn fetch(folder: &Path, variables: &[(&str, &str)]) -> Output {
    let root = folder.join("out");
    fs::create_dir_all(&root).unwrap();
    let nothing = folder.join("no-credentials");
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", SCRIPT])
        .env("GIT_ALLOW_PROTOCOL", "file")
        .env("ROOT", root)
        .env("CREDENTIALS", nothing)
        .env("PAUSES", "0 0");
    // What the Job's own git would need no word for: a submodule from this machine's disk.
    command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "protocol.file.allow").env("GIT_CONFIG_VALUE_0", "always");
    for name in ["CONTEXT", "ASSETS_URL", "ASSETS_COMMIT", "ASSETS_PATHS"] {
        command.env(name, "");
    }
    command.env("ASSETS_FOLDER", ".coder-assets").envs(variables.iter().copied()).output().unwrap()
}

fn succeeded(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn url(folder: &Path) -> String {
    format!("file://{}", folder.display())
}

#[test]
fn the_locked_commit_is_fetched_and_normalised() {
    let sandbox = tempfile::tempdir().unwrap();
    let origin = sandbox.path().join("origin");
    repository(&origin, &[("dev/Dockerfile", "FROM scratch\n"), ("dev/.coder/a.coder", ""), ("dev/run.sh", "#!/bin/sh\n")]);
    fs::set_permissions(origin.join("dev/run.sh"), fs::Permissions::from_mode(0o700)).unwrap();
    let locked = commit(&origin);
    fs::write(origin.join("dev/later.txt"), "").unwrap();
    commit(&origin);

    let output = fetch(sandbox.path(), &[("URL", &url(&origin)), ("COMMIT", &locked), ("CONTEXT", "dev")]);
    succeeded(&output);
    let out = sandbox.path().join("out");
    let mode = |path: &str| fs::metadata(out.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode("dev"), mode("dev/run.sh"), mode("dev/Dockerfile")), (0o755, 0o755, 0o644));
    for absent in ["dev/later.txt", "dev/.coder", ".git"] {
        assert!(!out.join(absent).exists(), "{absent} is there");
    }
}

#[test]
fn assets_come_from_another_repository() {
    let sandbox = tempfile::tempdir().unwrap();
    let (origin, project) = (sandbox.path().join("origin"), sandbox.path().join("project"));
    let context = repository(&origin, &[("Dockerfile", "FROM scratch\n"), (".coder-assets/not-ours", "")]);
    let assets = repository(&project, &[("dot files/bashrc", "one"), ("scripts/a.sh", "two"), ("other", "")]);
    let output = fetch(
        sandbox.path(),
        &[
            ("URL", &url(&origin)),
            ("COMMIT", &context),
            ("ASSETS_URL", &url(&project)),
            ("ASSETS_COMMIT", &assets),
            ("ASSETS_PATHS", "dot files/bashrc\nscripts"),
        ],
    );
    succeeded(&output);
    let out = sandbox.path().join("out");
    assert_eq!(fs::read_to_string(out.join(".coder-assets/dot files/bashrc")).unwrap(), "one");
    assert_eq!(fs::read_to_string(out.join(".coder-assets/scripts/a.sh")).unwrap(), "two");
    assert!(!out.join(".coder-assets/other").exists() && !out.join(".coder-assets/.git").exists());
    assert!(!out.join(".coder-assets/not-ours").exists());
}

#[test]
fn submodules_are_fetched() {
    let sandbox = tempfile::tempdir().unwrap();
    let (origin, module) = (sandbox.path().join("origin"), sandbox.path().join("module"));
    repository(&module, &[("inner.txt", "inner")]);
    repository(&origin, &[("Dockerfile", "FROM scratch\n")]);
    git(&origin, &["submodule", "--quiet", "add", &url(&module), "lib"]);
    let locked = commit(&origin);
    let output = fetch(sandbox.path(), &[("URL", &url(&origin)), ("COMMIT", &locked)]);
    succeeded(&output);
    let out = sandbox.path().join("out");
    assert_eq!(fs::read_to_string(out.join("lib/inner.txt")).unwrap(), "inner");
    assert!(!out.join("lib/.git").exists());
}

#[test]
fn no_symbolic_link_brings_a_file_of_the_container_into_the_context() {
    let sandbox = tempfile::tempdir().unwrap();
    let (origin, project) = (sandbox.path().join("origin"), sandbox.path().join("project"));
    fs::write(sandbox.path().join("secret"), "secret").unwrap();
    let context = repository(&origin, &[("Dockerfile", "FROM scratch\n")]);
    repository(&project, &[]);
    symlink(sandbox.path(), project.join("link")).unwrap();
    let assets = commit(&project);
    let output = fetch(
        sandbox.path(),
        &[
            ("URL", &url(&origin)),
            ("COMMIT", &context),
            ("ASSETS_URL", &url(&project)),
            ("ASSETS_COMMIT", &assets),
            ("ASSETS_PATHS", "link/secret"),
        ],
    );
    assert!(!output.status.success());
    assert!(!sandbox.path().join("out/.coder-assets/link/secret").exists());

    symlink(sandbox.path(), origin.join("context")).unwrap();
    let context = commit(&origin);
    fs::remove_dir_all(sandbox.path().join("out")).unwrap();
    let output = fetch(sandbox.path(), &[("URL", &url(&origin)), ("COMMIT", &context), ("CONTEXT", "context")]);
    assert!(!output.status.success());
}

#[test]
fn values_that_look_like_options_or_programs_are_only_values() {
    let sandbox = tempfile::tempdir().unwrap();
    let origin = sandbox.path().join("$(touch pwned) --upload-pack=x");
    let locked = repository(&origin, &[("-rf $(touch pwned)/Dockerfile", "FROM scratch\n")]);
    let output = fetch(sandbox.path(), &[("URL", &url(&origin)), ("COMMIT", &locked), ("CONTEXT", "-rf $(touch pwned)")]);
    succeeded(&output);
    assert!(sandbox.path().join("out/-rf $(touch pwned)/Dockerfile").exists());
    for url in ["ext::sh -c 'touch pwned'", "--upload-pack=touch pwned"] {
        fs::remove_dir_all(sandbox.path().join("out")).unwrap();
        let output = fetch(sandbox.path(), &[("URL", url), ("COMMIT", &locked)]);
        assert!(!output.status.success());
    }
    assert!(!sandbox.path().join("pwned").exists() && !Path::new("pwned").exists());
}

#[test]
fn a_build_without_files_of_a_repository_gets_its_assets_alone() {
    let sandbox = tempfile::tempdir().unwrap();
    let project = sandbox.path().join("project");
    let assets = repository(&project, &[("bashrc", "one")]);
    let output = fetch(
        sandbox.path(),
        &[("URL", ""), ("COMMIT", ""), ("ASSETS_URL", &url(&project)), ("ASSETS_COMMIT", &assets), ("ASSETS_PATHS", "bashrc")],
    );
    succeeded(&output);
    assert_eq!(fs::read_to_string(sandbox.path().join("out/.coder-assets/bashrc")).unwrap(), "one");
}

#[test]
fn a_commit_that_is_not_there_is_named() {
    let sandbox = tempfile::tempdir().unwrap();
    let origin = sandbox.path().join("origin");
    repository(&origin, &[("Dockerfile", "FROM scratch\n")]);
    let output = fetch(sandbox.path(), &[("URL", &url(&origin)), ("COMMIT", &"a".repeat(40))]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains(&"a".repeat(40)));
}
