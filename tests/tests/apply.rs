//! `coderc apply` on a cluster with a node: from an empty one to running environments, and what a change does then.
//!
//! What a build or an object does alone is tested with the builder and the provider.

use std::process::ExitCode;
use std::time::Duration;

use libtest_mimic::{Arguments, run};
use tests::bed::Bed;
use tests::parts::{at_length, trial};
use tests::team::Team;

fn main() -> ExitCode {
    let missing = || at_length().and_then(|()| Bed::missing());
    let trials = vec![
        trial("an_environment_is_made_kept_changed_and_destroyed", missing(), an_environment_is_made_kept_changed_and_destroyed),
        trial("a_saved_plan_is_applied_once", missing(), a_saved_plan_is_applied_once),
        trial("a_missing_secret_is_told_before_a_build", missing(), a_missing_secret_is_told_before_a_build),
    ];
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

fn an_environment_is_made_kept_changed_and_destroyed() {
    let team = Team::new("apply");
    let said = team.ok(&["apply"]);
    assert!(said.contains("Applied: "), "{said}");
    assert_eq!(team.jobs().len(), 2, "{said}");
    let pod = team.pod().expect("a pod");
    assert_eq!(team.namespace.read(&pod, "env", "/etc/motd"), "hello\n");
    // What is copied is root's, whoever the image's user is.
    assert_eq!(team.namespace.exec(&pod, "env", &["stat", "-c", "%u:%g", "/etc/motd"]), "0:0\n");
    assert_eq!(team.namespace.exec(&pod, "env", &["id", "-u"]), "1000\n");
    assert!(team.namespace.read(&pod, "env", "/tmp/coder/image.json").contains("dev"));
    if team.bed.kaniko().is_real() {
        assert_eq!(team.namespace.read(&pod, "env", "/test3.txt"), "test3\n");
    }
    // Nothing is left to do, and everybody says so.
    let again = team.ok(&["apply"]);
    assert!(again.contains("nothing to do"), "{again}");
    let plan = team.coderc(&["plan", "--detailed-exitcode"]);
    assert_eq!(plan.status.code(), Some(0), "{}", String::from_utf8_lossy(&plan.stdout));
    kubectl_sees_no_difference(&team);
    // A pod that is deleted comes back without a build.
    team.namespace.delete("pod", &pod);
    team.ok(&["apply"]);
    assert_eq!(team.jobs().len(), 2);
    // A label of a running environment builds nothing; a personalize line builds one image.
    team.replace("environment team {\n", "environment team {\n  labels = { tier = \"dev\" }\n");
    team.ok(&["apply"]);
    assert_eq!(team.jobs().len(), 2);
    team.replace("echo test3", "echo test4");
    let plan = String::from_utf8(team.coderc(&["plan"]).stdout).unwrap();
    assert!(plan.contains("personalize"), "{plan}");
    team.ok(&["apply"]);
    assert_eq!(team.jobs().len(), 3);
    let status = String::from_utf8(team.coderc(&["status"]).stdout).unwrap();
    assert!(status.contains("environment.team"), "{status}");
    team.ok(&["destroy", "environment.team"]);
    let gone = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(300));
        team.namespace.list("deployments", "").is_empty()
    });
    assert!(gone);
}

/// What the plan shows as YAML is what runs, to kubectl's own judgement; builds come as Jobs, which are not in the cluster as such.
fn kubectl_sees_no_difference(team: &Team) {
    let yaml = team.coderc(&["plan", "-f", "yaml", "environment.team"]).stdout;
    let text = String::from_utf8(yaml).expect("YAML in UTF-8");
    assert!(text.contains("kind: Deployment"), "{text}");
    let file = team.sandbox.path().join("plan.yaml");
    std::fs::write(&file, text).expect("a file");
    let path = file.to_str().expect("a path in UTF-8");
    let diff = || {
        let diff = team.bed.kubectl(&["diff", "-f", path]);
        (diff.status.code(), String::from_utf8_lossy(&diff.stdout).into_owned() + &String::from_utf8_lossy(&diff.stderr))
    };
    // A controller may write a status between the two times that kubectl reads an object.
    let same = (Some(0), String::new());
    let settled = (0..5).map(|_| diff()).find(|said| *said == same);
    assert_eq!(settled.unwrap_or_else(diff), same);
}

fn a_saved_plan_is_applied_once() {
    let team = Team::new("saved");
    team.ok(&["plan", "-o", "plan.json"]);
    let said = team.ok(&["apply", "plan.json", "--output", "json"]);
    assert_eq!(said, "");
    let err = team.refused(&["apply", "plan.json"]);
    assert!(err.contains("saved-plan") && err.contains("environment.team/deployment"), "{err}");
}

fn a_missing_secret_is_told_before_a_build() {
    let team = Team::new("secretless");
    team.replace(
        "    primary     = true\n",
        "    primary     = true\n    env         = { TOKEN = secret(\"tokens\", key: \"a\") }\n",
    );
    let err = team.refused(&["apply"]);
    assert!(err.contains("tokens"), "{err}");
    assert_eq!(team.jobs().len(), 0);
    team.namespace.ask(&["create", "secret", "generic", "tokens", "--from-literal=a=marked-value"]);
    let said = team.ok(&["apply", "-v"]);
    assert!(!said.contains("marked-value"));
}
