//! How long it takes from an edit to the diagnostics of the whole package, in a file of 16 KB and in one of 1 MB.
//!
//! In this process and without a file system: what an editor waits for, but for its own protocol.

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use tests::generated;
use tests::literate::Package;
use tests::memory::Memory;

fn edits(criterion: &mut Criterion) {
    for (size, bytes) in [("16 KB", 16_000), ("1 MB", 1_000_000)] {
        let path = generated::path(0);
        let (text, _) = generated::file_of(bytes);
        let mut package = Package { files: generated::package(0), ..Package::default() };
        package.files.insert(path.clone(), text.clone());
        let host = Memory::new(&package);
        let (mut session, reports) = host.check();
        assert!(reports.is_empty(), "the package is right: {reports:?}");

        // In the middle of the file: another port, and a field that there is none of.
        let middle = text[text.len() / 2..].find("number = ").expect("a port") + text.len() / 2;
        let with = |what: &str, more: &str| -> Arc<str> {
            Arc::from(format!("{}{what}{}", &text[..middle], &text[middle + more.len()..]))
        };
        let mut group = criterion.benchmark_group("edit");
        for (name, edited, mistakes) in
            [("a value", with("number = 1", "number = "), 0), ("a mistake", with("nimber = ", "number = "), 1)]
        {
            let texts = [edited, Arc::from(text.as_str())];
            let mut turn = 0;
            group.bench_function(BenchmarkId::new(name, size), |bencher| {
                bencher.iter(|| {
                    session.set_file(&path, Some(texts[turn % 2].clone()));
                    let diagnostics = session.check(&host);
                    let reports = session.reports(&diagnostics);
                    assert_eq!(reports.len(), if turn % 2 == 0 { mistakes } else { 0 }, "{reports:?}");
                    turn += 1;
                });
            });
            session.set_file(&path, Some(texts[1].clone()));
        }
        group.finish();
    }
}

criterion_group!(benches, edits);
criterion_main!(benches);
