//! How builds fail: the cluster's executor, real or stand-in, says and does what the product reads to tell failures apart.
//!
//! The expectations were taken from runs of osscontainertools/kaniko 1.28.3. Those of `coderc-test-fault` lines are the stand-in's alone.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, run};
use serde_json::{Value, json};
use tests::bed::{BUSYBOX, Bed, Kaniko, Namespace};
use tests::parts::trial;

fn main() -> ExitCode {
    let trials = vec![
        trial("each_failure_has_its_code_and_words", Bed::missing_at_length(), each_failure_has_its_code_and_words),
        trial("a_full_disk_fails_a_build", Bed::missing_at_length(), a_full_disk_fails_a_build),
    ];
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

/// A build, and how it is to end.
struct Case {
    name: &'static str,
    dockerfile: String,
    flags: Vec<String>,
    /// Where it is pushed to, below the open registry, or elsewhere.
    destination: String,
    /// The memory that the build may use.
    memory: &'static str,
    /// The container that fails, its code, and what its log holds; or nothing.
    fails: Option<(&'static str, i64, &'static str)>,
}

fn each_failure_has_its_code_and_words() {
    let bed = Bed::get();
    let (base, open, private) = (bed.image(BUSYBOX), bed.registry(), bed.private_registry());
    let case = |name: &'static str, dockerfile: String, fails| {
        let destination = format!("{open}/failures/{name}:1");
        Case { name, dockerfile, flags: Vec::new(), destination, memory: "300Mi", fails }
    };
    let on_base = |name, lines: &str, fails| case(name, format!("FROM {base}\n{lines}\n"), fails);
    let mut cases = vec![
        on_base("done", "ARG A=1\nENV X=$A\nCOPY motd /etc/motd\nCOPY <<EOT /b\n$X\nEOT\nCMD true", None),
        on_base("missing-file", "COPY nothing /x", Some(("build", 1, "failed to get fileinfo for /kaniko/buildcontext/nothing"))),
        case("missing-base", format!("FROM {open}/no/such:1\nCOPY motd /x\n"), Some(("build", 1, "MANIFEST_UNKNOWN"))),
        case("private-base", format!("FROM {private}/no/such:1\nCOPY motd /x\n"), Some(("build", 1, "UNAUTHORIZED"))),
        case("unknown-host", "FROM registry.invalid/no/such:1\nCOPY motd /x\n".to_string(), Some(("build", 1, "no such host"))),
        on_base("run-fails", "RUN exit 3", Some(("build", 3, "waiting for process to exit: exit status 3"))),
        on_base("no-instruction", "COPPY motd /x", Some(("build", 1, "unknown instruction: COPPY"))),
        Case {
            destination: format!("{private}/failures/denied:1"),
            // kaniko shows its usage after this, so the end of the log, which is the container's message, does not hold it.
            ..on_base("push-denied", "COPY motd /x", Some(("push", 1, "Error: checking push permissions: ")))
        },
        Case {
            flags: vec!["--target=no".to_string()],
            ..on_base("no-target", "CMD a", Some(("build", 1, "not a valid target")))
        },
        Case {
            flags: vec!["--no-such-flag".to_string()],
            ..on_base("no-flag", "CMD a", Some(("build", 1, "unknown flag: --no-such-flag")))
        },
    ];
    if *bed.kaniko() == Kaniko::StandIn {
        let memory = on_base("memory", "RUN coderc-test-fault out-of-memory", Some(("build", 137, "")));
        cases.extend([
            Case { memory: "60Mi", ..memory },
            on_base("disk", "RUN coderc-test-fault disk-full", Some(("build", 1, "no space left on device"))),
            on_base("code", "RUN coderc-test-fault exit 4", Some(("build", 4, "exit status 4"))),
            on_base("with-a-cache", "RUN coderc-test-fault exit 4 with --cache=true", None),
            on_base("refused", "RUN coderc-test-fault push-refused", Some(("push", 1, "DENIED: requested access"))),
        ]);
    }
    let namespace = bed.namespace("failures");
    for case in &cases {
        start(&namespace, case);
    }
    let wrong: Vec<String> = cases.iter().filter_map(|case| judge(&namespace, case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn a_full_disk_fails_a_build() {
    let bed = Bed::get();
    let namespace = bed.namespace("disk");
    let case = Case {
        name: "full",
        dockerfile: format!("FROM {}\nCOPY motd /x\n", bed.image(BUSYBOX)),
        flags: Vec::new(),
        destination: format!("{}/failures/full:1", bed.registry()),
        memory: "300Mi",
        fails: Some(("build", 1, "no space left on device")),
    };
    namespace.fill_disk();
    start(&namespace, &case);
    let judged = judge(&namespace, &case);
    namespace.empty_disk();
    judged.unwrap();
}

/// Runs a build as a Job of the product does: one container builds, the next one pushes.
fn start(namespace: &Namespace<'_>, case: &Case) {
    let bed = Bed::get();
    let mut flags = vec![
        "--context=dir:///kaniko/buildcontext".to_string(),
        "--dockerfile=/kaniko/coder/Dockerfile".to_string(),
        "--no-push".to_string(),
        "--oci-layout-path=/kaniko/out".to_string(),
        "--log-format=text".to_string(),
    ];
    let insecure = [bed.registry(), bed.private_registry()].map(|host| format!("--insecure-registry={host}"));
    flags.extend(insecure.iter().chain(&case.flags).cloned());
    let mut push = vec!["push".to_string(), format!("--destination={}", case.destination)];
    push.extend(insecure);
    push.push("/kaniko/out".to_string());
    let files = [("context", "/kaniko/buildcontext"), ("out", "/kaniko/out"), ("dockerfile", "/kaniko/coder")];
    let mounts: Vec<Value> = files.iter().map(|(name, path)| json!({"name": name, "mountPath": path})).collect();
    let executor = bed.kaniko_image();
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": case.name},
        "spec": {
            "restartPolicy": "Never",
            "initContainers": [
                {"name": "source", "image": bed.image(BUSYBOX), "command": ["sh", "-c", "echo hello > /kaniko/buildcontext/motd || true"], "volumeMounts": mounts},
                {"name": "build", "image": executor, "args": flags, "volumeMounts": mounts, "resources": {"limits": {"memory": case.memory}}},
            ],
            "containers": [{"name": "push", "image": executor, "args": push, "volumeMounts": mounts}],
            "volumes": [
                {"name": "context", "emptyDir": {}}, {"name": "out", "emptyDir": {}},
                {"name": "dockerfile", "configMap": {"name": case.name}},
            ],
        },
    });
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": case.name}, "data": {"Dockerfile": case.dockerfile}});
    namespace.apply(&format!("{map}\n---\n{pod}\n"));
}

fn judge(namespace: &Namespace<'_>, case: &Case) -> Result<(), String> {
    let begin = Instant::now();
    let pod = loop {
        let pod: Value = serde_json::from_str(&namespace.ask(&["get", "pod", case.name, "-o", "json"])).unwrap();
        if pod["status"]["phase"] == "Succeeded" || pod["status"]["phase"] == "Failed" {
            break pod;
        }
        if begin.elapsed() > Duration::from_secs(180) {
            return Err(format!("{}: it does not end\n{}", case.name, namespace.ask(&["describe", "pod", case.name])));
        }
        std::thread::sleep(Duration::from_millis(300));
    };
    let statuses = ["initContainerStatuses", "containerStatuses"].map(|field| pod["status"][field].as_array().cloned());
    let ended = statuses.into_iter().flatten().flatten();
    let failed = ended
        .filter_map(|status| Some((status["name"].as_str()?.to_string(), status["state"]["terminated"]["exitCode"].as_i64()?)));
    let failed = failed.into_iter().find(|(_, code)| *code != 0);
    let log = |container: &str| namespace.logs(case.name, container);
    match (case.fails, failed) {
        (None, None) => Ok(()),
        (Some((container, code, text)), Some((name, found)))
            if container == name && code == found && log(&name).contains(text) =>
        {
            Ok(())
        }
        (_, Some((name, code))) => Err(format!("{}: {name} ends with {code} and says\n{}", case.name, log(&name))),
        (Some(_), None) => Err(format!("{}: it does not fail", case.name)),
    }
}
