//! The program under test.
//!
//! Built once a process by the same cargo and in the same profile as the test, unless `CODERC` names one.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

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
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--package", "runtime", "--bin", "coderc"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.arg("--target-dir").arg(profile.parent().expect("a profile lies in the target directory"));
    if profile.ends_with("release") {
        command.arg("--release");
    }
    let status = command.status().expect("cargo runs");
    assert!(status.success(), "coderc does not build");
    profile.join("coderc")
}
