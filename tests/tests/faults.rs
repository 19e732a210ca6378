//! `coderc apply` when a part of the world fails: it says the cause and the mend, ends with 1, and the next one converges.
//!
//! What a registry answers to single requests is for the registry's own suite, what a build's pod may come to for the builder's.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ExitCode, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, run};
use serde_json::Value;
use tests::bed::{Bed, Kaniko};
use tests::parts::{Proxy, trial};
use tests::team::Team;

fn main() -> ExitCode {
    let missing = Bed::missing_at_length;
    // Its `RUN` lines can be told to fail.
    let stand_in = || match Kaniko::named().is_some_and(|kaniko| kaniko.is_real()) {
        true => Err("only the stand-in fails when it is told to".to_owned()),
        false => Bed::missing_at_length(),
    };
    let trials = vec![
        trial("an_api_server_that_restarts_is_waited_for", missing(), an_api_server_that_restarts_is_waited_for),
        trial("a_registry_that_goes_in_mid_push_is_told", stand_in(), a_registry_that_goes_in_mid_push_is_told),
        trial("a_registry_that_is_busy_or_broken_is_waited_for_and_told", missing(), a_registry_that_is_busy_or_broken),
        trial("a_cluster_behind_a_proxy_is_reached", missing(), a_cluster_behind_a_proxy_is_reached),
        trial("a_full_disk_is_told", stand_in(), a_full_disk_is_told),
        trial("a_node_without_room_is_told", missing(), a_node_without_room_is_told),
        trial("wrong_credentials_are_told_before_a_build", missing(), wrong_credentials_are_told_before_a_build),
        trial("a_base_that_is_gone_is_told", missing(), a_base_that_is_gone_is_told),
        trial("a_commit_that_was_not_pushed_is_told", missing(), a_commit_that_was_not_pushed_is_told),
        trial("what_cannot_be_changed_is_replaced_and_said_before", missing(), what_cannot_be_changed_is_replaced),
        trial("a_container_that_crashes_is_told_with_its_line", missing(), a_container_that_crashes_is_told_with_its_line),
        trial("an_interrupt_cancels_and_leaves_nothing_running", missing(), an_interrupt_cancels),
        trial("a_second_interrupt_stops_at_once", missing(), a_second_interrupt_stops_at_once),
    ];
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

/// An apply whose events are read as it goes.
struct Running {
    child: Child,
    events: Receiver<Value>,
}

impl Running {
    fn start(team: &Team) -> Running {
        let mut command = team.command(&["apply", "--output", "json"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("coderc runs");
        let (sender, events) = channel();
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // The test may have seen enough.
                let _ = sender.send(serde_json::from_str(&line).expect("each line is an event"));
            }
        });
        Running { child, events }
    }

    /// Waits for an event that is `wanted`.
    fn until(&self, wanted: impl Fn(&Value) -> bool) {
        let since = Instant::now();
        let mut seen = Vec::new();
        while since.elapsed() < Duration::from_secs(90) {
            match self.events.recv_timeout(Duration::from_secs(90)) {
                Ok(event) if wanted(&event) => return,
                Ok(event) => seen.push(event.to_string()),
                Err(_) => break,
            }
        }
        panic!("the event did not come, but {}", seen.join("\n"));
    }

    fn interrupt(&self) {
        let status = std::process::Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Its end: the code, and all that it said from here on.
    fn end(self) -> (Option<i32>, String) {
        let Output { status, stderr, .. } = self.child.wait_with_output().expect("it ends");
        let events: String = self.events.iter().map(|event| format!("{event}\n")).collect();
        (status.code(), format!("{events}{}", String::from_utf8_lossy(&stderr)))
    }
}

fn is(event: &Value, kind: &str, address: &str) -> bool {
    event["event"] == kind && event["address"] == address
}

fn an_api_server_that_restarts_is_waited_for() {
    let team = Team::with("restart", "");
    let running = Running::start(&team);
    running.until(|event| is(event, "started", "environment.team/env"));
    team.bed.stop("api-server");
    std::thread::sleep(Duration::from_secs(2));
    team.bed.start("api-server");
    let (code, said) = running.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(team.ok(&["apply"]).contains("nothing to do"));
    assert_eq!(team.jobs().len(), 2, "{said}");
}

fn a_registry_that_goes_in_mid_push_is_told() {
    let team = Team::with("gone", "");
    team.ok(&["apply"]);
    team.replace("RUN echo test3 > /test3.txt", "RUN coderc-test-fault push-slow 3");
    let running = Running::start(&team);
    running
        .until(|event| is(event, "log", "environment.team/env") && event["line"].as_str().unwrap_or_default().contains("RUN "));
    team.bed.stop("registry");
    let (code, said) = running.end();
    team.bed.start("registry");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("environment.team/env") && (said.contains("refused") || said.contains("registry")), "{said}");
    assert_eq!(team.ok(&["apply"]).matches("environment.team/env: pushed").count(), 1);
    assert!(team.ok(&["apply"]).contains("nothing to do"));
}

