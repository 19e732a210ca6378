//! The command line from outside: each command's help, formats, exit codes, and what it writes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tests::binary::coderc;
use tests::sandbox::{Sandbox, files, write};

/// The names in the list of commands, `help` left out.
fn commands() -> Vec<String> {
    let output = Sandbox::new().coderc(Path::new("/"), &["--help"]);
    assert_eq!(code(&output), 0);
    let help = stdout(&output);
    let listed = help.split("\nCommands:\n").nth(1).expect("a list of commands").lines();
    // What goes on in a second line is set in further.
    let named = listed.take_while(|line| line.starts_with("  ")).filter_map(|line| line.strip_prefix("  "));
    let names = named.filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_help_is_complete() {
    let sandbox = Sandbox::new();
    let commands = commands();
    assert!(commands.len() >= 9, "{commands:?}");
    for name in commands.iter().map(String::as_str) {
        let output = sandbox.coderc(Path::new("/"), &[name, "--help"]);
        assert_eq!(code(&output), 0, "{name}");
        let help = stdout(&output);
        assert!(help.contains("\nExamples:\n") || help.contains("\nExample:\n"), "{name}:\n{help}");
        // What an example calls exists.
        for line in help.lines().filter(|line| line.trim_start().starts_with("coderc ")) {
            let called = line.split_whitespace().nth(1).unwrap_or_default();
            assert!(called.starts_with('-') || commands.iter().any(|known| known == called), "{name}: {line}");
        }
        for flag in
            ["-C", "--locked", "--offline", "--from", "-f", "-o", "--color", "-q", "-v", "--kubeconfig", "--context", "-n"]
        {
            assert!(help.contains(flag), "{name} does not tell of {flag}");
        }
    }
}

#[test]
fn a_format_that_a_command_has_not_is_bad_usage() {
    let sandbox = Sandbox::new();
    for name in commands() {
        let help = stdout(&sandbox.coderc(Path::new("/"), &[&name, "--help"]));
        let Some(formats) = help.lines().find_map(|line| line.strip_prefix("Formats (-f): ")) else { continue };
        let argument: &[&str] = match name.as_str() {
            "completions" => &["bash"],
            "logs" | "destroy" => &["environment.a"],
            _ => &[],
        };
        let output = sandbox.coderc(Path::new("/"), &[&[name.as_str()], argument, &["-f", "nonsense"]].concat());
        assert_eq!(code(&output), 64, "{name}: {}", stderr(&output));
        let said = stderr(&output);
        let listed = said.split("the formats are ").nth(1).or_else(|| said.split("the format is ").nth(1));
        assert_eq!(listed.and_then(|rest| rest.lines().next()), Some(formats), "{name}: {said}");
    }
}

#[test]
fn exit_codes() {
    let sandbox = Sandbox::new();
    let tree = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", TEAM)]));
    let codes = |arguments: &[&str]| code(&sandbox.coderc(&tree, arguments));
    assert_eq!(codes(&["check"]), 0);
    assert_eq!(codes(&["--version"]), 0);
    assert_eq!(codes(&[]), 64, "nothing to do is bad usage");
    assert_eq!(codes(&["frobnicate"]), 64);
    assert_eq!(codes(&["check", "--frobnicate"]), 64);
    assert_eq!(codes(&["update", "--locked"]), 64);
    assert_eq!(codes(&["update", "--offline"]), 64);
    assert_eq!(codes(&["outdated", "--offline"]), 64);
    assert_eq!(codes(&["new", "--from", "acme/team"]), 64);
    assert_eq!(codes(&["completions", "tcsh"]), 64);
    assert_eq!(codes(&["explain", "no-such-thing"]), 1);
    assert_eq!(code(&sandbox.coderc(Path::new("/"), &["list"])), 1, "no package");
}

#[test]
fn each_flag_has_a_variable() {
    let sandbox = Sandbox::new();
    let tree = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", TEAM)]));
    let run = |name: &str, value: &str, arguments: &[&str]| {
        let mut command = Command::new(coderc());
        command.current_dir("/").env("CODERC_DIRECTORY", &tree).env("HOME", tree.join("home")).env(name, value).args(arguments);
        command.output().expect("coderc runs")
    };
    assert_eq!(code(&run("CODERC_FORMAT", "json", &["list"])), 0);
    assert!(stdout(&run("CODERC_FORMAT", "json", &["list"])).starts_with('{'));
    assert_eq!(code(&run("CODERC_LOCKED", "1", &["update"])), 64);
    assert_eq!(code(&run("CODERC_OFFLINE", "true", &["outdated"])), 64);
    assert!(stdout(&run("CODERC_COLOR", "always", &["list"])).contains('\u{1b}'));
    let out = tree.join("listing.txt");
    assert_eq!(stdout(&run("CODERC_OUT", out.to_str().expect("UTF-8"), &["list"])), "");
    assert!(std::fs::read_to_string(out).expect("the output's file").contains("environment.team"));
}

const TEAM: &str = r#"/// The team's own.
environment team {
  container env { image = "debian:12", memory = 4GB }
}
/// For one person.
environment dev(user: string, size: "small" | "large" = "small") {
  container env { image = "debian:12", env = { USER = user } }
}
environment ana = environment.dev(user: "ana")
"#;

#[test]
fn list_shows_templates_with_parameters_and_instances() {
    let sandbox = Sandbox::new();
    let tree = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", TEAM)]));
    let shown = stdout(&sandbox.coderc(&tree, &["list"]));
    for part in ["environment.team", "The team's own.", "size: \"small\" | \"large\" = \"small\"", "made here: environment.ana"] {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
    assert!(stdout(&sandbox.coderc(&tree, &["list", "-f", "markdown"])).contains("### `environment.dev` (template)"));
    // Of another repository, without a checkout.
    let elsewhere = sandbox.coderc(Path::new("/"), &["list", "--from", "https://example.com/acme/team@main", "-f", "json"]);
    assert_eq!(code(&elsewhere), 0, "{}", stderr(&elsewhere));
    let document: Value = serde_json::from_str(&stdout(&elsewhere)).expect("JSON");
    assert_eq!(document["package"]["url"], "https://example.com/acme/team");
    let addresses: Vec<&str> =
        document["declarations"].as_array().expect("a list").iter().filter_map(|each| each["address"].as_str()).collect();
    assert_eq!(addresses, ["environment.ana", "environment.dev", "environment.team"]);
}

#[test]
fn list_shows_what_imports_offer() {
    let sandbox = Sandbox::new();
    let platform = "image base { repository = \"acme/base\" }\nprivate image inner { repository = \"acme/inner\" }\n";
    sandbox.repository("example.com/acme/platform", &files(&[(".coder/p.coder", platform), ("Dockerfile", "FROM debian:12\n")]));
    let text = "import \"https://example.com/acme/platform\" as platform\nenvironment team { container env { image = platform.image.base } }\n";
    let tree = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", text)]));
    let shown = sandbox.coderc(&tree, &["list", "--imports"]);
    assert_eq!(code(&shown), 0, "{}", stderr(&shown));
    assert!(stdout(&shown).contains("platform.image.base") && !stdout(&shown).contains("inner"), "{}", stdout(&shown));
    assert!(!stdout(&sandbox.coderc(&tree, &["list"])).contains("platform.image.base"));
}

#[test]
fn new_starts_a_package_that_passes_check() {
    let sandbox = Sandbox::new();
    let tree = sandbox.repository(
        "example.com/acme/shop",
        &files(&[
            (".gitignore", "vendor/\n"),
            ("Dockerfile", "FROM debian:12\nEXPOSE 8080 53/udp $PORT\n"),
            ("services/api/Dockerfile", "FROM debian:12\nCOPY main.go /src/\n"),
            ("services/api/main.go", "package main\n"),
            // It copies from the root, so that is its context.
            ("docker/web.Dockerfile", "FROM debian:12\nCOPY web/index.html /srv/\n"),
            ("web/index.html", "hello\n"),
            // What it copies is nowhere.
            ("broken/Dockerfile", "FROM debian:12\nCOPY nowhere.txt /\n"),
            ("notes/Dockerfile.md", "# no Dockerfile\n"),
        ]),
    );
    write(&tree, &files(&[("vendor/x/Dockerfile", "FROM debian:12\n")]));
    let output = sandbox.coderc(&tree, &["new"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let said = stdout(&output);
    assert!(said.contains("Found 4 Dockerfiles:") && said.contains("left as a comment"), "{said}");
    let text = std::fs::read_to_string(tree.join(".coder/main.coder")).expect("the package");
    for part in [
        "image shop {",
        "image api {",
        "image web {",
        "// image broken {",
        "port port-8080 { number = 8080 }",
        "port udp-53 { number = 53, protocol = \"UDP\" }",
        "dockerfile = \"docker/web.Dockerfile\"",
        "repository = \"acme/shop-api\"",
        "environment api {",
    ] {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert!(!text.contains("vendor"), "{text}");
    let check = sandbox.coderc(&tree, &["check"]);
    assert_eq!((code(&check), stdout(&check)), (0, String::new()), "{}", stderr(&check));
    // A second time nothing is touched.
    let again = sandbox.coderc(&tree, &["new"]);
    assert_eq!(code(&again), 1);
    assert!(stderr(&again).contains("is there already"), "{}", stderr(&again));
    assert_eq!(std::fs::read_to_string(tree.join(".coder/main.coder")).expect("the package"), text);
    assert_eq!(entries(&tree.join(".coder")), ["main.coder"]);
}

#[test]
fn new_without_dockerfiles_writes_an_example() {
    let sandbox = Sandbox::new();
    let tree = sandbox.repository("example.com/acme/empty", &files(&[("README.md", "\n")]));
    let output = sandbox.coderc(&tree, &["new", "sub/folder"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let folder = tree.join("sub/folder");
    assert_eq!(code(&sandbox.coderc(&folder, &["check"])), 0);
    assert_eq!(entries(&folder), [".coder"], "nothing else is left");
}

#[test]
fn new_in_a_subfolder_names_paths_from_the_root() {
    let sandbox = Sandbox::new();
    let tree =
        sandbox.repository("example.com/acme/mono", &files(&[("api/Dockerfile", "FROM debian:12\nCOPY x /\n"), ("api/x", "")]));
    let output = sandbox.coderc(&tree, &["new", "api"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let text = std::fs::read_to_string(tree.join("api/.coder/main.coder")).expect("the package");
    assert!(text.contains("context    = \"./api\""), "{text}");
    assert_eq!(code(&sandbox.coderc(&tree.join("api"), &["check"])), 0);
}

/// A team that imports a platform twice, at a branch and at a tag.
fn team_and_platform(sandbox: &Sandbox) -> (PathBuf, PathBuf) {
    let platform = sandbox.repository("example.com/acme/platform", &files(&[(".coder/p.coder", "let level = 1\n")]));
    sandbox.add_ref("example.com/acme/platform", "refs/tags/v1");
    let text = "import \"https://example.com/acme/platform\" at \"main\" as platform\n\
                import \"https://example.com/acme/platform\" at tag \"v1\" as stable\n\
                let level = platform.level + stable.level\n";
    let team = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", text)]));
    let check = sandbox.coderc(&team, &["check"]);
    assert_eq!(code(&check), 0, "{}", stderr(&check));
    (team, platform)
}

/// A second commit of the platform, on its remote's `main`.
fn move_platform(sandbox: &Sandbox, platform: &Path, text: &str) {
    write(platform, &files(&[(".coder/p.coder", text)]));
    sandbox.git(platform, &["commit", "--quiet", "--all", "--message", "Move"]);
    sandbox.git(platform, &["push", "--quiet", "origin", "HEAD:main"]);
}

#[test]
fn outdated_and_update_follow_a_branch() {
    let sandbox = Sandbox::new();
    let (team, platform) = team_and_platform(&sandbox);
    let lock = || std::fs::read_to_string(team.join(".coder/coder.lock")).expect("a lock");
    let first = lock();
    let outdated = sandbox.coderc(&team, &["outdated"]);
    assert_eq!((code(&outdated), stdout(&outdated).as_str()), (0, "everything is up to date\n"), "{}", stderr(&outdated));
    move_platform(&sandbox, &platform, "let level = 2\n");
    let outdated = sandbox.coderc(&team, &["outdated"]);
    assert_eq!(code(&outdated), 2, "{}", stderr(&outdated));
    assert!(stdout(&outdated).starts_with("platform  https://example.com/acme/platform at main  "), "{}", stdout(&outdated));
    let document: Value = serde_json::from_str(&stdout(&sandbox.coderc(&team, &["outdated", "-f", "json"]))).expect("JSON");
    assert_eq!(document["moves"][0]["aliases"][0], "platform");
    assert_eq!(document["unchanged"], 1);
    assert_eq!(lock(), first, "`outdated` writes nothing");
    // Only the other import: nothing moves.
    let other = sandbox.coderc(&team, &["update", "stable"]);
    assert_eq!(code(&other), 0, "{}", stderr(&other));
    assert!(stdout(&other).contains("nothing to move"), "{}", stdout(&other));
    let misspelt = sandbox.coderc(&team, &["update", "platfrom"]);
    assert_eq!(code(&misspelt), 1);
    assert!(stderr(&misspelt).contains("did you mean `platform`?"), "{}", stderr(&misspelt));
    assert_eq!(lock(), first);
    let updated = sandbox.coderc(&team, &["update", "platform"]);
    assert_eq!(code(&updated), 0, "{}", stderr(&updated));
    assert!(stdout(&updated).contains("1 moved, 1 unchanged"), "{}", stdout(&updated));
    assert_ne!(lock(), first);
    assert_eq!(code(&sandbox.coderc(&team, &["outdated", "--locked"])), 0);
    assert_eq!(code(&sandbox.coderc(&team, &["check", "--locked"])), 0);
}

#[test]
fn update_takes_a_moved_tag_only_when_told() {
    let sandbox = Sandbox::new();
    let (team, platform) = team_and_platform(&sandbox);
    move_platform(&sandbox, &platform, "let level = 2\n");
    sandbox.git(&platform, &["push", "--quiet", "origin", "HEAD:refs/tags/v1", "--force"]);
    let lock = || std::fs::read_to_string(team.join(".coder/coder.lock")).expect("a lock");
    let first = lock();
    let outdated = sandbox.coderc(&team, &["outdated"]);
    assert_eq!(code(&outdated), 1);
    assert!(stderr(&outdated).contains("error[moved-tag]"), "{}", stderr(&outdated));
    let refused = sandbox.coderc(&team, &["update"]);
    assert_eq!(code(&refused), 1);
    assert!(
        stderr(&refused).contains("error[moved-tag]") && stderr(&refused).contains("nothing was moved"),
        "{}",
        stderr(&refused)
    );
    assert_eq!(lock(), first);
    let taken = sandbox.coderc(&team, &["update", "--accept-moved"]);
    assert_eq!(code(&taken), 0, "{}", stderr(&taken));
    assert!(stdout(&taken).contains("2 moved, 0 unchanged"), "{}", stdout(&taken));
}

#[test]
fn update_says_when_the_package_does_not_fit_any_more() {
    let sandbox = Sandbox::new();
    let (team, platform) = team_and_platform(&sandbox);
    move_platform(&sandbox, &platform, "let grade = 2\n");
    let output = sandbox.coderc(&team, &["update"]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).contains("1 moved"), "{}", stdout(&output));
    assert!(stderr(&output).contains("does not fit"), "{}", stderr(&output));
}

#[test]
fn a_misspelt_branch_is_mended() {
    let sandbox = Sandbox::new();
    sandbox.repository("example.com/acme/platform", &files(&[(".coder/p.coder", "let level = 1\n")]));
    sandbox.add_ref("example.com/acme/platform", "refs/heads/both");
    sandbox.add_ref("example.com/acme/platform", "refs/tags/both");
    let text = "import \"https://example.com/acme/platform\" at \"mian\" as platform\nlet level = platform.level\n";
    let team = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", text)]));
    let fixed = sandbox.coderc(&team, &["check", "--fix"]);
    assert_eq!(code(&fixed), 0, "{}", stderr(&fixed));
    let mended = std::fs::read_to_string(team.join(".coder/a.coder")).expect("the file");
    assert_eq!(mended, text.replace("mian", "main"));
    // A branch or a tag: only the user can tell, and gets both edits.
    write(&team, &files(&[(".coder/a.coder", &text.replace("mian", "both"))]));
    let output = sandbox.coderc(&team, &["check", "-f", "json"]);
    assert_eq!(code(&output), 1);
    let document: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let fixes = document["diagnostics"][0]["fixes"].as_array().expect("fixes").clone();
    let edits: Vec<(&Value, &Value)> =
        fixes.iter().map(|fix| (&fix["edits"][0]["text"], &fix["edits"][0]["start"]["column"])).collect();
    assert_eq!(edits, [(&"at branch \"both\"".into(), &44.into()), (&"at tag \"both\"".into(), &44.into())]);
}

#[test]
fn a_plan_warns_of_what_would_change_an_image() {
    let sandbox = Sandbox::new();
    let tree = sandbox.repository(
        "example.com/acme/team",
        &files(&[
            (".coder/a.coder", "image dev { context = \"./dev\", repository = \"acme/dev\" }\n"),
            ("dev/Dockerfile", "FROM scratch\nCOPY a.txt /\n"),
            ("dev/.dockerignore", "notes/\n"),
            ("dev/a.txt", "a\n"),
        ]),
    );
    write(&tree, &files(&[("dev/notes/later.txt", "not part of the image\n")]));
    let quiet = sandbox.coderc(&tree, &["plan", "--offline"]);
    assert_eq!(code(&quiet), 0, "{}", stderr(&quiet));
    assert!(!stderr(&quiet).contains("modified-context"), "{}", stderr(&quiet));
    write(&tree, &files(&[("dev/a.txt", "another\n")]));
    let warned = sandbox.coderc(&tree, &["plan", "--offline"]);
    assert!(
        stderr(&warned).contains("warning[modified-context]") && stderr(&warned).contains("dev/a.txt"),
        "{}",
        stderr(&warned)
    );
}

#[test]
fn a_patch_is_in_the_plan_as_kubernetes_writes_it() {
    let sandbox = Sandbox::new();
    let package = "environment a {
  container env { image = \"debian:12\" }
  patch {
    spec { template { spec {
      automountServiceAccountToken = none
      containers = [{ name = \"env\", resources = { limits = { memory = 4GiB, cpu = 1.5, \"example.org/gpu\" = 1 } } }]
    } } }
  }
}
";
    let tree = sandbox.repository("github.com/acme/team", &files(&[(".coder/a.coder", package)]));
    let output = sandbox.coderc(&tree, &["plan", "--offline", "--quiet", "-f", "json"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let plan: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let pod = &plan["actions"][0]["object"]["spec"]["template"]["spec"];
    let limits = serde_json::json!({ "memory": "4Gi", "cpu": "1.5", "example.org/gpu": "1" });
    assert_eq!(pod["containers"][0]["resources"]["limits"], limits);
    assert_eq!(pod.get("automountServiceAccountToken"), None, "none takes a field away");
    assert_eq!(plan["actions"][1]["wait"]["declared"]["patch"]["line"], 3);
}

#[test]
fn a_locked_plan_says_which_digest_is_missing() {
    let sandbox = Sandbox::new();
    let image = "image dev { repository = \"acme/dev\" }\n";
    let tree =
        sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", image), ("Dockerfile", "FROM debian:12\n")]));
    let output = sandbox.coderc(&tree, &["plan", "--locked"]);
    assert_eq!(code(&output), 1);
    assert!(
        stderr(&output).contains("the digest of `docker.io/library/debian:12` is not in `coder.lock`"),
        "{}",
        stderr(&output)
    );
    assert!(!stderr(&output).contains("unpinned-base"), "one mistake is told once: {}", stderr(&output));
}

#[test]
fn explain_shows_pages_and_the_nearest() {
    let sandbox = Sandbox::new();
    let page = sandbox.coderc(Path::new("/"), &["explain", "unknown-field"]);
    assert_eq!(code(&page), 0);
    assert!(stdout(&page).starts_with("unknown-field\n") && stdout(&page).contains("\nWrong\n"), "{}", stdout(&page));
    assert!(
        stdout(&sandbox.coderc(Path::new("/"), &["explain", "unknown-field", "--color", "always"]))
            .contains("\u{1b}[35menvironment")
    );
    let misspelt = sandbox.coderc(Path::new("/"), &["explain", "unkown-field"]);
    assert_eq!(code(&misspelt), 1);
    assert!(stderr(&misspelt).contains("did you mean `unknown-field`?"), "{}", stderr(&misspelt));
    let all = stdout(&sandbox.coderc(Path::new("/"), &["explain"]));
    assert!(all.lines().count() > 100 && all.contains("unknown-field"), "{all}");
}

#[test]
fn explain_shows_where_a_value_comes_from() {
    let sandbox = Sandbox::new();
    let tree = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", TEAM)]));
    let shown = |address: &str| {
        let output = sandbox.coderc(&tree, &["explain", "--offline", address]);
        assert_eq!(code(&output), 0, "{}", stderr(&output));
        stdout(&output)
    };
    let memory = shown("environment.team.container.env.memory");
    assert!(memory.starts_with("environment.team.containers.env.memory = 4GB"), "{memory}");
    assert!(memory.contains(".coder/a.coder:3  set in environment `team`"), "{memory}");
    let argument = shown("environment.ana.containers.env.env.USER");
    assert!(argument.contains("made by the template environment `dev`"), "{argument}");
    let action = shown("environment.team/deployment");
    assert!(action.contains("apply Deployment team"), "{action}");
    let whole = shown("environment.team");
    assert!(whole.contains("environment.team/deployment") && whole.contains("replicas"), "{whole}");
    let wrong = sandbox.coderc(&tree, &["explain", "environment.team/deploymnet"]);
    assert_eq!(code(&wrong), 1);
    assert!(stderr(&wrong).contains("did you mean `environment.team/deployment`?"), "{}", stderr(&wrong));
    let document: Value =
        serde_json::from_str(&stdout(&sandbox.coderc(&tree, &["explain", "environment.team.replicas", "-f", "json"])))
            .expect("JSON");
    assert_eq!(document["value"], "1");
}

#[test]
fn bash_completes_commands_flags_targets_and_names() {
    let sandbox = Sandbox::new();
    let tree = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", TEAM)]));
    let script = stdout(&sandbox.coderc(&tree, &["completions", "bash"]));
    let completed = |folder: &Path, words: &[&str]| {
        let list: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
        let ask = format!(
            "{script}\nCOMP_WORDS=({}); COMP_CWORD={}; COMP_TYPE=9; _clap_complete_coderc coderc '{}' ''; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            list.join(" "),
            words.len() - 1,
            words.last().expect("a word"),
        );
        let mut bash = Command::new("bash");
        bash.args(["--norc", "-c", &ask]).current_dir(folder).env("HOME", tree.join("home")).env("IFS", "\n");
        let output = bash.output().expect("bash runs");
        assert!(output.status.success(), "{}\n{script}", stderr(&output));
        stdout(&output).lines().map(|line| line.trim_end().to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(completed(&tree, &["coderc", "ch"]), ["check"]);
    assert!(completed(&tree, &["coderc", "plan", "--detail"]).contains(&"--detailed-exitcode".to_owned()));
    assert_eq!(completed(&tree, &["coderc", "plan", "environment.t"]), ["environment.team"]);
    assert_eq!(completed(&tree, &["coderc", "explain", "unknown-fi"]), ["unknown-field"]);
    assert_eq!(completed(&tree, &["coderc", "plan", "-f", "mer"]), ["mermaid"]);
    let folder = tree.to_str().expect("UTF-8");
    assert_eq!(completed(Path::new("/"), &["coderc", "-C", folder, "plan", "environment.d"]), ["environment.dev"]);
    assert_eq!(completed(&tree, &["coderc", "completions", "z"]), ["zsh"]);
}

#[test]
fn every_shell_has_a_script() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = sandbox.coderc(Path::new("/"), &["completions", shell]);
        assert_eq!(code(&output), 0, "{shell}: {}", stderr(&output));
        assert!(stdout(&output).contains("CODERC_COMPLETE"), "{shell}");
    }
}

#[test]
fn an_import_without_its_folder_names_the_packages_that_are_there() {
    let sandbox = Sandbox::new();
    let level = ("dev/.coder/p.coder", "let level = 1\n");
    sandbox.repository("example.com/acme/platform", &files(&[level, ("ops/.coder/o.coder", "let x = 1\n")]));
    let text = "import \"https://example.com/acme/platform\" as platform\nimport \"./api\" as api\n";
    let team = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", text)]));
    let check = sandbox.coderc(&team, &["check"]);
    assert_eq!(code(&check), 1);
    let said = stderr(&check);
    assert!(said.contains("it has packages at `//dev`, `//ops`: write the folder after the repository"), "{said}");
    assert!(said.contains("`api` has no `.coder/` folder, so it is no package"), "{said}");
}

#[test]
fn output_goes_where_out_says() {
    let sandbox = Sandbox::new();
    let package = format!("environment e {{\n  container c {{ image = \"postgres@sha256:{}\" }}\n}}\n", "1".repeat(64));
    let team = sandbox.repository("example.com/acme/team", &files(&[(".coder/a.coder", &package)]));
    let plan = |out: &str| sandbox.coderc(&team, &["plan", "--offline", "-f", "json", "-o", out]);
    // A device stays one, and a link a link.
    let output = plan("/dev/stdout");
    assert_eq!((code(&output), stdout(&output).starts_with('{')), (0, true), "{}", stderr(&output));
    std::os::unix::fs::symlink("plan.json", team.join("link.json")).unwrap();
    std::fs::write(team.join("plan.json"), "").unwrap();
    assert_eq!(code(&plan("link.json")), 0);
    assert!(team.join("link.json").is_symlink());
    assert!(std::fs::read_to_string(team.join("plan.json")).unwrap().starts_with('{'));
    let output = plan("none/plan.json");
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("`none/plan.json` cannot be written: there is no folder `none`"), "{}", stderr(&output));
    let output = sandbox.coderc(&team, &["apply", "plan.json", "--on", "podman"]);
    assert_eq!(code(&output), 64);
    assert!(stderr(&output).contains("a saved plan says itself where its environments run"), "{}", stderr(&output));
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it was not killed")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
