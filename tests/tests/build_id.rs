//! What changes a build ID and what does not, and how a plan says why: real repositories, and a real registry that holds what
//! was built before.
//!
//! Nothing is built: the images that a registry would hold are pushed with the annotation that a build leaves on them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use expect_test::{Expect, expect};
use libtest_mimic::{Arguments, run};
use serde_json::Value;
use tests::parts::{self, Registry, trial};
use tests::sandbox::{Files, Sandbox, write};

fn main() -> ExitCode {
    let missing = Registry::missing;
    let trials = vec![
        trial("what_is_new_says_so", missing(), what_is_new_says_so),
        trial("what_decides_nothing_changes_no_id", missing(), what_decides_nothing_changes_no_id),
        trial("a_file_of_the_context", missing(), a_file_of_the_context),
        trial("more_files_than_can_be_told", missing(), more_files_than_can_be_told),
        trial("a_folder_of_many_files", missing(), a_folder_of_many_files),
        trial("a_line_of_the_dockerfile", missing(), a_line_of_the_dockerfile),
        trial("an_argument", missing(), an_argument),
        trial("a_target_and_a_label", missing(), a_target_and_a_label),
        trial("the_digest_of_a_base", missing(), the_digest_of_a_base),
        trial("the_builder", missing(), the_builder),
        trial("several_at_once", missing(), several_at_once),
    ];
    run(&Arguments::from_args(), trials).exit_code()
}

const MAIN: &str = r#"image dev {
  context    = "./dev"
  repository = "acme/dev"
  args       = { RELEASE = "1" }
}

environment team {
  container env {
    image       = image.dev
    personalize = ["RUN echo hello"]
  }
}
"#;

const BUILDER: &str = "builder@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A repository, and a registry with its base image.
struct Ground {
    sandbox: Sandbox,
    registry: Registry,
    tree: PathBuf,
}

/// A build of a plan.
#[derive(Debug)]
struct Build {
    id: String,
    change: String,
    message: String,
    because: Vec<Value>,
    destination: String,
    tags: Vec<String>,
    record: String,
}

impl Ground {
    fn new() -> Ground {
        let (sandbox, registry) = (Sandbox::new(), parts::Registry::start());
        registry.push("acme/base", "1", "the first base", &[]);
        let host = registry.host();
        let mut files = Files::new();
        files.insert(".coder/main.coder".into(), MAIN.into());
        files.insert(".coder/project.coder".into(), format!("project {{\n  registry = \"{host}\"\n  builder {{\n    image    = \"{BUILDER}\"\n    insecure = [\"{host}\"]\n  }}\n}}\n"));
        let dockerfile = format!("FROM {host}/acme/base:1\nARG RELEASE\nRUN echo $RELEASE\nCOPY . /src\n");
        files.insert("dev/Dockerfile".into(), dockerfile);
        files.insert("dev/notes.txt".into(), "one\n".into());
        files.insert("README.md".into(), "unrelated\n".into());
        let tree = sandbox.repository("github.com/acme/team", &files);
        Ground { sandbox, registry, tree }
    }

    /// Changes files and commits them.
    fn commit(&self, files: &[(&str, &str)]) {
        write(&self.tree, &files.iter().map(|(path, text)| (path.to_string(), text.to_string())).collect());
        self.sandbox.git(&self.tree, &["add", "--all"]);
        self.sandbox.git(&self.tree, &["commit", "--quiet", "--allow-empty", "--message", "Change"]);
    }

    fn replace(&self, path: &str, old: &str, new: &str) -> String {
        let text = std::fs::read_to_string(self.tree.join(path)).expect("the file is there");
        assert!(text.contains(old), "{old} stands in {path}");
        text.replace(old, new)
    }

