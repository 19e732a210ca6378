//! The product on real parts: a cluster with a node, registries and a git server.
//!
//! What a single part is asked is tested beside that part; here pods run.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, run};
use serde_json::Value;
use tests::bed::{self, BUSYBOX, Bed, POSTGRES};
use tests::parts::{at_length, trial};
use tests::sandbox::{Files, Sandbox};

fn main() -> ExitCode {
    let (missing, parts) = (|| at_length().and_then(|()| Bed::missing()), Bed::missing_at_length);
    let trials = vec![
        trial("a_pod_runs_and_its_log_is_read", missing(), a_pod_runs_and_its_log_is_read),
        trial("a_part_is_taken_away_and_comes_back", parts(), a_part_is_taken_away_and_comes_back),
        trial("a_bed_leaves_nothing_when_its_test_is_killed", parts(), || leaves_nothing(Kill::Test)),
        trial("a_bed_leaves_nothing_when_its_keeper_is_killed", parts(), || leaves_nothing(Kill::Keeper)),
        trial("the_jobs_of_a_plan_build_and_push", missing(), the_jobs_of_a_plan_build_and_push),
    ];
    // Each wants the whole machine for a while.
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

fn a_pod_runs_and_its_log_is_read() {
    let bed = Bed::get();
    let namespace = bed.namespace("pods");
    let image = bed.image(BUSYBOX);
    namespace.ask(&[
        "run",
        "a",
        "--image",
        &image,
        "--restart=Never",
        "--",
        "sh",
        "-c",
        "echo hello; echo more > /file; sleep 60",
    ]);
    namespace.ask(&["wait", "pod/a", "--for=condition=Ready", "--timeout=60s"]);
    assert_eq!(namespace.logs("a", "a"), "hello\n");
    assert_eq!(namespace.read("a", "a", "/file"), "more\n");
    assert_eq!(namespace.list("pods", "run=a").len(), 1);
}

fn a_part_is_taken_away_and_comes_back() {
    let bed = Bed::get();
    let ready = || bed.kubectl(&["get", "--raw", "/readyz", "--request-timeout=2s"]).status.success();
    bed.stop("api-server");
    assert!(!ready());
    bed.start("api-server");
    within(Duration::from_secs(60), "the API server answers again", ready);
}

enum Kill {
    Test,
    Keeper,
}

/// Starts a bed of its own with a pod in it, and kills a process.
fn leaves_nothing(whom: Kill) {
    let name = format!("{}-{}", std::process::id(), matches!(whom, Kill::Test));
    let mut holder = Command::new(bed::binary());
    holder.arg("hold").env("CODERC_TEST_BED", name).env("CODERC_TEST_BED_LINGER", "0").stdout(Stdio::piped());
    let mut holder = holder.spawn().unwrap();
    let lines: Vec<String> = BufReader::new(holder.stdout.take().unwrap()).lines().take(3).map(Result::unwrap).collect();
    let folder = lines[2].strip_prefix("# ").unwrap().to_string();
    let image: Value = serde_json::from_str(&std::fs::read_to_string(Path::new(&folder).join("images.json")).unwrap()).unwrap();
    let run = format!(
        "kubectl run a --image={} -- sleep 600 && kubectl wait pod/a --for=condition=Ready",
        image[BUSYBOX].as_str().unwrap()
    );
    // By this process's bed, whose kubectl is the same.
    let kubectl = |arguments: &[&str]| {
        let mut command = Bed::get().kubectl_command(arguments);
        command.env("KUBECONFIG", Path::new(&folder).join("kubeconfig")).output().unwrap()
    };
    for line in run.split(" && ") {
        let words: Vec<&str> = line.split(' ').skip(1).collect();
        let output = kubectl(&words);
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!left(&folder).is_empty());
    match whom {
        Kill::Test => kill(&mut holder),
        Kill::Keeper => {
            let inside = processes(&folder).into_iter().find(|(_, line)| line.starts_with("unshare")).unwrap().0;
            let status = std::fs::read_to_string(format!("/proc/{inside}/status")).unwrap();
            let keeper = status.lines().find_map(|line| line.strip_prefix("PPid:")).unwrap().trim().to_string();
            assert!(Command::new("kill").args(["-KILL", &keeper]).status().unwrap().success());
        }
    }
    within(Duration::from_secs(60), "everything is gone", || left(&folder).is_empty());
    kill(&mut holder);
}

fn kill(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// What there is of a bed on this machine.
fn left(folder: &str) -> Vec<String> {
    let mut left: Vec<String> = processes(folder).into_iter().map(|(id, line)| format!("process {id} {line}")).collect();
    let name = Path::new(folder).file_name().unwrap().to_str().unwrap();
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
    left.extend(mounts.lines().filter(|line| line.contains(name)).map(ToString::to_string));
    left.extend(Path::new(folder).exists().then(|| folder.to_string()));
    for hierarchy in std::fs::read_dir("/sys/fs/cgroup").unwrap().flatten() {
        let group = hierarchy.path().join(name);
        left.extend(group.exists().then(|| group.display().to_string()));
    }
    left
}

/// Processes whose command line names a bed's folder.
fn processes(folder: &str) -> Vec<(u32, String)> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let lines = ids.filter_map(|id| {
        let line = std::fs::read(format!("/proc/{id}/cmdline")).ok()?;
        Some((id, String::from_utf8_lossy(&line).replace('\0', " ")))
    });
    lines.filter(|(_, line)| line.contains(folder)).collect()
}

fn within(time: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < time, "not within {} s: {what}", time.as_secs());
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The original example, on what the bed has: an image of one repository, an environment of another, built by the Jobs that
/// `plan -f yaml` writes.
fn the_jobs_of_a_plan_build_and_push() {
    let bed = Bed::get();
    assert_ne!(bed.kaniko(), &bed::Kaniko::Missing, "an executor is built");
    let namespace = bed.namespace("jobs");
    let sandbox = Sandbox::with_remotes(&bed.git_folder());
    let host = &bed.git_hosts()[0];
    let project = |more: &str| format!("project {{\n{}{more}}}\n", bed.project());
    let image = "image dev {\n  context    = \"dev\"\n  repository = \"jobs/dev\"\n}\n";
    let dockerfile = format!("FROM {}\nCOPY motd /etc/motd\nCMD [\"sh\", \"-c\", \"sleep 600\"]\n", bed.image(BUSYBOX));
    let files: Files =
        [(".coder/dev.coder", project("") + image), ("dev/Dockerfile", dockerfile), ("dev/motd", "hello\n".to_string())]
            .map(|(path, text)| (path.to_string(), text))
            .into();
    sandbox.repository(&format!("{host}/{}/kaniko", &*namespace), &files);
    let environment = format!(
        "import \"{host}/{}/kaniko\" as kaniko\n{}environment team {{\n  container env {{\n    primary     = true\n    image       = \
         kaniko.image.dev\n    cpu         = 2\n    memory      = 4GB\n    personalize = [\"RUN echo test3 > /test3.txt\"]\n  }}\n  container \
         postgres {{ image = \"{}\" }}\n}}\n",
        &*namespace,
        project(&format!("  namespace = \"{}\"\n", &*namespace)),
        bed.image(POSTGRES)
    );
    let files: Files = [(".coder/team.coder".to_string(), environment)].into();
    let tree = sandbox.repository(&format!("{host}/{}/team", &*namespace), &files);
    let coderc = |arguments: &[&str]| {
        let output = sandbox.coderc(&tree, arguments);
        assert!(output.status.success(), "coderc {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    coderc(&["check"]);
    let text = coderc(&["plan", "--offline", "-f", "yaml"]);
    let objects: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
    let of_kind = |kind: &'static str| objects.iter().filter(move |object| object["kind"] == kind);
    of_kind("ConfigMap").for_each(|object| namespace.apply(&object.to_string()));
    assert_eq!(of_kind("Job").count(), 2);
    for job in of_kind("Job") {
        namespace.apply(&job.to_string());
        let name = job["metadata"]["name"].as_str().unwrap();
        namespace.job_ends(name, Duration::from_secs(120)).unwrap_or_else(|text| panic!("{name} failed:\n{text}"));
    }
    for object in objects.iter().filter(|object| !["ConfigMap", "Job"].contains(&object["kind"].as_str().unwrap())) {
        namespace.apply(&object.to_string());
    }
    namespace.ask(&["wait", "deployment/team", "--for=condition=Available", "--timeout=60s"]);
    let pods = namespace.list("pods", "app.kubernetes.io/name=team");
    let pod = pods[0]["metadata"]["name"].as_str().unwrap();
    assert_eq!(namespace.read(pod, "env", "/etc/motd"), "hello\n");
    assert!(namespace.read(pod, "env", "/tmp/coder/image.json").contains("dev"));
    if bed.kaniko().is_real() {
        assert_eq!(namespace.read(pod, "env", "/test3.txt"), "test3\n");
    }
}
