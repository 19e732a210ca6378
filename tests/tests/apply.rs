//! `coderc apply` on a cluster with a node: from an empty one to running environments, and what a change does then.
//!
//! What a build or an object does alone is tested with the builder and the provider.

use std::path::PathBuf;
use std::process::{ExitCode, Output};
use std::time::Duration;

use libtest_mimic::{Arguments, run};
use serde_json::Value;
use tests::bed::{BUSYBOX, Bed, Namespace, POSTGRES};
use tests::parts::trial;
use tests::sandbox::{Files, Sandbox};

fn main() -> ExitCode {
    let missing = Bed::missing;
    let trials = vec![
        trial("an_environment_is_made_kept_changed_and_destroyed", missing(), an_environment_is_made_kept_changed_and_destroyed),
        trial("a_saved_plan_is_applied_once", missing(), a_saved_plan_is_applied_once),
        trial("a_killed_apply_is_finished_by_the_next", missing(), a_killed_apply_is_finished_by_the_next),
        trial("a_missing_secret_is_told_before_a_build", missing(), a_missing_secret_is_told_before_a_build),
    ];
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

/// A team's package that uses the image of another repository, ready to be applied in a namespace of its own.
struct Team<'a> {
    bed: &'a Bed,
    namespace: Namespace<'a>,
    sandbox: Sandbox,
    tree: PathBuf,
}

impl Team<'_> {
    fn new(name: &str) -> Team<'static> {
        let bed = Bed::get();
        let namespace = bed.namespace(name);
        let sandbox = Sandbox::with_remotes(&bed.git_folder());
        let project = |more: &str| format!("project {{\n{}{more}}}\n", bed.project());
        let image = format!("image dev {{\n  context    = \"dev\"\n  repository = \"{}/dev\"\n}}\n", &*namespace);
        let dockerfile = format!("FROM {}\nCOPY motd /etc/motd\nCMD [\"sh\", \"-c\", \"sleep 600\"]\n", bed.image(BUSYBOX));
        let platform =
            [(".coder/dev.coder", project("") + &image), ("dev/Dockerfile", dockerfile), ("dev/motd", "hello\n".to_owned())];
        sandbox.repository(&format!("github.com/{}/kaniko", &*namespace), &files(platform));
        let environment = format!(
            "import \"github.com/{0}/kaniko\" as kaniko\n{1}environment team {{\n  container env {{\n    primary     = true\n    \
             image       = kaniko.image.dev\n    personalize = [\"RUN echo test3 > /test3.txt\"]\n  }}\n  container postgres {{ image = \
             \"{2}\" }}\n}}\n",
            &*namespace,
            project(&format!("  namespace = \"{}\"\n", &*namespace)),
            bed.image(POSTGRES)
        );
        let tree = sandbox.repository(&format!("github.com/{}/team", &*namespace), &files([(".coder/team.coder", environment)]));
        Team { bed, namespace, sandbox, tree }
    }

    fn coderc(&self, arguments: &[&str]) -> Output {
        let mut command = self.sandbox.coderc_command(&self.tree, arguments);
        command.env("CODERC_KUBECONFIG", self.bed.kubeconfig()).output().expect("coderc runs")
    }

    /// Standard error, where the command succeeds.
    fn ok(&self, arguments: &[&str]) -> String {
        let output = self.coderc(arguments);
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "coderc {arguments:?}: {err}");
        err
    }

    fn replace(&self, from: &str, to: &str) {
        let path = self.tree.join(".coder/team.coder");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    fn jobs(&self) -> usize {
        self.namespace.list("jobs", "").len()
    }

    fn pod(&self) -> String {
        let running = |pod: &&Value| pod["metadata"]["deletionTimestamp"].is_null();
        let pods = self.namespace.list("pods", "app.kubernetes.io/instance=team");
        pods.iter().find(running).unwrap()["metadata"]["name"].as_str().unwrap().to_owned()
    }
}

fn files<const N: usize>(files: [(&str, String); N]) -> Files {
    files.map(|(path, text)| (path.to_owned(), text)).into()
}

fn an_environment_is_made_kept_changed_and_destroyed() {
    let team = Team::new("apply");
    let said = team.ok(&["apply"]);
    assert!(said.contains("Applied: "), "{said}");
    assert_eq!(team.jobs(), 2, "{said}");
    let pod = team.pod();
    assert_eq!(team.namespace.read(&pod, "env", "/etc/motd"), "hello\n");
    assert!(team.namespace.read(&pod, "env", "/tmp/coder/image.json").contains("dev"));
    if team.bed.kaniko().is_real() {
        assert_eq!(team.namespace.read(&pod, "env", "/test3.txt"), "test3\n");
    }
    // Nothing is left to do, and everybody says so.
    let again = team.ok(&["apply"]);
    assert!(again.contains("nothing to do"), "{again}");
    let plan = team.coderc(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.status.code(), Some(0), "{}", String::from_utf8_lossy(&plan.stdout));
    // A pod that is deleted comes back without a build.
    team.namespace.delete("pod", &pod);
    team.ok(&["apply"]);
    assert_eq!(team.jobs(), 2);
    // A label of a running environment builds nothing; a personalize line builds one image.
    team.replace("environment team {\n", "environment team {\n  labels = { tier = \"dev\" }\n");
    team.ok(&["apply"]);
    assert_eq!(team.jobs(), 2);
    team.replace("echo test3", "echo test4");
    let plan = String::from_utf8(team.coderc(&["plan"]).stdout).unwrap();
    assert!(plan.contains("personalize"), "{plan}");
    team.ok(&["apply"]);
    assert_eq!(team.jobs(), 3);
    let status = String::from_utf8(team.coderc(&["status"]).stdout).unwrap();
    assert!(status.contains("environment.team"), "{status}");
    team.ok(&["destroy", "environment.team"]);
    let gone = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(300));
        team.namespace.list("deployments", "").is_empty()
    });
    assert!(gone);
}

fn a_saved_plan_is_applied_once() {
    let team = Team::new("saved");
    team.ok(&["plan", "-o", "plan.json"]);
    let said = team.ok(&["apply", "plan.json", "--output", "json"]);
    assert_eq!(said, "");
    let refused = team.coderc(&["apply", "plan.json"]);
    let err = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{err}");
    assert!(err.contains("saved-plan") && err.contains("environment.team/deployment"), "{err}");
}

fn a_killed_apply_is_finished_by_the_next() {
    let team = Team::new("killed");
    for milliseconds in [300, 1500, 4000] {
        let mut command = team.sandbox.coderc_command(&team.tree, &["apply"]);
        let mut child = command.env("CODERC_KUBECONFIG", team.bed.kubeconfig()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    team.ok(&["apply"]);
    assert_eq!(team.jobs(), 2);
    assert!(team.ok(&["apply"]).contains("nothing to do"));
}

fn a_missing_secret_is_told_before_a_build() {
    let team = Team::new("secretless");
    team.replace(
        "    primary     = true\n",
        "    primary     = true\n    env         = { TOKEN = secret(\"tokens\", key: \"a\") }\n",
    );
    let refused = team.coderc(&["apply"]);
    let err = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1), "{err}");
    assert!(err.contains("tokens"), "{err}");
    assert_eq!(team.jobs(), 0);
    team.namespace.ask(&["create", "secret", "generic", "tokens", "--from-literal=a=marked-value"]);
    let said = team.ok(&["apply", "-v"]);
    assert!(!said.contains("marked-value"));
}
