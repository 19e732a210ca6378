//! `coderc apply` killed at any moment, and two at once: the next apply finishes, nothing is built twice, nothing is left over.
//!
//! It is killed 60 times, or as often as `CODERC_TEST_KILLS` says: half of them at an event, each in its turn; half at a random time.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ExitCode, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, run};
use serde_json::Value;
use tests::bed::Bed;
use tests::parts::trial;
use tests::random::Random;
use tests::team::Team;

/// Unless the environment says otherwise.
const KILLS: usize = 60;
/// Teams that are killed side by side.
const TEAMS: usize = 3;
/// An apply that builds both images has no more events than this.
const EVENTS: usize = 26;
/// In milliseconds: an apply that builds both images rarely takes longer.
const LONGEST: usize = 9_000;

fn main() -> ExitCode {
    let missing = Bed::missing_at_length;
    let trials = vec![
        trial("a_killed_apply_is_finished_by_the_next", missing(), a_killed_apply_is_finished_by_the_next),
        trial("of_two_applies_at_once_one_waits", missing(), of_two_applies_at_once_one_waits),
    ];
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

fn a_killed_apply_is_finished_by_the_next() {
    let asked = std::env::var("CODERC_TEST_KILLS").ok().and_then(|count| count.parse().ok());
    let kills: usize = asked.unwrap_or(KILLS);
    // The bed is made before anybody measures.
    Bed::get();
    std::thread::scope(|scope| {
        for number in 0..TEAMS.min(kills) {
            scope.spawn(move || kill_a_team(number, (number..kills).step_by(TEAMS)));
        }
    });
}

fn kill_a_team(number: usize, turns: impl Iterator<Item = usize>) {
    let team = Team::with(&format!("kills{number}"), "");
    let mut random = Random::new(number as u64);
    let mut personalized = "echo test3".to_owned();
    for turn in turns {
        // Each turn has an image to build and a Deployment to change; every third both images.
        if turn / TEAMS % 3 == 2 {
            team.change_platform("dev/motd", &format!("hello {turn}\n"));
        }
        let next = format!("echo turn-{turn}");
        team.replace(&personalized, &next);
        personalized = next;

        let moment =
            if turn % 2 == 0 { Moment::Event(1 + turn / 2 % EVENTS) } else { Moment::After(random.below(LONGEST) as u64) };
        killed(&team, moment);
        let built = Builds::of(&team);
        let since = Instant::now();
        let output = team.coderc(&["apply"]);
        let took = since.elapsed();
        let said = String::from_utf8_lossy(&output.stderr);
        let context = format!("turn {turn}, killed at {moment:?}, finished in {took:?}:\n{said}");
        println!("turn {turn}, killed at {moment:?}, finished in {took:?}");
        assert_eq!(output.status.code(), Some(0), "{context}");
        built.stay(&Builds::of(&team), &context);
        nothing_is_left_over(&team, &context);
    }
    let again = team.ok(&["apply"]);
    assert!(again.contains("nothing to do"), "{again}");
    no_lease_is_held(&team, &personalized);
}

/// The lease of one that was killed at its very end stays until somebody wants it, who then gets it without waiting for its end.
fn no_lease_is_held(team: &Team, personalized: &str) {
    team.replace(personalized, "echo last");
    let said = team.ok(&["apply"]);
    assert!(!said.contains("waiting until that is done"), "{said}");
    for lease in team.namespace.list("leases", "") {
        assert_eq!(lease["spec"]["holderIdentity"].as_str().unwrap_or_default(), "", "{said}");
    }
}

/// When an apply is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// As soon as it tells its n-th event.
    Event(usize),
    /// After so many milliseconds.
    After(u64),
}

fn killed(team: &Team, moment: Moment) {
    let mut child: Child =
        team.command(&["apply", "--output", "json"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("coderc runs");
    let mut events = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    match moment {
        Moment::Event(number) => {
            events.nth(number - 1);
        }
        Moment::After(milliseconds) => std::thread::sleep(Duration::from_millis(milliseconds)),
    }
    // It may have ended by itself.
    let _ = child.kill();
    child.wait().expect("it ends");
}

/// The Jobs of builds whose images are in the registry, by the build's ID.
struct Builds(BTreeMap<String, String>);

impl Builds {
    fn of(team: &Team) -> Builds {
        // The registry first: what is pushed meanwhile counts for the next look.
        let pushed = team.pushed();
        let jobs = team.jobs();
        let uid = |id: &String| Some((id.clone(), job_of(&jobs, id)?["metadata"]["uid"].as_str()?.to_owned()));
        Builds(pushed.iter().filter_map(uid).collect())
    }

    /// No build whose push had ended has another Job now.
    fn stay(&self, later: &Builds, context: &str) {
        for (id, uid) in &self.0 {
            assert_eq!(later.0.get(id), Some(uid), "{id} was pushed and is built again: {context}");
        }
    }
}

fn job_of<'j>(jobs: &'j [Value], id: &str) -> Option<&'j Value> {
    jobs.iter().find(|job| job["spec"].to_string().contains(&format!("dev:{id}")))
}

