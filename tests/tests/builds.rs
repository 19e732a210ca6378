//! Builds on a cluster with a node: the kaniko builder, its Jobs, and what they push.
//!
//! With the stand-in for kaniko, what an image holds after `RUN` is not looked at; with a real one (`CODERC_TEST_KANIKO`) each
//! failure of a build is made to happen, since what kaniko says then is what the builder reads.

use std::process::{Command, ExitCode};
use std::time::Duration;

use compiler::model::Bytes;
use compiler::plan::action::{Build, Context, Lines};
use libtest_mimic::{Arguments, run};
use runtime::builders::kaniko::Kaniko;
use runtime::builders::{Builder as _, Made, Order};
use runtime::cluster::{self, connect};
use runtime::execute::{Event, Events, Failure, Phase, stop};
use runtime::import::History;
use runtime::registry::{Registry, Settings};
use tests::bed::{BUSYBOX, Bed, Namespace};
use tests::parts::{self, trial};
use tokio::sync::mpsc::unbounded_channel;

const KANIKO: &str = "ghcr.io/osscontainertools/kaniko:v1.28.3";
const GIT: &str = "docker.io/alpine/git:v2.52.0";

fn main() -> ExitCode {
    let missing = || parts::at_length().and_then(|()| Bed::missing());
    let real = || {
        missing()?;
        let named = std::env::var("CODERC_TEST_KANIKO").unwrap_or_default();
        if named.is_empty() { Err("`CODERC_TEST_KANIKO` names no kaniko".to_string()) } else { Ok(()) }
    };
    let trials = vec![
        trial("an_image_is_built_from_a_commit_and_pushed", missing(), an_image_is_built_from_a_commit_and_pushed),
        trial("the_push_has_its_own_credentials", missing(), the_push_has_its_own_credentials),
        trial("a_cancelled_build_leaves_nothing", missing(), a_cancelled_build_leaves_nothing),
        trial("a_repository_that_is_not_there", missing(), a_repository_that_is_not_there),
        trial("a_run_line_that_fails", real(), a_run_line_that_fails),
        trial("a_base_that_is_gone", real(), a_base_that_is_gone),
        trial("a_file_that_is_missing", real(), a_file_that_is_missing),
        trial("memory_that_is_not_enough", real(), memory_that_is_not_enough),
    ];
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    run(&arguments, trials).exit_code()
}

fn an_image_is_built_from_a_commit_and_pushed() {
    let bed = Bed::get();
    let namespace = bed.namespace("builds");
    let (url, commit) = repository(bed, "built");
    let mut order = order(bed, "built", &format!("FROM {}\nCOPY hello /hello\nRUN echo made > /made\n", base(bed)));
    order.build.context = Context { url: url.as_str().into(), commit: commit.into(), path: "".into(), tree: "".into() };
    let (made, events) = build(bed, &namespace, &order);
    let made = made.unwrap_or_else(|failure| panic!("{failure:?}\n{events:#?}"));
    assert!(made.digest.starts_with("sha256:") && made.remark.contains("pushed"), "{made:?}");
    let steps = events.iter().filter(|event| matches!(event, Event::Phase { phase: Phase::Step { of: 2, .. }, .. }));
    assert!(steps.count() >= 1, "{events:#?}");
    // How far the pod is when it is looked at is a matter of time; that it is looked at is not.
    let fetched = |event: &Event| matches!(event, Event::Phase { phase: Phase::Fetching { .. } | Phase::Pushing { .. }, .. });
    assert!(events.iter().any(fetched), "{events:#?}");
    let (again, _) = build(bed, &namespace, &order);
    assert_eq!(again.unwrap(), Made { digest: made.digest, remark: "was there already".to_owned() });
    assert_eq!(namespace.list("jobs", "").len(), 1);
    // What the Job owns goes with it.
    let job = namespace.list("jobs", "")[0]["metadata"]["name"].as_str().unwrap().to_owned();
    assert_eq!(namespace.list("configmaps", "app.kubernetes.io/managed-by=coderc").len(), 1);
    namespace.delete("job", &job);
    let gone = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(300));
        namespace.list("configmaps", "app.kubernetes.io/managed-by=coderc").is_empty()
    });
    assert!(gone, "the ConfigMap outlived its Job");
}

