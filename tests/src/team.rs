//! A team's package that uses the image of another repository, ready to be applied in a namespace of its own on the bed.
//!
//! What is applied, and what must hold then, is for the tests to say.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::bed::{BUSYBOX, Bed, Namespace, POSTGRES};
use crate::sandbox::{Files, Sandbox};

pub struct Team {
    pub bed: &'static Bed,
    pub namespace: Namespace<'static>,
    pub sandbox: Sandbox,
    /// The work tree of the team's package: `.coder/team.coder`.
    pub tree: PathBuf,
    /// The work tree of the image's: `.coder/dev.coder` and its context in `dev`.
    pub platform: PathBuf,
}

/// Ends as soon as it is asked to.
const MAIN: &str = "CMD [\"sh\", \"-c\", \"trap 'exit 0' TERM; while :; do sleep 1; done\"]";

impl Team {
    /// An environment `team` of two containers: `env` on an image of its own, with one personalize line, and `postgres`.
    pub fn new(name: &str) -> Team {
        let bed = Bed::get();
        let beside = format!("  container postgres {{ image = \"{}\" }}\n", bed.image(POSTGRES));
        Team::with(name, &beside)
    }

    /// The environment `team` with `more` in its body.
    pub fn with(name: &str, more: &str) -> Team {
        let bed = Bed::get();
        let namespace = bed.namespace(name);
        let sandbox = Sandbox::with_remotes(&bed.git_folder());
        let project = |more: &str| format!("project {{\n{}{more}}}\n", bed.project());
        let image = format!("image dev {{\n  context    = \"dev\"\n  repository = \"{}/dev\"\n}}\n", &*namespace);
        let dockerfile = format!("FROM {}\nUSER 1000:100\nCOPY motd /etc/motd\n{MAIN}\n", bed.image(BUSYBOX));
        let files =
            |files: &[(&str, String)]| -> Files { files.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect() };
        let platform = files(&[
            (".coder/dev.coder", project("") + &image),
            ("dev/Dockerfile", dockerfile),
            ("dev/motd", "hello\n".to_owned()),
        ]);
        let platform = sandbox.repository(&format!("github.com/{}/kaniko", &*namespace), &platform);
        let environment = format!(
            "import \"github.com/{0}/kaniko\" as kaniko\n{1}environment team {{\n  container env {{\n    primary     = true\n    \
             image       = kaniko.image.dev\n    personalize = [\"RUN echo test3 > /test3.txt\"]\n  }}\n{more}}}\n",
            &*namespace,
            project(&format!("  namespace = \"{}\"\n", &*namespace)),
        );
        let tree = sandbox.repository(&format!("github.com/{}/team", &*namespace), &files(&[(".coder/team.coder", environment)]));
        Team { bed, namespace, sandbox, tree, platform }
    }

    /// `coderc` in the team's work tree, on the bed's cluster.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.sandbox.coderc_command(&self.tree, arguments);
        command.env("CODERC_KUBECONFIG", self.bed.kubeconfig());
        command
    }

    pub fn coderc(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("coderc runs")
    }

    /// Standard error, where the command succeeds.
    ///
    /// # Panics
    /// When it fails.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.coderc(arguments);
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "coderc {arguments:?}: {err}");
        err
    }

    /// Standard error, where the command is refused.
    ///
    /// # Panics
    /// When it ends with another code than 1.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.coderc(arguments);
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "coderc {arguments:?}: {err}");
        err
    }

    /// Replaces a text of the team's package.
    ///
    /// # Panics
    /// When it is not there.
    pub fn replace(&self, from: &str, to: &str) {
        let path = self.tree.join(".coder/team.coder");
        let text = std::fs::read_to_string(&path).expect("the team's package");
        assert!(text.contains(from), "`{from}` is not in\n{text}");
        std::fs::write(path, text.replace(from, to)).expect("the team's package");
    }

    /// Changes a file of the image's repository, and moves the team's lock there.
    pub fn change_platform(&self, path: &str, text: &str) {
        self.push_platform(path, text);
        self.ok(&["update", "kaniko"]);
    }

    /// Changes a file of the image's repository, commits and pushes it.
    pub fn push_platform(&self, path: &str, text: &str) {
        std::fs::write(self.platform.join(path), text).expect("a file of the work tree");
        self.sandbox.git(&self.platform, &["commit", "--quiet", "--all", "--message", "Change"]);
        self.sandbox.git(&self.platform, &["push", "--quiet", "origin", "HEAD"]);
    }

    /// Jobs that build.
    pub fn jobs(&self) -> Vec<Value> {
        self.namespace.list("jobs", "")
    }

    /// The environment's pod, as far as there is one that is not about to go.
    pub fn pod(&self) -> Option<String> {
        let pods = self.namespace.list("pods", "app.kubernetes.io/instance=team");
        let running = pods.iter().find(|pod| pod["metadata"]["deletionTimestamp"].is_null())?;
        running["metadata"]["name"].as_str().map(str::to_owned)
    }

    /// The tags of the image's repository that are build IDs, in the order of their names.
    pub fn pushed(&self) -> Vec<String> {
        let storage = self.bed.registry_storage().join("docker/registry/v2/repositories");
        let tags = storage.join(&*self.namespace).join("dev/_manifests/tags");
        let entries = std::fs::read_dir(tags).into_iter().flatten().flatten();
        let mut tags: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        tags.retain(|tag| tag.starts_with("b-"));
        tags.sort();
        tags
    }
}
