//! No secret's value is in anything that `coderc` prints, keeps or makes: marked values are planted everywhere, and then everything
//! is searched, etcd's and the registries' storage included. Only Secrets hold them.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use base64::Engine as _;
use libtest_mimic::{Arguments, run};
use tests::bed::{BUSYBOX, Bed, Namespace, git};
use tests::parts::{Registry, trial};
use tests::sandbox::{Files, Sandbox};

/// Of an environment's variable, a mounted file, a build, and of credentials on this machine that nothing here wants.
const VARIABLE: &str = "marked-variable-5f1c";
const FILE: &str = "marked-file-77ab";
const BUILD: &str = "marked-build-90de";
const UNUSED: &str = "marked-unused-31c8";

fn main() -> ExitCode {
    let trials =
        vec![trial("no_value_of_a_secret_is_found_anywhere", Bed::missing_at_length(), no_value_of_a_secret_is_found_anywhere)];
    run(&Arguments::from_args(), trials).exit_code()
}

fn no_value_of_a_secret_is_found_anywhere() {
    let bed = Bed::get();
    let namespace = bed.namespace("marked");
    let sandbox = Sandbox::with_remotes(&bed.git_folder());
    plant(bed, &namespace, &sandbox);
    let tree = sandbox.repository(&format!("github.com/private/{}", &*namespace), &package(bed, &namespace));

    let mut said = Vec::new();
    let mut coderc = |arguments: &[&str], code: i32| {
        let mut command = sandbox.coderc_command(&tree, arguments);
        let output = command.env("CODERC_KUBECONFIG", bed.kubeconfig()).env("RUST_LOG", "trace").output().expect("coderc runs");
        let text = [output.stdout, b"\n".to_vec(), output.stderr].concat();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", String::from_utf8_lossy(&text));
        said.extend(text);
    };
    for format in ["text", "json", "yaml", "markdown", "mermaid", "dot", "html"] {
        coderc(&["plan", "-v", "-f", format], 0);
    }
    coderc(&["plan", "-o", "saved-plan.json"], 0);
    coderc(&["apply", "-v", "--output", "json"], 0);
    coderc(&["apply", "-v"], 0);
    for command in [&["status", "-v"][..], &["diff"], &["logs", "environment.team"], &["gc"], &["list"], &["check", "-v"]] {
        coderc(command, 0);
    }
    // What fails says more.
    let main = tree.join(".coder/team.coder");
    let text = std::fs::read_to_string(&main).expect("the package");
    std::fs::write(&main, text.replace("RUN true", "RUN coderc-test-fault disk-full")).expect("the package");
    coderc(&["apply", "-v"], 1);
    let pods = namespace.list("pods", "");
    let names = pods.iter().filter_map(|pod| pod["metadata"]["name"].as_str());
    let logs: String = names.map(|pod| namespace.ask(&["logs", pod, "--all-containers", "--ignore-errors"])).collect();

    let marks = Marks::new(bed);
    assert_eq!(marks.first_in(&said), None, "coderc said it");
    assert_eq!(marks.first_in(logs.as_bytes()), None, "a pod's log says it");
    // Sources and caches; what was planted lies in the home's root.
    for path in files(&tree).into_iter().chain(files(&sandbox.path().join("home/.cache"))) {
        assert_eq!(marks.first_in(&std::fs::read(&path).unwrap_or_default()), None, "{}", path.display());
    }
    let layers = [bed.registry_storage(), bed.folder().join("private-registry")]
        .into_iter()
        .flat_map(|folder| files(&folder))
        .map(|path| {
            let unpacked = Command::new("gzip").args(["-dcf"]).arg(&path).output().expect("gzip runs");
            assert_eq!(marks.first_in(&unpacked.stdout), None, "{}", path.display());
        });
    assert!(layers.count() > 10);
    in_secrets_only(&marks, &bed.folder().join("etcd"));
    coderc_destroys(&sandbox, bed, &tree);
}

/// A package that uses a secret wherever one can be used, from a repository that wants a token.
fn package(bed: &Bed, namespace: &Namespace<'_>) -> Files {
    let team = format!(
        r#"project {{
{project}  namespace = "{namespace}"
}}
image own {{
  context     = "own"
  repository  = "{registry}/{namespace}/own"
  credentials = "pushing"
  secrets     = {{ npm = secret("tokens", key: "build") }}
}}
environment team {{
  container env {{
    primary     = true
    image       = image.own
    credentials = "pushing"
    personalize = ["RUN true"]
    env         = {{ TOKEN = secret("tokens", key: "variable") }}
    mount token {{ path = "/etc/token", secret = secret("tokens", key: "file") }}
  }}
}}
"#,
        project = bed.project(),
        namespace = &**namespace,
        registry = bed.private_registry(),
    );
    let dockerfile = format!(
        "FROM {}\nRUN --mount=type=secret,id=npm test -s /run/secrets/npm\n\
         CMD [\"sh\", \"-c\", \"trap 'exit 0' TERM; while :; do sleep 1; done\"]\n",
        bed.image(BUSYBOX)
    );
    [(".coder/team.coder", team), ("own/Dockerfile", dockerfile)].map(|(path, text)| (path.to_owned(), text)).into()
}