fn the_push_has_its_own_credentials() {
    let bed = Bed::get();
    let namespace = bed.namespace("private");
    let mut order = order(bed, "private", &format!("FROM {}\nRUN echo x > /x\n", base(bed)));
    order.build.destination = format!("{}/acme/private:b-{}", bed.private_registry(), std::process::id());
    let (refused, _) = build(bed, &namespace, &order);
    assert_eq!(refused.unwrap_err().info.name, "push-denied");
    let server = format!("--docker-server={}", bed.private_registry());
    let (user, password) = (parts::Registry::USER, parts::Registry::PASSWORD);
    let (user, password) = (format!("--docker-username={user}"), format!("--docker-password={password}"));
    namespace.ask(&["create", "secret", "docker-registry", "pusher", &server, &user, &password]);
    order.build.credentials = Some("pusher".into());
    let (made, events) = build(bed, &namespace, &order);
    let made = made.unwrap_or_else(|failure| panic!("{failure:?}\n{events:#?}"));
    assert!(!format!("{made:?} {events:?}").contains(parts::Registry::PASSWORD));
}

fn a_cancelled_build_leaves_nothing() {
    let bed = Bed::get();
    let namespace = bed.namespace("cancel");
    let order = order(bed, "cancel", &format!("FROM {}\nRUN sleep 300\n", base(bed)));
    let (stopper, stopped) = stop();
    let (sender, mut events) = unbounded_channel();
    block(async {
        let kaniko = kaniko(bed, &namespace).await;
        let building = kaniko.build(&order, Events::new(sender).of("image.a"), stopped);
        let stopping = async {
            while let Some(event) = events.recv().await {
                if matches!(event, Event::Phase { .. }) {
                    stopper.further();
                    break;
                }
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            ended = building => assert!(ended.unwrap_err().cancelled),
            () = stopping => {}
        }
    });
    assert!(namespace.list("jobs", "").is_empty());
    let gone = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(300));
        namespace.list("pods", "").is_empty()
    });
    assert!(gone, "{}", namespace.describe(""));
}

fn a_repository_that_is_not_there() {
    let bed = Bed::get();
    let namespace = bed.namespace("nogit");
    let (url, commit) = repository(bed, "there");
    let mut order = order(bed, "nogit", &format!("FROM {}\nCOPY hello /hello\n", base(bed)));
    let context = |url: &str, commit: &str| Context { url: url.into(), commit: commit.into(), path: "".into(), tree: "".into() };
    order.build.context = context(&url, &"1".repeat(40));
    let (failed, _) = build(bed, &namespace, &order);
    assert_eq!(failed.unwrap_err().info.name, "commit-unreachable");
    order.build.destination.push('x');
    order.build.context = context(&url.replace("there", "elsewhere"), &commit);
    let (failed, _) = build(bed, &namespace, &order);
    let failure = failed.unwrap_err();
    assert_eq!(failure.info.name, "build-git", "{failure:?}");
    assert!(!failure.log.is_empty());
}

fn a_run_line_that_fails() {
    let bed = Bed::get();
    let namespace = bed.namespace("fails");
    let order =
        order(bed, "fails", &format!("FROM {}\nUSER root\nRUN echo before \\\n  && echo after >&2 \\\n  && exit 3\n", base(bed)));
    let (failed, events) = build(bed, &namespace, &order);
    let failure = failed.unwrap_err();
    assert_eq!(failure.info.name, "build-step", "{failure:?}");
    assert!(failure.message.ends_with("exit status 3"), "{failure:?}");
    assert_eq!(failure.source, Some(("dev/Dockerfile".to_owned(), 3)));
    assert!(failure.log.iter().any(|line| line == "after"), "{failure:?}");
    assert!(events.iter().any(|event| matches!(event, Event::Log { line, .. } if line == "before")));
}

fn a_base_that_is_gone() {
    let bed = Bed::get();
    let namespace = bed.namespace("nobase");
    let gone = format!("{}/acme/gone@sha256:{}", bed.registry(), "0".repeat(64));
    let order = order(bed, "nobase", &format!("FROM {} AS one\nFROM {gone}\nRUN true\n", base(bed)));
    let failure = build(bed, &namespace, &order).0.unwrap_err();
    assert_eq!(failure.info.name, "build-base-missing", "{failure:?}");
    assert_eq!(failure.source, Some(("dev/Dockerfile".to_owned(), 2)), "{failure:?}");
    let mut order = self::order(bed, "denied", &format!("FROM {}/acme/private:1\nRUN true\n", bed.private_registry()));
    order.build.credentials = None;
    let failure = build(bed, &namespace, &order).0.unwrap_err();
    assert_eq!(failure.info.name, "base-denied", "{failure:?}");
}

