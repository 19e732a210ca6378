//! What must hold of the cost of a cold `check`, as ratios and counts, and a table of what it is here.
//!
//! Times and memory are shown and compared with each other only; instructions, which no other process disturbs, have a ceiling.
//! They are counted by valgrind, on one thread; without it that part is skipped.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tests::generated;
use tests::sandbox::Sandbox;

/// Instructions of a whole check for each environment of two containers, read, parsed, typed, evaluated and checked.
const INSTRUCTIONS_OF_AN_ENVIRONMENT: f64 = 320_000.0;
/// How much more five times the environments may cost.
const FIVE_TIMES: f64 = 6.5;

fn main() {
    let sandbox = Sandbox::new();
    let tree = |environments: usize| {
        sandbox.tree(&format!("check-{environments}"), "https://github.com/acme/teams", &generated::package(environments))
    };
    let trees: Vec<(usize, PathBuf)> = [100, 500, 2_000, 10_000].map(|environments| (environments, tree(environments))).into();

    println!("{:>12} {:>12} {:>14} {:>12}", "environments", "median", "an environment", "peak memory");
    let mut medians = Vec::new();
    for (environments, tree) in &trees {
        let mut runs: Vec<(Duration, u64)> = (0..7).map(|_| timed(sandbox.coderc_command(tree, &["check"]))).collect();
        runs.sort();
        let median = runs[runs.len() / 2].0;
        let memory = runs.iter().map(|(_, memory)| *memory).max().unwrap_or_default();
        println!(
            "{environments:>12} {:>9.1} ms {:>11.1} us {:>9} MB",
            median.as_secs_f64() * 1e3,
            median.as_secs_f64() * 1e6 / *environments as f64,
            memory / 1024
        );
        medians.push(median.as_secs_f64());
    }
    assert!(
        medians[3] / medians[2] < FIVE_TIMES,
        "five times the environments take {:.1} times as long",
        medians[3] / medians[2]
    );

    if Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("skipped: instructions are counted by valgrind, which is not installed (Debian: apt-get install valgrind)");
        return;
    }
    let counts: Vec<f64> = trees[..3].iter().map(|(_, tree)| instructions(&sandbox, tree)).collect();
    let each = |from: usize, to: usize| (counts[to] - counts[from]) / (trees[to].0 - trees[from].0) as f64;
    println!("{:.0} instructions an environment from 100 to 500, {:.0} from 500 to 2000", each(0, 1), each(1, 2));
    println!("{:.0} instructions of a package without environments", counts[0] - 100.0 * each(0, 1));
    assert!(each(1, 2) < INSTRUCTIONS_OF_AN_ENVIRONMENT, "an environment costs {:.0} instructions", each(1, 2));
    assert!(each(1, 2) / each(0, 1) < 1.2, "an environment costs more the more there are");
}

/// How long a command takes, and its peak memory in KiB (0 where the system does not say).
fn timed(mut command: Command) -> (Duration, u64) {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("coderc runs");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        // The peak never falls, so the last look is as good as one at the end.
        peak = peak_memory(Path::new(&status)).unwrap_or(peak);
        if let Some(status) = child.try_wait().expect("a process to wait for") {
            assert!(status.success(), "{command:?}: {status}");
            return (start.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn peak_memory(status: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The instructions that a check executes.
fn instructions(sandbox: &Sandbox, tree: &Path) -> f64 {
    let mut command = sandbox.command(Path::new("valgrind"), tree);
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(tests::binary::coderc()).arg("check");
    let output = command.env("RAYON_NUM_THREADS", "1").output().expect("valgrind runs");
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{log}");
    let line = log.lines().find_map(|line| line.split_once("Collected : ")).expect("callgrind tells the count");
    line.1.trim().parse().expect("a number")
}
