//! The images that tests build on and run, made of this machine's programs and pushed to the bed's registry.
//!
//! Each stands for a public image of the same name, by a digest of its own: a layer holds only what is named here.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use compiler::model::DEFAULT_BUILDER;
use oci_client::client::{Client, ClientConfig, ClientProtocol, Config, ImageLayer};
use oci_client::manifest::{self, OciImageManifest};
use oci_client::secrets::RegistryAuth;
use oci_client::{Reference, RegistryOperation};
use serde_json::{Value, json};
use sha2::Digest as _;

use super::executor::Kaniko;
use super::inside::run_program;

pub const BUSYBOX: &str = "docker.io/library/busybox:1";
pub const POSTGRES: &str = "docker.io/library/postgres:latest";
pub const WORKSPACE: &str = "docker.io/library/ubuntu:24.04";
pub const GIT: &str = "docker.io/alpine/git:v2.52.0";
pub const KANIKO: &str = "ghcr.io/osscontainertools/kaniko:v1.28.3";
pub const PAUSE: &str = "pause:1";

/// Ends when told to, which a shell that is a container's first process does only if it says so.
const WAIT: &str = "trap 'exit 0' TERM INT; sleep 2147483647 & wait";
const LISTEN: &str = "trap 'exit 0' TERM INT; httpd -f -p 5432 -h /tmp & wait";

const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Pushes all of them to a registry, and writes `images.json` into a folder: each name and its reference by tag and digest. The
/// kaniko among them is the one that is named, else the public one if it can be had, else the stand-in.
pub fn push(folder: &Path, registry: &str) -> Result<Kaniko, String> {
    let work = tempfile::tempdir_in(folder).map_err(|error| format!("a folder: {error}"))?;
    let root = |name: &str| Root::new(work.path().join(name));
    let command = |script: &str| json!({"Env": [PATH], "Cmd": ["/bin/sh", "-c", script]});
    let busybox = root("busybox").busybox()?;
    let git = root("git").busybox()?.git(folder)?;
    let images = vec![
        (BUSYBOX, busybox.layer()?, json!({"Env": [PATH], "Cmd": ["sh"]})),
        (POSTGRES, busybox.layer()?, command(LISTEN)),
        (WORKSPACE, busybox.link("/bin/busybox", "bin/bash")?.layer()?, command(WAIT)),
        (PAUSE, root("pause").program("catatonit", "pause")?.layer()?, json!({"Entrypoint": ["/pause", "-P"]})),
        (GIT, git.layer()?, json!({"Env": [PATH], "Entrypoint": ["git"], "WorkingDir": "/git"})),
    ];
    let mut pushed = BTreeMap::new();
    let kaniko = block(async {
        let client = client(registry);
        for (name, layer, config) in images {
            let digest = push_image(&client, &format!("{registry}/{name}"), layer, &config).await?;
            pushed.insert(name, format!("{registry}/{name}@{digest}"));
        }
        let to = format!("{registry}/{KANIKO}");
        let mut kaniko = Kaniko::named();
        if kaniko.is_none() && is_there(&client, DEFAULT_BUILDER).await {
            kaniko = Some(Kaniko::Image(DEFAULT_BUILDER.to_string()));
        }
        let kaniko = kaniko.unwrap_or_else(Kaniko::built);
        let digest = match (&kaniko, kaniko.binary()) {
            (Kaniko::Image(image), _) => copy_image(&client, image, &to).await?,
            (_, Some(binary)) => {
                let bundle = Path::new(BUNDLE);
                let root =
                    root("kaniko").file(&binary, "kaniko/executor")?.file(bundle, "kaniko/ssl/certs/ca-certificates.crt")?;
                push_image(&client, &to, root.layer()?, &kaniko_settings()).await?
            }
            _ => return Ok(kaniko),
        };
        pushed.insert(KANIKO, format!("{to}@{digest}"));
        Ok::<_, String>(kaniko)
    })?;
    let text = serde_json::to_string_pretty(&pushed).map_err(|error| format!("images.json: {error}"))?;
    super::keys::write(folder, "images.json", &text)?;
    Ok(kaniko)
}