fn a_registry_that_is_busy_or_broken() {
    let team = Team::with("wrongly", "");
    let proxy = Proxy::start();
    let apply = || {
        let Output { status, stderr, .. } =
            team.command(&["apply"]).env("http_proxy", proxy.url()).output().expect("coderc runs");
        (status.code(), String::from_utf8_lossy(&stderr).into_owned())
    };
    let (code, said) = apply();
    assert_eq!(code, Some(0), "{said}");
    let mut built = team.jobs().len();
    let answers =
        [("busy", "429 Too Many Requests", "registry-limit"), ("broken", "500 Internal Server Error", "registry-answer")];
    for (word, status, name) in answers {
        let told = format!("error[{name}]");
        // For good, from the beginning: nothing is built.
        team.replace("RUN echo ", &format!("RUN echo {word} "));
        proxy.answer(status, 0, usize::MAX);
        let (code, said) = apply();
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&told), "{said}");
        assert_eq!(team.jobs().len(), built, "{said}");
        // For a while: it is waited for.
        proxy.answer(status, 1, 3);
        let (code, said) = apply();
        assert_eq!(code, Some(0), "{said}");
        built += 1;
        assert_eq!(team.jobs().len(), built, "{said}");
        // For good, from where the image was pushed: that is not built again.
        team.replace("RUN echo ", "RUN echo again ");
        proxy.answer(status, 0, 0);
        let before = team.pushed().len();
        let (code, said) = std::thread::scope(|scope| {
            let applying = scope.spawn(apply);
            while team.pushed().len() == before && !applying.is_finished() {
                std::thread::sleep(Duration::from_millis(5));
            }
            proxy.answer(status, 0, usize::MAX);
            applying.join().expect("it ends")
        });
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&told), "{said}");
        built += 1;
        assert_eq!(team.jobs().len(), built, "{said}");
        let said = team.ok(&["apply"]);
        assert_eq!(team.jobs().len(), built, "{said}");
        assert!(team.ok(&["apply"]).contains("nothing to do"));
    }
}

/// As `HTTPS_PROXY` and `NO_PROXY` say.
fn a_cluster_behind_a_proxy_is_reached() {
    let team = Team::with("proxied", "");
    let proxy = Proxy::start();
    let status = |proxy: &str, not: &str| {
        let mut command = team.command(&["status"]);
        command.env("HTTPS_PROXY", proxy).env("NO_PROXY", not).output().expect("coderc runs")
    };
    assert!(status(&proxy.url(), "").status.success());
    assert!(proxy.tunnels() > 0);
    let nobody = "http://127.0.0.1:1";
    let refused = status(nobody, "");
    assert_eq!(refused.status.code(), Some(1), "{}", String::from_utf8_lossy(&refused.stderr));
    let direct = status(nobody, "127.0.0.0/8,10.0.0.0/8");
    assert!(direct.status.success(), "{}", String::from_utf8_lossy(&direct.stderr));
}

fn a_full_disk_is_told() {
    let team = Team::with("full", "");
    team.replace("RUN echo test3 > /test3.txt", "RUN coderc-test-fault disk-full");
    let said = team.refused(&["apply"]);
    assert!(said.contains("error[build-disk]") && said.contains("  at .coder/team.coder:"), "{said}");
    team.replace("RUN coderc-test-fault disk-full", "RUN echo test3 > /test3.txt");
    team.ok(&["apply"]);
}

/// The node's real disk, for whichever part of the build comes to its end first.
fn a_node_without_room_is_told() {
    let team = Team::with("roomless", "");
    team.namespace.fill_disk();
    let said = team.coderc(&["apply"]);
    team.namespace.empty_disk();
    let (code, said) = (said.status.code(), String::from_utf8_lossy(&said.stderr).into_owned());
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("error[build-disk]") && said.contains("help: "), "{said}");
    assert!(team.ok(&["apply"]).contains("kaniko.image.dev: pushed"));
    assert!(team.ok(&["apply"]).contains("nothing to do"));
}

fn wrong_credentials_are_told_before_a_build() {
    let team = Team::with("denied", "");
    // The image goes to the registry that wants a password, with a wrong one.
    let secret = |password: &str| {
        let server = format!("--docker-server={}", team.bed.private_registry());
        let password = format!("--docker-password={password}");
        team.namespace.ask(&["create", "secret", "docker-registry", "pushing", &server, "--docker-username=tests", &password]);
    };
    let repository = format!(
        "    repository  = \"{}/{}/own\"\n    credentials = \"pushing\"\n",
        team.bed.private_registry(),
        &*team.namespace
    );
    team.replace("    primary     = true\n", &format!("    primary     = true\n{repository}"));
    secret("wrong-password");
    let said = team.refused(&["apply"]);
    assert!(said.contains("pushing") || said.contains("credentials"), "{said}");
    assert!(!said.contains("wrong-password"), "{said}");
    assert!(team.pushed().len() <= 1, "{said}");
}

