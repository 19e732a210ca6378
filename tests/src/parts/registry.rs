//! Debian's `docker-registry` on loopback, over http.
//!
//! With [`Registry::start_private`] it wants a user and a password.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use compiler::plan::id::sha256;
use serde_json::{Map, Value, json};
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

    /// Pushes an image whose one layer says `content`, with annotations on its manifest; gives its digest.
    ///
    /// # Panics
    /// When the registry refuses.
    pub fn push(&self, repository: &str, tag: &str, content: &str, annotations: &[(&str, &str)]) -> String {
        let config = json!({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": []}});
        let config = self.push_blob(repository, "application/vnd.oci.image.config.v1+json", &config.to_string());
        let layer = self.push_blob(repository, "application/vnd.oci.image.layer.v1.tar", content);
        let annotations: Map<String, Value> = annotations.iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let manifest = json!({
            "schemaVersion": 2, "mediaType": media_type, "config": config, "layers": [layer], "annotations": annotations,
        });
        let manifest = manifest.to_string();
        self.ask("PUT", &format!("/v2/{repository}/manifests/{tag}"), media_type, &manifest);
        sha256(&manifest)
    }

    fn push_blob(&self, repository: &str, media_type: &str, content: &str) -> Value {
        let answer = self.ask("POST", &format!("/v2/{repository}/blobs/uploads/"), media_type, "");
        let location = answer.lines().find_map(|line| line.strip_prefix("Location: ")).expect("where to upload to");
        let (_, path) = location.split_once(&self.host()).unwrap_or(("", location));
        let digest = sha256(content);
        self.ask("PUT", &format!("{path}&digest={digest}"), "application/octet-stream", content);
        json!({"mediaType": media_type, "digest": digest, "size": content.len()})
    }

    /// The head of the answer, which is none of an error.
    fn ask(&self, method: &str, path: &str, media_type: &str, body: &str) -> String {
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {media_type}", self.host());
        let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        let send = || -> std::io::Result<String> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.write_all(request.as_bytes())?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer)?;
            Ok(String::from_utf8_lossy(&answer).replace("\r\n", "\n"))
        };
        // On a busy machine a connection is now and then reset: nothing of what is asked here does harm when it is asked twice.
        let answer = (0..5).find_map(|_| send().ok()).unwrap_or_else(|| send().expect("the registry answers"));
        assert!(answer.starts_with("HTTP/1.1 2"), "{method} {path}: {answer}");
        answer
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
