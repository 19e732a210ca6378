//! How long 500 environments take to be planned and applied on a real API server, beside `kubectl apply --server-side` of the same
//! objects there: once on this machine, and once 40 ms away, as a cluster in another region is.
//!
//! On this machine applying is bound by the processors of the server, which both share; the difference is what the network costs.
//! Fails when applying 40 ms away is not five times as fast as kubectl, when finding that nothing is left to do is
//! not ten times as fast, or when a plan takes two seconds. There is no node: environments have no replicas, and something here
//! plays the controller that looks at a Deployment, for both.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures::TryStreamExt as _;
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Client, Config};
use tests::parts::{ApiServer, kubectl};
use tests::sandbox::{Files, Sandbox};

const ENVIRONMENTS: usize = 500;
const ENVIRONMENTS_OF_A_FILE: usize = 10;

/// There and back.
const AWAY: Duration = Duration::from_millis(40);

fn main() {
    if let Err(reason) = ApiServer::missing() {
        println!("skipped: {reason}");
        return;
    }
    let server = ApiServer::start();
    let here = server.kubeconfig();
    let controller = here.clone();
    std::thread::spawn(move || look_at_deployments(&controller));

    let sandbox = Sandbox::new();
    let tree = sandbox.tree("team", "https://github.com/acme/team", &package());
    let away = sandbox.path().join("away.yaml");
    let text = std::fs::read_to_string(&here).expect("the server's configuration");
    let port = relay(server.url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port"));
    std::fs::write(&away, text.replace(&server.url(), &format!("https://127.0.0.1:{port}"))).expect("a file");

    println!("{ENVIRONMENTS} environments, {} objects", 2 * ENVIRONMENTS);
    println!("{:<32} {:>10} {:>10} {:>7}", "", "coderc", "kubectl", "times");
    let local = measured(&sandbox, &tree, &here, "here");
    let remote = measured(&sandbox, &tree, &away, "40 ms away");
    for plan in [local.plan, local.plan_again] {
        assert!(plan < Duration::from_secs(2), "a plan took {plan:.2?}");
    }
    assert!(
        local.nothing >= 10.0 && remote.nothing >= 10.0,
        "nothing to do is {:.1} and {:.1} times as fast",
        local.nothing,
        remote.nothing
    );
    assert!(local.applying >= 0.8, "applying here is {:.1} times as fast as kubectl", local.applying);
    assert!(remote.applying >= 5.0, "applying 40 ms away is {:.1} times as fast as kubectl", remote.applying);
}

struct Measured {
    plan: Duration,
    plan_again: Duration,
    /// How many times as fast as kubectl.
    applying: f64,
    nothing: f64,
}

/// Applies everything in namespaces of its own, by kubectl and by coderc.
fn measured(sandbox: &Sandbox, tree: &Path, kubeconfig: &Path, place: &str) -> Measured {
    let word = place.split(' ').next_back().unwrap_or_default();
    let [theirs, ours] = ["kubectl", "coderc"].map(|who| format!("{who}-{word}"));
    for namespace in [&theirs, &ours] {
        timed(kubectl(kubeconfig).args(["create", "namespace", namespace]));
    }
    let coderc = |arguments: &[&str]| {
        let mut command = sandbox.coderc_command(tree, arguments);
        command.env("CODERC_KUBECONFIG", kubeconfig);
        timed(&mut command)
    };
    let objects = sandbox.path().join(format!("{theirs}.yaml"));
    let path = objects.to_str().expect("a path in UTF-8");
    coderc(&["plan", "--offline", "-n", &theirs, "-f", "yaml", "-o", path]);

    let mut apply = kubectl(kubeconfig);
    apply.args(["apply", "--server-side", "-f", path]);
    let kubectl_applies = timed(&mut apply);
    let kubectl_again = timed(&mut apply);
    let plan = coderc(&["plan", "-n", &ours]);
    let applies = coderc(&["apply", "-n", &ours]);
    let plan_again = coderc(&["plan", "-n", &ours, "--detailed-exitcode"]);
    let again = coderc(&["apply", "-n", &ours]);

    let ratio = |theirs: Duration, ours: Duration| theirs.as_secs_f64() / ours.as_secs_f64();
    let (applying, nothing) = (ratio(kubectl_applies, applies), ratio(kubectl_again, again));
    println!("{:<32} {plan:>10.2?}", format!("{place}: plan"));
    println!("{:<32} {applies:>10.2?} {kubectl_applies:>10.2?} {applying:>7.1}", format!("{place}: apply"));
    println!("{:<32} {plan_again:>10.2?}", format!("{place}: plan again"));
    println!("{:<32} {again:>10.2?} {kubectl_again:>10.2?} {nothing:>7.1}", format!("{place}: apply again"));
    Measured { plan, plan_again, applying, nothing }
}

/// The port of a relay to another port of loopback that takes its time both ways.
fn relay(to: u16) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
    let port = listener.local_addr().expect("a listener has an address").port();
    std::thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let far = TcpStream::connect(("127.0.0.1", to)).expect("the server listens");
            for stream in [&near, &far] {
                stream.set_nodelay(true).expect("a socket's option");
            }
            let clone = |stream: &TcpStream| stream.try_clone().expect("a handle");
            pass_on(clone(&near), clone(&far));
            pass_on(far, near);
        }
    });
    port
}

