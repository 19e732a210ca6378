//! The flags of a kaniko Job, before kaniko's own executor: it ends at once when it does not know one.
//!
//! The executor comes from an image, which tests cannot count on: `CODERC_TEST_KANIKO` names one that was built from
//! github.com/osscontainertools/kaniko at the version of the default builder; without it, the stand-in of `tests/e2e/executor` is
//! asked, which declares the same flags. What it builds is not looked at here.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};

use libtest_mimic::{Arguments, run};
use serde_json::Value;
use tests::bed::Kaniko;
use tests::parts::trial;

fn main() -> ExitCode {
    let missing = || executor().map(|_| ());
    let trials = vec![
        trial("every_flag_of_a_job_is_known", missing(), every_flag_of_a_job_is_known),
        trial("an_unknown_flag_is_refused", missing(), an_unknown_flag_is_refused),
    ];
    run(&Arguments::from_args(), trials).exit_code()
}

fn every_flag_of_a_job_is_known() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/render/expected/job.json");
    let job: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let pod = &job["spec"]["template"]["spec"];
    for container in [&pod["initContainers"][1], &pod["containers"][0]] {
        let arguments: Vec<&str> = container["args"].as_array().unwrap().iter().map(|each| each.as_str().unwrap()).collect();
        let output = parse(&arguments);
        assert!(output.status.success(), "{}: {}", container["name"], String::from_utf8_lossy(&output.stderr));
    }
}

fn an_unknown_flag_is_refused() {
    assert!(!parse(&["--no-such-flag"]).status.success());
}

/// Has the executor read its arguments and, since the last one asks for help, do nothing.
fn parse(arguments: &[&str]) -> Output {
    Command::new(executor().unwrap()).args(arguments).arg("--help").output().unwrap()
}

fn executor() -> Result<PathBuf, String> {
    Kaniko::named()
        .unwrap_or_else(Kaniko::built)
        .binary()
        .ok_or_else(|| "`CODERC_TEST_KANIKO` names no executor, and no stand-in is built (`tests/run` does)".to_string())
}