fn a_base_that_is_gone_is_told() {
    let team = Team::with("baseless", "");
    let base = format!("{}/{}/none:1", team.bed.registry(), &*team.namespace);
    // What is locked stays as it is.
    team.ok(&["plan"]);
    team.push_platform("dev/Dockerfile", &format!("FROM {base}\n"));
    let said = team.refused(&["update", "kaniko"]);
    assert!(said.contains("error[base-not-found]") && said.contains("none:1"), "{said}");
    let said = team.ok(&["apply"]);
    assert!(said.contains("kaniko.image.dev: pushed"), "{said}");
}

fn a_commit_that_was_not_pushed_is_told() {
    let team = Team::with("unpushed", "");
    let image = format!("image own {{\n  context    = \"own\"\n  repository = \"{}/own\"\n}}\n", &*team.namespace);
    std::fs::create_dir(team.tree.join("own")).expect("a folder");
    std::fs::write(team.tree.join("own/Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n").expect("a file");
    std::fs::write(team.tree.join(".coder/own.coder"), image).expect("a file");
    team.sandbox.git(&team.tree, &["add", "--all"]);
    team.sandbox.git(&team.tree, &["commit", "--quiet", "--message", "Add"]);
    let said = team.refused(&["apply", "image.own"]);
    assert!(said.contains("error[commit-not-pushed]") && said.contains("git push"), "{said}");
    assert_eq!(team.jobs().len(), 0);
    team.sandbox.git(&team.tree, &["push", "--quiet", "origin", "HEAD"]);
    team.ok(&["apply", "image.own"]);
    assert_eq!(team.jobs().len(), 1);
}

fn what_cannot_be_changed_is_replaced() {
    // A claim whose class nobody serves stays unbound, so nothing waits for it: replicas are none.
    let team = Team::with("replaced", "  replicas = 0\n  volume home { size = 2GiB, class = \"slow\" }\n");
    team.replace("    personalize", "    mount home { path = \"/home\" }\n    personalize");
    team.ok(&["apply"]);
    team.replace("2GiB", "1GiB");
    let plan = team.coderc(&["plan", "-f", "json"]);
    let plan: Value = serde_json::from_slice(&plan.stdout).expect("a plan");
    let action = |address: &str| {
        plan["actions"].as_array().and_then(|all| all.iter().find(|action| action["address"] == address).cloned())
    };
    let volume = action("environment.team/volume-home").expect("the volume's action");
    assert_eq!(volume["change"], "replace", "{volume:#}");
    let said = team.refused(&["apply"]);
    assert!(said.contains("error[volume-replaced]") && said.contains("--prune-volumes"), "{said}");
    let size = || {
        let claim = &team.namespace.list("persistentvolumeclaims", "")[0];
        claim["spec"]["resources"]["requests"]["storage"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(size(), "2Gi", "{said}");
    team.ok(&["apply", "--prune-volumes"]);
    assert_eq!(size(), "1Gi");
    assert!(team.ok(&["apply"]).contains("nothing to do"));
}

fn a_container_that_crashes_is_told_with_its_line() {
    let team = Team::with("crash", "");
    team.replace(
        "    primary     = true\n",
        "    primary     = true\n    command     = [\"sh\", \"-c\", \"echo last words; exit 3\"]\n",
    );
    let said = team.refused(&["apply"]);
    assert!(said.contains("error[environment-crash]") && said.contains("last words"), "{said}");
    let text = std::fs::read_to_string(team.tree.join(".coder/team.coder")).expect("the package");
    let line = text.lines().position(|line| line.contains("container env")).expect("a container") + 1;
    assert!(said.contains(&format!(".coder/team.coder:{line}")), "{said}");
    team.replace("exit 3", "sleep 600");
    team.ok(&["apply"]);
}

fn an_interrupt_cancels() {
    let team = Team::with("interrupted", "");
    team.replace("RUN echo test3 > /test3.txt", "RUN sleep 60");
    let running = Running::start(&team);
    running.until(|event| event["event"] == "log" && event["line"].as_str().unwrap_or_default().contains("RUN sleep"));
    let since = Instant::now();
    running.interrupt();
    let (code, said) = running.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(since.elapsed() < Duration::from_secs(30), "{said}");
    assert!(said.contains("\"stopped\":[\"environment.team/env\""), "{said}");
    assert_eq!(team.jobs().len(), 1, "the build that was running is taken away, the one that was done is not");
    team.replace("RUN sleep 60", "RUN echo done");
    team.ok(&["apply"]);
}

fn a_second_interrupt_stops_at_once() {
    let team = Team::with("stopped", "");
    team.replace("RUN echo test3 > /test3.txt", "RUN sleep 5");
    let running = Running::start(&team);
    running.until(|event| event["event"] == "log" && event["line"].as_str().unwrap_or_default().contains("RUN sleep"));
    running.interrupt();
    running.interrupt();
    let (code, said) = running.end();
    assert_eq!(code, Some(130), "{said}");
    // Whatever it left behind, the next one takes it up.
    team.ok(&["apply"]);
}