fn a_file_that_is_missing() {
    let bed = Bed::get();
    let namespace = bed.namespace("nofile");
    let order = order(bed, "nofile", &format!("FROM {}\nRUN true\nCOPY tools/nothing.sh /a\n", base(bed)));
    let failure = build(bed, &namespace, &order).0.unwrap_err();
    assert_eq!(failure.info.name, "build-context-file", "{failure:?}");
    assert_eq!(failure.source, Some(("dev/Dockerfile".to_owned(), 3)), "{failure:?}");
}

fn memory_that_is_not_enough() {
    let bed = Bed::get();
    let namespace = bed.namespace("memory");
    let mut order = order(bed, "memory", &format!("FROM {}\nRUN dd if=/dev/zero of=/dev/null bs=900M count=1\n", base(bed)));
    order.build.memory = Some(Bytes { amount: 256 << 20, binary: true });
    let (failed, events) = build(bed, &namespace, &order);
    let failure = failed.unwrap_err();
    assert_eq!(failure.info.name, "build-memory", "{failure:?}");
    assert!(failure.help.iter().any(|help| help.contains("memory = 512MiB")), "{failure:?}");
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Retrying { .. })).count(), 1);
}

fn build(bed: &Bed, namespace: &Namespace<'_>, order: &Order) -> (Result<Made, Failure>, Vec<Event>) {
    let (sender, mut events) = unbounded_channel();
    let (_stopper, stop) = stop();
    let result = block(async { kaniko(bed, namespace).await.build(order, Events::new(sender).of("image.a"), stop).await });
    (result, std::iter::from_fn(|| events.try_recv().ok()).collect())
}

async fn kaniko(bed: &Bed, namespace: &Namespace<'_>) -> Kaniko {
    let settings =
        cluster::Settings { kubeconfig: Some(bed.kubeconfig()), context: None, namespace: Some(namespace.to_string()) };
    let registry = Registry::new(Settings {
        insecure: vec![bed.registry(), bed.private_registry()],
        docker_config: None,
        pause: Duration::from_millis(100),
        deadline: Duration::from_secs(30),
    });
    Kaniko::new(connect(&settings).await.unwrap_or_else(|failure| panic!("{failure:?}")), registry, History::default())
}

fn block<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(future)
}

fn base(bed: &Bed) -> String {
    bed.image(BUSYBOX)
}

/// A repository that pods can fetch, with one file, and its commit.
fn repository(bed: &Bed, name: &str) -> (String, String) {
    let name = format!("{name}-{}", std::process::id());
    let folder = bed.git_folder().join("git.bed.test").join(&name);
    std::fs::create_dir_all(&folder).unwrap();
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@b"]).args(arguments).current_dir(&folder);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    std::fs::write(folder.join("hello"), "hello\n").unwrap();
    git(&["init", "-q", "-b", "main"]);
    git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    git(&["add", "hello"]);
    git(&["commit", "-q", "-m", "one"]);
    (format!("https://git.bed.test/{name}"), git(&["rev-parse", "HEAD"]))
}

fn order(bed: &Bed, name: &str, dockerfile: &str) -> Order {
    let build = Build {
        id: format!("b-{name}"),
        destination: format!("{}/acme/{name}:b-{}", bed.registry(), std::process::id()),
        tags: Vec::new(),
        context: Context { url: "".into(), commit: "".into(), path: "".into(), tree: "".into() },
        dockerfile: dockerfile.into(),
        lines: vec![Lines { from: 1, file: "dev/Dockerfile".into(), line: 1 }],
        ignore: String::new(),
        target: None,
        args: Vec::new(),
        platform: "linux/amd64".into(),
        bases: Vec::new(),
        builder: bed.image(KANIKO).into(),
        flags: compiler::plan::DECIDING_FLAGS.iter().map(|flag| (*flag).into()).collect(),
        git_image: bed.image(GIT).into(),
        credentials: None,
        secrets: Vec::new(),
        cache: false,
        cache_repository: None,
        labels: Vec::new(),
        assets: None,
        namespace: None,
        cpu: None,
        memory: None,
        timeout: Some(300),
        insecure: vec![bed.registry().into(), bed.private_registry().into()],
        digest: None,
        inputs: Vec::new(),
        record: String::new(),
        predecessor: None,
    };
    Order { address: "image.a".into(), build }
}
