//! Where a bed lies: its folder, and its addresses on a link of its own to this machine.
//!
//! Starts and makes nothing.

use std::path::{Path, PathBuf};

/// The names that lead to the git server, from pods and in its certificate. On this machine a [`crate::sandbox::Sandbox`] of the bed
/// takes `https://` from the same folder, without a network.
pub const GIT_HOSTS: [&str; 4] = ["github.com", "gitlab.com", "git.acme.dev", "git.bed.test"];

/// Ports of the bed's address.
pub const API_SERVER: u16 = 6443;
pub const REGISTRY: u16 = 5000;
pub const PRIVATE_REGISTRY: u16 = 5001;
pub const GIT: u16 = 443;

/// The one node's name.
pub const NODE: &str = "bed";

#[derive(Clone, Debug)]
pub struct Place {
    pub folder: PathBuf,
    /// Which of the beds on this machine it is: each has a link of its own.
    pub number: u8,
}

impl Place {
    /// The address of everything in the bed, the same for pods and for this machine.
    pub fn address(&self) -> String {
        format!("10.250.{}.2", 128 + self.number)
    }

    /// This machine's end of the link.
    pub fn outside_address(&self) -> String {
        format!("10.250.{}.1", 128 + self.number)
    }

    /// The link's name on this machine. It is gone with the other end.
    pub fn link(number: u8) -> String {
        format!("coderc-bed{number}")
    }

    pub fn at(&self, port: u16) -> String {
        format!("{}:{port}", self.address())
    }

    pub fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// Bare repositories, below a folder for each host.
    pub fn git_folder(&self) -> PathBuf {
        self.folder.join("git")
    }

    /// The part of every hierarchy of control groups that its containers live in.
    pub fn cgroup(folder: &Path) -> String {
        folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// The folder of programs that are built for tests, as `tests/run` fills it.
pub fn cache() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/coderc-tests");
    std::env::var_os("CODERC_TEST_CACHE").map(PathBuf::from).unwrap_or_else(home)
}