/// What there is afterwards is what an apply that nobody kills leaves: one Deployment, one Job a build, a ConfigMap a Job.
fn nothing_is_left_over(team: &Team, context: &str) {
    let names = |kind: &str| -> Vec<String> {
        let list = team.namespace.list(kind, "app.kubernetes.io/managed-by=coderc");
        list.iter().map(|object| object["metadata"]["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names("deployments"), ["team"], "{context}");
    for kind in ["services", "persistentvolumeclaims", "secrets"] {
        assert_eq!(names(kind), Vec::<String>::new(), "{kind}: {context}");
    }
    // Kubernetes says some moments after the push that a Job is over.
    let since = Instant::now();
    let over = |job: &Value| job["status"]["succeeded"] == 1;
    let jobs = loop {
        let jobs = team.jobs();
        if jobs.iter().all(over) || since.elapsed() > Duration::from_secs(20) {
            break jobs;
        }
        std::thread::sleep(Duration::from_millis(200));
    };
    let pushed = team.pushed();
    assert_eq!(jobs.len(), pushed.len(), "a Job a build: {context}");
    for id in &pushed {
        let job = job_of(&jobs, id).unwrap_or_else(|| panic!("no Job of {id}: {context}"));
        assert!(over(job), "{id}: {context}");
    }
    let uids: Vec<&Value> = jobs.iter().map(|job| &job["metadata"]["uid"]).collect();
    // The ApplySet's own is the one that stays.
    for map in team.namespace.list("configmaps", "app.kubernetes.io/managed-by=coderc,!applyset.kubernetes.io/id") {
        let owners = map["metadata"]["ownerReferences"].as_array().cloned().unwrap_or_default();
        assert!(owners.iter().any(|owner| uids.contains(&&owner["uid"])), "{} has no Job: {context}", map["metadata"]["name"]);
    }
}

fn of_two_applies_at_once_one_waits() {
    let team = Team::with("twice", "");
    team.ok(&["apply"]);
    // Two versions of the environment at once, from two work trees.
    let other = team.sandbox.clone_of(&format!("github.com/{}/team", &*team.namespace));
    std::fs::copy(team.tree.join(".coder/coder.lock"), other.join(".coder/coder.lock")).expect("a lock");
    let text = std::fs::read_to_string(team.tree.join(".coder/team.coder")).expect("the team's package");
    std::fs::write(other.join(".coder/team.coder"), text.replace("echo test3", "echo other")).expect("the other's package");
    team.replace("echo test3", "echo mine");
    let mut mine = team.command(&["apply", "--output", "json"]);
    let mut theirs = team.sandbox.coderc_command(&other, &["apply", "--output", "json"]);
    theirs.env("CODERC_KUBECONFIG", team.bed.kubeconfig());
    let start =
        |command: &mut std::process::Command| command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("coderc runs");
    let (mine, theirs) = (start(&mut mine), start(&mut theirs));
    let outputs = [mine, theirs].map(|child| child.wait_with_output().expect("it ends"));
    let told: Vec<String> = outputs
        .iter()
        .map(|output| {
            format!("{:?}\n{}{}", output.status, String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
        })
        .collect();
    let told = told.join("\n--\n");
    // Each is done, or says that the other changed what it had planned for; one at least is done.
    let done = outputs.iter().filter(|output| output.status.success()).count();
    assert!(done >= 1, "{told}");
    for output in outputs.iter().filter(|output| !output.status.success()) {
        assert_eq!(output.status.code(), Some(1), "{told}");
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(said.contains("lease-held") || said.contains("saved-plan") || said.contains("moved"), "{told}");
    }
    // What runs is one of the two as a whole: whose sources it is finds nothing to do.
    let nothing = |output: std::process::Output| String::from_utf8_lossy(&output.stderr).contains("nothing to do");
    let plans = [
        team.coderc(&["plan", "--detailed-exitcode"]),
        team.sandbox
            .coderc_command(&other, &["plan", "--detailed-exitcode"])
            .env("CODERC_KUBECONFIG", team.bed.kubeconfig())
            .output()
            .expect("coderc runs"),
    ];
    let codes: Vec<Option<i32>> = plans.iter().map(|plan| plan.status.code()).collect();
    assert!(codes.contains(&Some(0)) && codes.contains(&Some(2)), "{codes:?}: {told}");
    team.ok(&["apply"]);
    assert!(nothing(team.coderc(&["apply"])), "{told}");
    nothing_is_left_over(&team, &told);
}
