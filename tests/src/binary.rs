//! The program under test.
//!
//! The one that cargo built beside the test, where it is newer than every source: `cargo test` of the workspace builds it. Else it is
//! built, by the same cargo and in the same profile as the test. `CODERC` may name another.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// The path of `coderc`.
///
/// # Panics
/// When it cannot be built.
pub fn coderc() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("CODERC") {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

fn build() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test");
    // target/debug/deps/<test>
    let profile = test.ancestors().nth(2).expect("a test lies in the target directory");
    let built = profile.join("coderc");
    if std::fs::metadata(&built).and_then(|built| built.modified()).is_ok_and(|built| newest_source() < Some(built)) {
        return built;
    }
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "runtime", "--bin", "coderc"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.arg("--target-dir").arg(profile.parent().expect("a profile lies in the target directory"));
    if profile.ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().expect("cargo runs");
    assert!(status.success(), "coderc does not build");
    built
}

/// When a source of the program changed last.
fn newest_source() -> Option<SystemTime> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's folder");
    let folders = ["compiler", "lsp", "runtime"].map(|name| newest(&top.join(name)));
    let files = ["Cargo.toml", "Cargo.lock"].map(|name| std::fs::metadata(top.join(name)).and_then(|file| file.modified()).ok());
    folders.into_iter().chain(files).flatten().max()
}

fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?.flatten();
    let of = |entry: std::fs::DirEntry| match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
        true => newest(&entry.path()),
        false => entry.metadata().and_then(|file| file.modified()).ok(),
    };
    entries.filter_map(of).max()
}