/// What the configuration of kaniko's own image says.
fn kaniko_settings() -> Value {
    let environment = [
        "PATH=/usr/local/bin:/kaniko",
        "HOME=/root",
        "USER=root",
        "SSL_CERT_DIR=/kaniko/ssl/certs",
        "DOCKER_CONFIG=/kaniko/.docker/",
    ];
    json!({"Env": environment, "Entrypoint": ["/kaniko/executor"], "WorkingDir": "/workspace"})
}

/// This machine's certificate authorities.
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

/// A folder that becomes a layer.
struct Root(PathBuf);

impl Root {
    fn new(folder: PathBuf) -> Root {
        Root(folder)
    }

    /// A shell, its tools, and two users.
    fn busybox(self) -> Result<Root, String> {
        let mut users = String::from("root:x:0:0:root:/root:/bin/sh\n");
        let _ = writeln!(users, "coder:x:1000:1000:coder:/home/coder:/bin/sh");
        let root = self.program("busybox", "bin/busybox")?.text("etc/passwd", &users)?;
        let root = root.text("etc/group", "root:x:0:\ncoder:x:1000:\n")?;
        let list =
            Command::new(root.0.join("bin/busybox")).arg("--list").output().map_err(|error| format!("busybox: {error}"))?;
        let tools = String::from_utf8_lossy(&list.stdout).into_owned();
        let tools = tools.lines().filter(|tool| *tool != "busybox");
        let root = tools.into_iter().try_fold(root, |root, tool| root.link("busybox", &format!("bin/{tool}")))?;
        for (folder, mode) in [("tmp", "1777"), ("root", "0700"), ("home/coder", "0777"), ("var/lib", "0755")] {
            let path = root.0.join(folder);
            std::fs::create_dir_all(&path).map_err(|error| format!("{folder}: {error}"))?;
            run_program("chmod", &[mode, &path.display().to_string()])?;
        }
        Ok(root)
    }

    /// git with the programs it needs to fetch over https, and the bed's certificate authority.
    fn git(self, folder: &Path) -> Result<Root, String> {
        let root = self.program("git", "usr/bin/git")?.link("../../bin/git", "usr/lib/git-core/git")?;
        let root = root.text("git/.keep", "")?;
        let core = Path::new("/usr/lib/git-core");
        let root = root.file(&core.join("git-remote-http"), "usr/lib/git-core/git-remote-http")?;
        let root = root.link("git-remote-http", "usr/lib/git-core/git-remote-https")?;
        let scripts = ["git-submodule", "git-sh-setup", "git-sh-i18n"];
        let root =
            scripts.iter().try_fold(root, |root, name| root.file(&core.join(name), &format!("usr/lib/git-core/{name}")))?;
        let root = root.libraries(Path::new("/usr/bin/git"))?.libraries(&core.join("git-remote-http"))?;
        let bundle = [PathBuf::from(BUNDLE), folder.join("ca.crt")].map(|path| std::fs::read_to_string(path).unwrap_or_default());
        root.text("etc/ssl/certs/ca-certificates.crt", &bundle.concat())
    }

    /// A program on the path, with its libraries.
    fn program(self, name: &str, to: &str) -> Result<Root, String> {
        let path = crate::parts::program(name)?;
        self.file(&path, to)?.libraries(&path)
    }