/// Passes on what comes, each piece half of the way later.
fn pass_on(mut from: TcpStream, mut to: TcpStream) {
    let (sender, receiver) = std::sync::mpsc::channel::<(Instant, Vec<u8>)>();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(size @ 1..) = from.read(&mut buffer) {
            if sender.send((Instant::now() + AWAY / 2, buffer[..size].to_vec())).is_err() {
                return;
            }
        }
    });
    std::thread::spawn(move || {
        for (at, bytes) in receiver {
            std::thread::sleep(at.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        // Either side has closed, which the other learns so.
        let _ = to.shutdown(std::net::Shutdown::Both);
    });
}

/// Environments of a Deployment and a Service each.
fn package() -> Files {
    let digest = "3".repeat(64);
    let mut files = Files::new();
    for file in 0..ENVIRONMENTS / ENVIRONMENTS_OF_A_FILE {
        let environments = (0..ENVIRONMENTS_OF_A_FILE).map(|number| {
            let number = file * ENVIRONMENTS_OF_A_FILE + number;
            format!(
                "environment dev-{number:03} {{\n  replicas = 0\n  labels   = {{ team = \"team-{file:02}\" }}\n  container env {{\n    primary = true\n    \
                 image   = \"registry.acme.example/dev@sha256:{digest}\"\n    cpu     = 2\n    memory  = 4GiB\n    \
                 env     = {{ USERNAME = \"user-{number}\", URL = \"https://dev-{number}.acme.example/\" }}\n    \
                 port http {{ number = 8080 }}\n  }}\n}}\n"
            )
        });
        files.insert(format!(".coder/team-{file:02}.coder"), environments.collect());
    }
    files
}

fn timed(command: &mut Command) -> Duration {
    let start = Instant::now();
    let output = command.stdin(Stdio::null()).output().expect("a program to run");
    let took = start.elapsed();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    took
}

/// Says of each Deployment that it was looked at, as a controller does: all that one without replicas waits for.
#[tokio::main(flavor = "current_thread")]
async fn look_at_deployments(kubeconfig: &Path) {
    let file = Kubeconfig::read_from(kubeconfig).expect("the server's configuration");
    let config = Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await.expect("a configuration");
    let client = Client::try_from(config).expect("a client");
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("apps", "v1", "Deployment"));
    let all: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
    let looking = watcher(all, watcher::Config::default()).default_backoff().applied_objects().try_for_each(|deployment| {
        let generation = deployment.metadata.generation;
        let namespace = deployment.metadata.namespace.clone().unwrap_or_default();
        let of: Api<DynamicObject> = Api::namespaced_with(client.clone(), &namespace, &resource);
        async move {
            if deployment.data["status"]["observedGeneration"].as_i64() != generation {
                let status = serde_json::json!({"status": {"observedGeneration": generation}});
                let name = deployment.metadata.name.unwrap_or_default();
                // One that is gone by now is none to look at.
                let _ = of.patch_status(&name, &PatchParams::default(), &Patch::Merge(&status)).await;
            }
            Ok(())
        }
    });
    // It ends with the process, or with the server.
    let _ = looking.await;
}
