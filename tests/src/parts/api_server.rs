//! A Kubernetes API server, with Debian's etcd behind it, on loopback.
//!
//! There is no controller, scheduler or node: objects are checked, defaulted and stored, and nothing runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{Running, free_port, listens, program};

pub struct ApiServer {
    port: u16,
    // In the order in which they end.
    server: Running,
    _etcd: Running,
    folder: TempDir,
}

impl ApiServer {
    /// The bearer token of its administrator.
    pub const TOKEN: &str = "only-of-this-test";

    /// Why it cannot be started here.
    pub fn missing() -> Result<(), String> {
        program("etcd")?;
        program("openssl")?;
        let cluster = cluster();
        if !cluster.is_file() {
            return Err(format!("`{}` is not built (`tests/run` does)", cluster.display()));
        }
        Ok(())
    }

    /// Starts both and waits until the server answers.
    pub fn start() -> ApiServer {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (client_port, peer_port, port) = (free_port(), free_port(), free_port());
        let url = |port: u16| format!("http://127.0.0.1:{port}");
        let etcd_flags = [
            "--data-dir=etcd".to_string(),
            "--unsafe-no-fsync".to_string(),
            format!("--listen-client-urls={}", url(client_port)),
            format!("--advertise-client-urls={}", url(client_port)),
            format!("--listen-peer-urls={}", url(peer_port)),
            format!("--initial-advertise-peer-urls={}", url(peer_port)),
            format!("--initial-cluster=default={}", url(peer_port)),
        ];
        let mut etcd = Running::start(&program("etcd").expect("etcd is installed"), &etcd_flags, folder.path());
        etcd.wait_until(|| listens(client_port));

        let key = Command::new("openssl").args(["genrsa", "-out", "accounts.key", "2048"]).current_dir(folder.path()).output();
        assert!(key.is_ok_and(|output| output.status.success()), "openssl makes a key");
        let tokens = format!("{},admin,1,\"system:masters\"\n", ApiServer::TOKEN);
        std::fs::write(folder.path().join("tokens.csv"), tokens).expect("a file can be written");
        let server_flags = [
            "kube-apiserver".to_string(),
            format!("--etcd-servers={}", url(client_port)),
            format!("--secure-port={port}"),
            "--bind-address=127.0.0.1".to_string(),
            "--advertise-address=127.0.0.1".to_string(),
            "--cert-dir=certificates".to_string(),
            "--service-account-issuer=https://kubernetes.default.svc".to_string(),
            "--service-account-signing-key-file=accounts.key".to_string(),
            "--service-account-key-file=accounts.key".to_string(),
            "--service-cluster-ip-range=10.96.0.0/16".to_string(),
            "--token-auth-file=tokens.csv".to_string(),
            "--authorization-mode=RBAC".to_string(),
            "--endpoint-reconciler-type=none".to_string(),
        ];
        let mut server = Running::start(&cluster(), &server_flags, folder.path());
        server.wait_until(|| listens(port));
        let mut started = ApiServer { port, server, _etcd: etcd, folder };
        // It listens before it answers.
        let kubeconfig = started.kubeconfig();
        let answers = || kubectl(&kubeconfig).args(["get", "--raw", "/readyz"]).output();
        started.server.wait_until(|| answers().is_ok_and(|output| output.status.success()));
        started
    }

    /// A configuration file of its administrator, which lasts as long as the server.
    pub fn kubeconfig(&self) -> PathBuf {
        let path = self.folder.path().join("kubeconfig.yaml");
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
             contexts: [{{name: test, context: {{cluster: test, user: admin, namespace: default}}}}]\n\
             clusters: [{{name: test, cluster: {{server: '{}', insecure-skip-tls-verify: true}}}}]\n\
             users: [{{name: admin, user: {{token: {}}}}}]\n",
            self.url(),
            ApiServer::TOKEN
        );
        std::fs::write(&path, text).expect("a file can be written");
        path
    }

    pub fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }
}

/// kubectl, to be run, before the server of this configuration.
pub fn kubectl(kubeconfig: &Path) -> Command {
    let mut command = Command::new(cluster());
    command.arg("kubectl").env("KUBECONFIG", kubeconfig).env("KUBECACHEDIR", kubeconfig.with_file_name("kubectl-cache"));
    command
}

/// The program of `tests/e2e/cluster`, as `tests/run` builds it.
fn cluster() -> PathBuf {
    let folder = std::env::var_os("CODERC_TEST_CACHE").map(PathBuf::from);
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/coderc-tests");
    folder.unwrap_or_else(home).join("cluster")
}