    /// The builds of a plan, by address.
    fn plan(&self) -> BTreeMap<String, Build> {
        let output = self.sandbox.coderc(&self.tree, &["plan", "--format", "json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let plan: Value = serde_json::from_slice(&output.stdout).expect("a plan is JSON");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
        let build = |action: &Value| Build {
            id: text(&action["build"]["id"]),
            change: text(&action["change"]),
            message: text(&action["reason"]["message"]),
            because: action["reason"]["because"].as_array().cloned().unwrap_or_default(),
            destination: text(&action["build"]["destination"]),
            tags: action["build"]["tags"].as_array().into_iter().flatten().map(text).collect(),
            record: text(&action["build"]["record"]),
        };
        let actions = plan["actions"].as_array().into_iter().flatten().filter(|action| action["kind"] == "build");
        actions.map(|action| (text(&action["address"]), build(action))).collect()
    }

    /// Pushes what the builds of a plan would have made.
    fn build_all(&self) -> BTreeMap<String, Build> {
        let plan = self.plan();
        for build in plan.values() {
            for reference in std::iter::once(&build.destination).chain(&build.tags) {
                let (_, path) = reference.split_once('/').expect("a registry and a path");
                let (repository, tag) = path.rsplit_once(':').expect("a tag");
                let annotations = [(compiler::plan::record::ANNOTATION, build.record.as_str())];
                self.registry.push(repository, tag, &build.id, &annotations);
            }
        }
        plan
    }

    /// What a plan says of the image `dev` and of what stands on it, without the digests and IDs, which are another in each run.
    fn says(&self, expected: Expect) {
        let mut said = String::new();
        for (address, build) in self.plan() {
            said += &format!("{address}: {} because {}\n", build.change, build.message);
            for because in &build.because {
                let line = because["line"].as_u64().map(|line| format!(":{line}")).unwrap_or_default();
                let file = because["file"].as_str().unwrap_or("-");
                said += &format!("  {} at {file}{line}\n", because["what"].as_str().unwrap_or_default());
            }
        }
        let text = self.sandbox.coderc(&self.tree, &["plan"]);
        said += &format!("\n{}", String::from_utf8_lossy(&text.stdout));
        expected.assert_eq(&plain(&said, &self.registry.host()));
    }
}

/// Digests, IDs, commits and the registry's port, each by one word.
fn plain(text: &str, host: &str) -> String {
    let text = text.replace(host, "REGISTRY");
    let word = |word: &str| match word {
        _ if word.starts_with("b-") && word.len() >= 14 => "ID".to_string(),
        _ if word.len() >= 12 && word.chars().all(|digit| digit.is_ascii_hexdigit()) => "HEX".to_string(),
        _ => word.to_string(),
    };
    let mut result = String::new();
    for part in text.split_inclusive(|character: char| !character.is_ascii_alphanumeric() && character != '-') {
        let end = part.trim_end_matches(|character: char| !character.is_ascii_alphanumeric() && character != '-').len();
        result += &word(&part[..end]);
        result += &part[end..];
    }
    result
}

fn ids(plan: &BTreeMap<String, Build>) -> Vec<(&String, &String)> {
    plan.iter().map(|(address, build)| (address, &build.id)).collect()
}

fn what_is_new_says_so() {
    Ground::new().says(expect![[r#"
        environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
          base image.dev at .coder/main.coder:8
          personalize 1 at .coder/main.coder:10
          platform at -
          builder at .coder/project.coder:1
          flags at -
        image.dev: create because `REGISTRY/acme/dev:ID` is not in the registry
          context at .coder/main.coder:2
          dockerfile at dev/Dockerfile
          arg RELEASE at .coder/main.coder:4
          base REGISTRY/acme/base:1 at dev/Dockerfile:1
          platform at -
          builder at .coder/project.coder:1
          flags at -

        Images
          image.dev
            + image             build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
            + tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
            + tag:main          move REGISTRY/acme/dev:main              follows image.dev

        Environments
          environment.team
            + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
            ? deployment  apply Deployment team (env)                     the cluster was not asked
            ? ready       wait until team is available                    follows the deployment

        Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
    "#]]);
}

fn what_decides_nothing_changes_no_id() {
    let ground = Ground::new();
    let before = ground.build_all();
    let commented = format!("// a comment\n{}", MAIN.replace("image dev {", "/// The image.\nimage dev { // here too"));
    ground.commit(&[(".coder/main.coder", &commented)]);
    assert_eq!(ids(&ground.plan()), ids(&before), "a comment in a .coder file");
    ground.commit(&[("README.md", "changed\n"), ("docs/new.txt", "new\n")]);
    assert_eq!(ids(&ground.plan()), ids(&before), "a file outside the context");
    ground.commit(&[]);
    assert_eq!(ids(&ground.plan()), ids(&before), "a commit of nothing");
    write(&ground.tree, &[("dev/notes.txt".to_string(), "not committed\n".to_string())].into());
    let after = ground.plan();
    assert_eq!(ids(&after), ids(&before), "a file of the working tree alone");
    assert!(after.values().all(|build| build.change == "none"), "{after:#?}");
}

/// After everything was built, an edit changes the ID of `image.dev` and of what stands on it, and the plan says what is expected.
fn changed(edit: impl FnOnce(&Ground), expected: Expect) {
    let ground = Ground::new();
    let before = ground.build_all();
    edit(&ground);
    let after = ground.plan();
    for (address, build) in &after {
        assert_ne!(build.id, before[address].id, "{address}");
    }
    ground.says(expected);
}

fn a_file_of_the_context() {
    changed(
        |ground| ground.commit(&[("dev/notes.txt", "two\n"), ("dev/more.txt", "new\n")]),
        expect![[r#"
        environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
          base image.dev at .coder/main.coder:8
          personalize 1 at .coder/main.coder:10
          platform at -
          builder at .coder/project.coder:1
          flags at -
        image.dev: update because changed: dev/more.txt (new), dev/notes.txt
          context at .coder/main.coder:2
          file more.txt at dev/more.txt
          file notes.txt at dev/notes.txt

        Images
          image.dev
            ~ image             build REGISTRY/acme/dev:ID…  changed: dev/more.txt (new), dev/notes.txt
            + tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
            ~ tag:main          move REGISTRY/acme/dev:main              follows image.dev

        Environments
          environment.team
            + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
            ? deployment  apply Deployment team (env)                     the cluster was not asked
            ? ready       wait until team is available                    follows the deployment

        Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
    "#]],
    );
}

fn more_files_than_can_be_told() {
    let edit = |ground: &Ground| {
        let files: Vec<(String, String)> = (0..9).map(|number| (format!("dev/file-{number}"), "new\n".to_string())).collect();
        ground.commit(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    };
    changed(
        edit,
        expect![[r#"
        environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
          base image.dev at .coder/main.coder:8
          personalize 1 at .coder/main.coder:10
          platform at -
          builder at .coder/project.coder:1
          flags at -
        image.dev: update because changed: dev/file-0 (new), dev/file-1 (new), dev/file-2 (new), 6 more
          context at .coder/main.coder:2
          file file-0 at dev/file-0
          file file-1 at dev/file-1
          file file-2 at dev/file-2
          file file-3 at dev/file-3
          file file-4 at dev/file-4
          file file-5 at dev/file-5
          file file-6 at dev/file-6
          file file-7 at dev/file-7
          file file-8 at dev/file-8

        Images
          image.dev
            ~ image             build REGISTRY/acme/dev:ID…  changed: dev/file-0 (new), dev/file-1 (new), dev/file-2 (new), 6 more
            + tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
            ~ tag:main          move REGISTRY/acme/dev:main              follows image.dev

        Environments
          environment.team
            + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
            ? deployment  apply Deployment team (env)                     the cluster was not asked
            ? ready       wait until team is available                    follows the deployment

        Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
    "#]],
    );
}

fn a_folder_of_many_files() {
    let many = |ground: &Ground, content: &str| {
        let file = |number: usize| (format!("dev/{}/{number}", ["left", "right"][number % 2]), content.to_string());
        let files: Vec<(String, String)> = (0..300).map(file).collect();
        ground.commit(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>());
    };
    let ground = Ground::new();
    many(&ground, "old\n");
    ground.build_all();
    ground.commit(&[("dev/left/0", "new\n")]);
    ground.says(expect![[r#"
        environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
          base image.dev at .coder/main.coder:8
          personalize 1 at .coder/main.coder:10
          platform at -
          builder at .coder/project.coder:1
          flags at -
        image.dev: update because changed: dev/left/
          context at .coder/main.coder:2
          file left/ at dev/left/

        Images
          image.dev
            ~ image             build REGISTRY/acme/dev:ID…  changed: dev/left/
            + tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
            ~ tag:main          move REGISTRY/acme/dev:main              follows image.dev

        Environments
          environment.team
            + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
            ? deployment  apply Deployment team (env)                     the cluster was not asked
            ? ready       wait until team is available                    follows the deployment

        Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
    "#]]);
}

fn a_line_of_the_dockerfile() {
    let edit = |ground: &Ground| {
        let text = ground.replace("dev/Dockerfile", "RUN echo $RELEASE", "RUN echo release $RELEASE");
        ground.commit(&[("dev/Dockerfile", &text)]);
    };
    changed(
        edit,
        expect![[r#"
            environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
              base image.dev at .coder/main.coder:8
              personalize 1 at .coder/main.coder:10
              platform at -
              builder at .coder/project.coder:1
              flags at -
            image.dev: update because changed: dev/Dockerfile:3
              dockerfile at dev/Dockerfile:3

            Images
              image.dev
                ~ image             build REGISTRY/acme/dev:ID…  changed: dev/Dockerfile:3
                + tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
                ~ tag:main          move REGISTRY/acme/dev:main              follows image.dev

            Environments
              environment.team
                + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
                ? deployment  apply Deployment team (env)                     the cluster was not asked
                ? ready       wait until team is available                    follows the deployment

            Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
        "#]],
    );
}

fn an_argument() {
    changed(
        |ground| ground.commit(&[(".coder/main.coder", &MAIN.replace("\"1\"", "\"2\""))]),
        expect![[r#"
            environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
              base image.dev at .coder/main.coder:8
              personalize 1 at .coder/main.coder:10
              platform at -
              builder at .coder/project.coder:1
              flags at -
            image.dev: update because changed: argument RELEASE "1" -> "2" (.coder/main.coder:4)
              arg RELEASE at .coder/main.coder:4

            Images
              image.dev
                ~ image             build REGISTRY/acme/dev:ID…  changed: argument RELEASE "1" -> "2" (.coder/main.coder:4)
                + tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
                ~ tag:main          move REGISTRY/acme/dev:main              follows image.dev

            Environments
              environment.team
                + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
                ? deployment  apply Deployment team (env)                     the cluster was not asked
                ? ready       wait until team is available                    follows the deployment

            Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
        "#]],
    );
}

fn a_target_and_a_label() {
    let edit = |ground: &Ground| {
        let text = ground.replace("dev/Dockerfile", "acme/base:1", "acme/base:1 AS all");
        let main = MAIN.replace("  args ", "  target     = \"all\"\n  labels     = { team = \"a\" }\n  args ");
        ground.commit(&[("dev/Dockerfile", &text), (".coder/main.coder", &main)]);
    };
    changed(
        edit,
        expect![[r#"
            environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
              base image.dev at .coder/main.coder:10
              personalize 1 at .coder/main.coder:12
              platform at -
              builder at .coder/project.coder:1
              flags at -
            image.dev: update because changed: dev/Dockerfile:1, target (new, .coder/main.coder:4), label team (new, .coder/main.coder:1)
              dockerfile at dev/Dockerfile:1
              target at .coder/main.coder:4
              label team at .coder/main.coder:1

            Images
              image.dev
                ~ image             build REGISTRY/acme/dev:ID…  changed: dev/Dockerfile:1, target (new, .coder/main.coder:4), label team (new, .coder/main.coder:1)
                + tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
                ~ tag:main          move REGISTRY/acme/dev:main              follows image.dev

            Environments
              environment.team
                + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
                ? deployment  apply Deployment team (env)                     the cluster was not asked
                ? ready       wait until team is available                    follows the deployment

            Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
        "#]],
    );
}

fn the_digest_of_a_base() {
    let edit = |ground: &Ground| {
        ground.registry.push("acme/base", "1", "the second base", &[]);
        // As `update` would: without an entry the reference is resolved anew.
        std::fs::remove_file(ground.tree.join(".coder/coder.lock")).expect("there was a lock");
    };
    changed(
        edit,
        expect![[r#"
        environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
          base image.dev at .coder/main.coder:8
          personalize 1 at .coder/main.coder:10
          platform at -
          builder at .coder/project.coder:1
          flags at -
        image.dev: update because changed: base REGISTRY/acme/base:1 sha256:HEX -> sha256:HEX (dev/Dockerfile:1)
          base REGISTRY/acme/base:1 at dev/Dockerfile:1

        Images
          image.dev
            ~ image             build REGISTRY/acme/dev:ID…  changed: base REGISTRY/acme/base:1 sha256:HEX -> sha256:HEX (dev/Dockerfile:1)
            ~ tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
            ~ tag:main          move REGISTRY/acme/dev:main              follows image.dev

        Environments
          environment.team
            + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
            ? deployment  apply Deployment team (env)                     the cluster was not asked
            ? ready       wait until team is available                    follows the deployment

        Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
    "#]],
    );
}

fn the_builder() {
    let edit = |ground: &Ground| {
        let text = ground.replace(".coder/project.coder", "e3b0c442", "f3b0c442");
        ground.commit(&[(".coder/project.coder", &text)]);
    };
    changed(
        edit,
        expect![[r#"
            environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
              base image.dev at .coder/main.coder:8
              personalize 1 at .coder/main.coder:10
              platform at -
              builder at .coder/project.coder:1
              flags at -
            image.dev: update because changed: builder sha256:HEX -> sha256:HEX (.coder/project.coder:1)
              builder at .coder/project.coder:1

            Images
              image.dev
                ~ image             build REGISTRY/acme/dev:ID…  changed: builder sha256:HEX -> sha256:HEX (.coder/project.coder:1)
                + tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
                ~ tag:main          move REGISTRY/acme/dev:main              follows image.dev

            Environments
              environment.team
                + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
                ? deployment  apply Deployment team (env)                     the cluster was not asked
                ? ready       wait until team is available                    follows the deployment

            Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
        "#]],
    );
}

fn several_at_once() {
    let edit = |ground: &Ground| {
        let text = ground.replace("dev/Dockerfile", "COPY . /src\n", "COPY . /src\nUSER 1000\n");
        let main = MAIN.replace("\"1\"", "\"2\"").replace("echo hello", "echo bye");
        ground.commit(&[("dev/Dockerfile", &text), (".coder/main.coder", &main), ("dev/notes.txt", "two\n")]);
    };
    changed(
        edit,
        expect![[r#"
            environment.team/env: create because `REGISTRY/acme/dev:ID` is not in the registry
              base image.dev at .coder/main.coder:8
              personalize 1 at .coder/main.coder:10
              platform at -
              builder at .coder/project.coder:1
              flags at -
            image.dev: update because changed: dev/notes.txt, dev/Dockerfile:5, argument RELEASE "1" -> "2" (.coder/main.coder:4)
              context at .coder/main.coder:2
              file notes.txt at dev/notes.txt
              dockerfile at dev/Dockerfile:5
              arg RELEASE at .coder/main.coder:4

            Images
              image.dev
                ~ image             build REGISTRY/acme/dev:ID…  changed: dev/notes.txt, dev/Dockerfile:5, argument RELEASE "1" -> "2" (.coder/main.coder:4)
                + tag:HEX  move REGISTRY/acme/dev:HEX      follows image.dev
                ~ tag:main          move REGISTRY/acme/dev:main              follows image.dev

            Environments
              environment.team
                + env         build REGISTRY/acme/dev:ID…  `REGISTRY/acme/dev:ID` is not in the registry
                ? deployment  apply Deployment team (env)                     the cluster was not asked
                ? ready       wait until team is available                    follows the deployment

            Plan: 2 images to build, 2 tags to move, 1 object to compare with the cluster
        "#]],
    );
}
