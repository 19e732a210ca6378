//! A cluster that is given to the tests instead of a bed, with the registry and the git server that its pods reach.
//!
//! `CODERC_TEST_KUBECONFIG` names it, `CODERC_TEST_REGISTRY` a registry over http as `host:port`, `CODERC_TEST_GIT_HOST` a host whose
//! `https://<host>/<path>` are the bare repositories `<host>/<path>` below `CODERC_TEST_GIT_FOLDER`. `CODERC_TEST_GIT_CA` may be a file
//! with that host's certificate authority. Nothing of it is started or stopped.

use std::path::PathBuf;

use super::place::cache;
use super::{Bed, images};

/// Whether one is given.
pub fn asked() -> bool {
    std::env::var_os("CODERC_TEST_KUBECONFIG").is_some()
}

/// What is missing beside it.
pub fn missing() -> Result<(), String> {
    for name in ["CODERC_TEST_REGISTRY", "CODERC_TEST_GIT_HOST", "CODERC_TEST_GIT_FOLDER"] {
        if std::env::var_os(name).is_none() {
            return Err(format!("with `CODERC_TEST_KUBECONFIG`, `{name}` is wanted too"));
        }
    }
    match cache().join("cluster").is_file() {
        true => Ok(()),
        false => Err(format!("`{}` is not built (`tests/run` does)", cache().join("cluster").display())),
    }
}

/// The cluster, with the tests' images in its registry.
pub fn connect() -> Bed {
    missing().expect("a cluster is given");
    let text = |name: &str| std::env::var(name).unwrap_or_default();
    let registry = text("CODERC_TEST_REGISTRY");
    let folder = cache().join("given").join(&registry);
    std::fs::create_dir_all(&folder).expect("a folder of the cache");
    // The git image trusts it beside the usual authorities.
    let authority =
        std::env::var_os("CODERC_TEST_GIT_CA").map_or(Ok(Vec::new()), std::fs::read).expect("`CODERC_TEST_GIT_CA` is a file");
    std::fs::write(folder.join("ca.crt"), authority).expect("a file of the cache");
    let kaniko = images::push(&folder, &registry).expect("the registry takes images");
    Bed {
        folder,
        kubeconfig: PathBuf::from(text("CODERC_TEST_KUBECONFIG")),
        registry,
        private_registry: std::env::var("CODERC_TEST_PRIVATE_REGISTRY").ok(),
        git_folder: PathBuf::from(text("CODERC_TEST_GIT_FOLDER")),
        git_hosts: vec![text("CODERC_TEST_GIT_HOST")],
        kaniko,
        connection: None,
    }
}
