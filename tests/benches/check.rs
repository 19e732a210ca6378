//! How long commands take as processes: `check` from cold for packages of growing size, `plan --offline`, `--version`.
//!
//! Judges nothing: criterion compares a run with the one before. What must hold is in `scale`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tests::generated;
use tests::sandbox::Sandbox;

fn commands(criterion: &mut Criterion) {
    let sandbox = Sandbox::new();
    criterion
        .bench_function("version", |bencher| bencher.iter(|| run(&mut sandbox.coderc_command(Path::new("."), &["--version"]))));
    for (command, sizes) in [(&["check"][..], &[100, 500, 2_000, 10_000][..]), (&["plan", "--offline"], &[500, 2_000])] {
        let mut group = criterion.benchmark_group(command[0]);
        group.sample_size(10).measurement_time(Duration::from_secs(3));
        for environments in sizes {
            let tree = sandbox.tree(
                &format!("{}-{environments}", command[0]),
                "https://github.com/acme/teams",
                &generated::package(*environments),
            );
            group.throughput(Throughput::Elements(*environments as u64));
            group.bench_function(BenchmarkId::from_parameter(environments), |bencher| {
                bencher.iter(|| run(&mut sandbox.coderc_command(&tree, command)));
            });
        }
    }
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().expect("coderc runs");
    assert!(status.success(), "{command:?}: {status}");
}

criterion_group!(benches, commands);
criterion_main!(benches);
