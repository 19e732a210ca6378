//! The product on real parts: a cluster with a node, registries and a git server.
//!
//! What a single part is asked is tested beside that part; here pods run.

use std::process::ExitCode;

use libtest_mimic::{Arguments, run};
use tests::bed::{BUSYBOX, Bed};
use tests::parts::trial;

fn main() -> ExitCode {
    let missing = Bed::missing;
    let trials = vec![trial("a_pod_runs_and_its_log_is_read", missing(), a_pod_runs_and_its_log_is_read)];
    run(&Arguments::from_args(), trials).exit_code()
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