/// Secrets of the namespace, and the machine's own credentials.
fn plant(bed: &Bed, namespace: &Namespace<'_>, sandbox: &Sandbox) {
    let value = |key: &str, value: &str| format!("--from-literal={key}={value}");
    namespace.ask(&[
        "create",
        "secret",
        "generic",
        "tokens",
        &value("variable", VARIABLE),
        &value("file", FILE),
        &value("build", BUILD),
    ]);
    let authority = std::fs::read_to_string(bed.folder().join("ca.crt")).expect("the bed's authority");
    let store = format!("https://{}:{}@github.com\n", git::USER, git::TOKEN);
    namespace.ask(&[
        "create",
        "secret",
        "generic",
        "coderc-git",
        &value("git-credentials", &store),
        &value("ca.crt", &authority),
    ]);
    let server = format!("--docker-server={}", bed.private_registry());
    let user = format!("--docker-username={}", Registry::USER);
    let password = format!("--docker-password={}", Registry::PASSWORD);
    // What builds read private bases with is another Secret, for a `RUN` line can read it.
    for secret in ["pushing", "pushing-pull"] {
        namespace.ask(&["create", "secret", "docker-registry", secret, &server, &user, &password]);
    }

    let encoded = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let own = encoded(&format!("{}:{}", Registry::USER, Registry::PASSWORD));
    let unused = encoded(&format!("ana:{UNUSED}"));
    let home = sandbox.path().join("home");
    std::fs::create_dir(home.join(".docker")).expect("a folder");
    let config = format!(
        r#"{{"auths": {{"{}": {{"auth": "{own}"}}, "other.acme.dev": {{"auth": "{unused}"}}}}}}"#,
        bed.private_registry()
    );
    std::fs::write(home.join(".docker/config.json"), config).expect("docker's configuration");
    std::fs::write(home.join(".git-credentials"), format!("https://ana:{UNUSED}@git.acme.dev\n")).expect("git's credentials");
}

fn coderc_destroys(sandbox: &Sandbox, bed: &Bed, tree: &Path) {
    let mut command = sandbox.coderc_command(tree, &["destroy", "environment.team"]);
    assert!(command.env("CODERC_KUBECONFIG", bed.kubeconfig()).status().expect("coderc runs").success());
}

/// The values, as they are and as base64 has them.
struct Marks(Vec<Vec<u8>>);

impl Marks {
    fn new(bed: &Bed) -> Marks {
        let kubeconfig = std::fs::read_to_string(bed.kubeconfig()).expect("the administrator's configuration");
        let token = kubeconfig.lines().find_map(|line| line.trim().strip_prefix("token: ")).expect("a token").trim();
        let mut marks = Vec::new();
        for (user, value) in [
            ("", VARIABLE),
            ("", FILE),
            ("", BUILD),
            ("ana", UNUSED),
            (Registry::USER, Registry::PASSWORD),
            (git::USER, git::TOKEN),
            ("", token),
        ] {
            let encoded = |text: &str| base64::engine::general_purpose::STANDARD_NO_PAD.encode(text).into_bytes();
            marks.push(value.as_bytes().to_vec());
            marks.push(encoded(value));
            marks.push(encoded(&format!("{user}:{value}")));
        }
        Marks(marks)
    }

    /// Where each mark is.
    fn places(&self, bytes: &[u8]) -> Vec<usize> {
        let of = |mark: &Vec<u8>| -> Vec<usize> {
            let first = mark[0];
            let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first).map(|(at, _)| at);
            starts.filter(|at| bytes[*at..].starts_with(mark)).collect()
        };
        self.0.iter().flat_map(of).collect()
    }

    /// What surrounds the first mark.
    fn first_in(&self, bytes: &[u8]) -> Option<String> {
        let at = *self.places(bytes).first()?;
        Some(String::from_utf8_lossy(&bytes[at.saturating_sub(200)..bytes.len().min(at + 200)]).into_owned())
    }
}

/// etcd holds each object as `k8s\0`, then the message of its type: version and kind come first. A value that stands in its files
/// stands in a Secret, and some do, so that the search is known to find.
fn in_secrets_only(marks: &Marks, folder: &Path) {
    let mut found = 0;
    for path in files(folder) {
        let bytes = std::fs::read(&path).unwrap_or_default();
        for place in marks.places(&bytes) {
            let start = bytes[..place].windows(4).rposition(|window| window == b"k8s\0").expect("an object of Kubernetes");
            let kind = &bytes[start + 4..bytes.len().min(start + 24)];
            let secret = kind.windows(8).any(|window| window == b"\x12\x06Secret");
            let around = String::from_utf8_lossy(&bytes[start..bytes.len().min(place + 200)]);
            assert!(secret, "{}: {around}", path.display());
            found += 1;
        }
    }
    assert!(found > 5, "{found} marks in etcd: the search does not find what Secrets hold");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            true => found.extend(files(&entry.path())),
            false => found.push(entry.path()),
        }
    }
    found
}
