//! Debian's `docker-registry` on loopback, over http.
//!
//! With [`Registry::start_private`] it wants a user and a password.

use std::fmt::Write as _;

use tempfile::TempDir;

use super::{Running, free_port, listens, program};

const PROGRAM: &str = "docker-registry";

pub struct Registry {
    port: u16,
    _running: Running,
    _folder: TempDir,
}

impl Registry {
    /// What a private one lets in.
    pub const USER: &str = "ana";
    pub const PASSWORD: &str = "correct horse";
    /// Of the password, by bcrypt.
    pub(crate) const HASH: &str = "$2b$04$3ATk7MHgX81YYOFs9QnPH.yWcAVOYm.ApUHeDWr1I2Uyaa46ZKdSK";

    /// Why it cannot be started here.
    pub fn missing() -> Result<(), String> {
        program(PROGRAM).map(|_| ())
    }

    pub fn start() -> Registry {
        Registry::start_with("")
    }

    pub fn start_private() -> Registry {
        Registry::start_with("auth:\n  htpasswd:\n    realm: test\n    path: htpasswd\n")
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn start_with(more: &str) -> Registry {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let mut config =
            "version: 0.1\nlog:\n  accesslog:\n    disabled: true\nstorage:\n  delete:\n    enabled: true\n".to_string();
        let _ = write!(config, "  filesystem:\n    rootdirectory: storage\nhttp:\n  addr: 127.0.0.1:{port}\n{more}");
        std::fs::write(folder.path().join("config.yml"), config).expect("a file can be written");
        let users = format!("{}:{}\n", Registry::USER, Registry::HASH);
        std::fs::write(folder.path().join("htpasswd"), users).expect("a file can be written");
        let program = program(PROGRAM).expect("the registry is installed");
        let mut running = Running::start(&program, &["serve".into(), "config.yml".into()], folder.path());
        running.wait_until(|| listens(port));
        Registry { port, _running: running, _folder: folder }
    }
}