    /// What a program loads, where it looks for it.
    fn libraries(self, program: &Path) -> Result<Root, String> {
        let output = Command::new("ldd").arg(program).output().map_err(|error| format!("ldd: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let paths = text.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')));
        paths.into_iter().try_fold(self, |root, path| root.file(Path::new(path), path.trim_start_matches('/')))
    }

    fn file(self, from: &Path, to: &str) -> Result<Root, String> {
        let path = self.place_for(to)?;
        std::fs::copy(from, &path).map_err(|error| format!("{}: {error}", from.display()))?;
        Ok(self)
    }

    fn text(self, to: &str, text: &str) -> Result<Root, String> {
        let path = self.place_for(to)?;
        std::fs::write(&path, text).map_err(|error| format!("{to}: {error}"))?;
        Ok(self)
    }

    fn link(self, target: &str, to: &str) -> Result<Root, String> {
        let path = self.place_for(to)?;
        symlink(target, &path).map_err(|error| format!("{to}: {error}"))?;
        Ok(self)
    }

    fn place_for(&self, to: &str) -> Result<PathBuf, String> {
        let path = self.0.join(to);
        let folder = path.parent().unwrap_or(&self.0);
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(path)
    }

    /// The folder as an archive, the same each time.
    fn layer(&self) -> Result<Vec<u8>, String> {
        let flags = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "-c", "."];
        let output = Command::new("tar").args(flags).current_dir(&self.0).output().map_err(|error| format!("tar: {error}"))?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(format!("tar: {}", String::from_utf8_lossy(&output.stderr))),
        }
    }
}

/// A client of a registry that is reached over http.
fn client(host: &str) -> Client {
    // The process's cryptography; a second choice is refused, and is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let protocol = ClientProtocol::HttpsExcept(vec![host.to_string()]);
    Client::new(ClientConfig { protocol, ..ClientConfig::default() })
}

/// Pushes an image of one layer; its digest.
async fn push_image(client: &Client, name: &str, layer: Vec<u8>, config: &Value) -> Result<String, String> {
    let said = |error: &dyn std::fmt::Display| format!("{name}: {error}");
    let reference: Reference = name.parse().map_err(|error| said(&error))?;
    let content = format!("sha256:{}", hex(&sha2::Sha256::digest(&layer)));
    let media_type = "application/vnd.oci.image.layer.v1.tar".to_string();
    let layers = [ImageLayer::new(layer, media_type, None)];
    let config = json!({
        "architecture": architecture(), "os": "linux", "config": config, "created": "1970-01-01T00:00:00Z",
        "rootfs": {"type": "layers", "diff_ids": [content]},
        "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "coderc's tests"}],
    });
    let config = Config::oci_v1(config.to_string().into_bytes(), None);
    let manifest = OciImageManifest::build(&layers, &config, None);
    let anonymous = RegistryAuth::Anonymous;
    client.auth(&reference, &anonymous, RegistryOperation::Push).await.map_err(|error| said(&error))?;
    client.push(&reference, &layers, config, &anonymous, Some(manifest)).await.map_err(|error| said(&error))?;
    client.fetch_manifest_digest(&reference, &anonymous).await.map_err(|error| said(&error))
}

/// Whether an image can be had from here, soon.
async fn is_there(client: &Client, name: &str) -> bool {
    let Ok(reference) = name.parse::<Reference>() else { return false };
    let asked = async { client.fetch_manifest_digest(&reference, &RegistryAuth::Anonymous).await };
    matches!(tokio::time::timeout(Duration::from_secs(5), asked).await, Ok(Ok(_)))
}

/// Copies an image for this machine's platform; its digest.
async fn copy_image(client: &Client, from: &str, to: &str) -> Result<String, String> {
    let said = |error: &dyn std::fmt::Display| format!("{from}: {error}");
    let (source, target): (Reference, Reference) =
        (from.parse().map_err(|error| said(&error))?, to.parse().map_err(|error| said(&error))?);
    let anonymous = RegistryAuth::Anonymous;
    let kinds = vec![
        manifest::IMAGE_LAYER_MEDIA_TYPE,
        manifest::IMAGE_LAYER_GZIP_MEDIA_TYPE,
        manifest::IMAGE_DOCKER_LAYER_TAR_MEDIA_TYPE,
        manifest::IMAGE_DOCKER_LAYER_GZIP_MEDIA_TYPE,
    ];
    let image = client.pull(&source, &anonymous, kinds).await.map_err(|error| said(&error))?;
    client.auth(&target, &anonymous, RegistryOperation::Push).await.map_err(|error| said(&error))?;
    client.push(&target, &image.layers, image.config, &anonymous, image.manifest).await.map_err(|error| said(&error))?;
    client.fetch_manifest_digest(&target, &anonymous).await.map_err(|error| said(&error))
}

/// This machine's, in the words of images.
fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}
