//! What kaniko's log is taken to mean, on logs of the real one.

use compiler::plan::action::{Context, Lines};

use super::*;

const DOCKERFILE: &str = "FROM debian@sha256:aa\nUSER root\nCOPY tools/a.sh /a.sh\nRUN make\n";

pub fn order(dockerfile: &str) -> Order {
    let build = Build {
        id: "b-1".into(),
        destination: "registry.acme.dev/dev:b-1".into(),
        tags: Vec::new(),
        context: Context {
            url: "https://github.com/acme/a".into(),
            commit: "1".repeat(40).into(),
            path: "dev".into(),
            tree: "2".into(),
        },
        dockerfile: dockerfile.into(),
        lines: vec![
            Lines { from: 1, file: "dev/Dockerfile".into(), line: 1 },
            Lines { from: 4, file: ".coder/main.coder".into(), line: 12 },
        ],
        ignore: String::new(),
        target: None,
        args: Vec::new(),
        platform: "linux/amd64".into(),
        bases: Vec::new(),
        builder: "kaniko".into(),
        flags: Vec::new(),
        git_image: "git".into(),
        credentials: Some("pusher".into()),
        secrets: Vec::new(),
        cache: true,
        cache_repository: None,
        labels: Vec::new(),
        assets: None,
        namespace: Some("builds".into()),
        cpu: None,
        memory: Some(Bytes { amount: 4 << 30, binary: true }),
        timeout: None,
        insecure: Vec::new(),
        digest: None,
        inputs: Vec::new(),
        record: String::new(),
        predecessor: None,
    };
    Order { address: "image.dev".into(), build }
}

fn evidence(container: &'static str, exit_code: i32, reason: &str, lines: &[&str]) -> Evidence {
    let mut log = Log::new(DOCKERFILE);
    for line in lines {
        log.read(container, line);
    }
    let done = |container| Over { container, exit_code: 0, reason: "Completed".into(), message: String::new() };
    let mut over: Vec<Over> = super::super::pod::CONTAINERS.into_iter().take_while(|each| *each != container).map(done).collect();
    over.push(Over { container, exit_code, reason: reason.into(), message: String::new() });
    let job = Some(("BackoffLimitExceeded".to_owned(), "Job has reached the specified backoff limit".to_owned()));
    Evidence { frugal: false, job, trouble: None, evicted: None, over, log, namespace: "builds".into() }
}

fn info(text: &str) -> String {
    format!("time=\"2026-11-22T10:00:00Z\" level=info msg={text:?}")
}

#[track_caller]
fn check(evidence: &Evidence, name: &str, source: Option<(&str, u32)>) -> Failure {
    let failure = failure(&order(DOCKERFILE), evidence);
    assert_eq!(failure.info.name, name, "{failure:?}");
    assert_eq!(failure.source, source.map(|(file, line)| (file.to_owned(), line)), "{failure:?}");
    failure
}

#[test]
fn a_run_line_that_fails_is_pointed_at() {
    let error =
        "error building image: error building stage: failed to execute command: waiting for process to exit: exit status 2";
    let lines = [&info("USER root"), &info("COPY tools/a.sh /a.sh"), &info("RUN make"), "make: *** No rule", error];
    let failure = check(&evidence("build", 2, "Error", &lines), "build-step", Some((".coder/main.coder", 12)));
    assert_eq!(failure.message, "`RUN make` failed: exit status 2");
    assert!(failure.log.contains(&"make: *** No rule".to_owned()));
}

#[test]
fn memory_is_told_from_other_ends() {
    let killed = evidence("build", 137, "OOMKilled", &[&info("RUN make")]);
    assert!(killed.out_of_memory());
    let failure = check(&killed, "build-memory", Some((".coder/main.coder", 12)));
    assert!(failure.help.iter().any(|help| help.contains("memory = 8GiB")), "{failure:?}");
    let error =
        "error building image: error building stage: failed to execute command: waiting for process to exit: signal: killed";
    assert!(evidence("build", 1, "Error", &[&info("RUN make"), error]).out_of_memory());
    assert!(!evidence("build", 1, "Error", &["error building image: x"]).out_of_memory());
    let mut late = evidence("build", 137, "Error", &[&info("RUN make")]);
    late.job = Some(("DeadlineExceeded".into(), String::new()));
    assert!(!late.out_of_memory());
    check(&late, "build-deadline", Some((".coder/main.coder", 12)));
}

#[test]
fn what_nobody_knows_is_told_in_its_own_words() {
    let failure = check(&evidence("build", 1, "Error", &["error building image: the moon is full"]), "build-failed", None);
    assert!(format!("{failure:?}").contains("the moon is full"), "{failure:?}");
}

#[test]
fn bases_are_pointed_at_where_they_stand() {
    let asked = info("Retrieving image manifest debian@sha256:aa");
    let last = "error building image: unable to complete operation after 3 attempts, last error: GET https://index.docker.io/v2/library/debian/manifests/sha256:aa:";
    for (said, name) in [
        ("MANIFEST_UNKNOWN: manifest unknown", "build-base-missing"),
        ("UNAUTHORIZED: authentication required", "base-denied"),
        ("TOOMANYREQUESTS: You have reached your pull rate limit", "registry-limit"),
    ] {
        let error = format!("{last} {said}");
        check(&evidence("build", 1, "Error", &[&asked, &error]), name, Some(("dev/Dockerfile", 1)));
    }
    let error = "error building image: Get \"https://index.docker.io/v2/\": dial tcp: lookup index.docker.io: no such host";
    check(&evidence("build", 1, "Error", &[&asked, error]), "registry-network", Some(("dev/Dockerfile", 1)));
}

#[test]
fn a_missing_file_is_named() {
    let error = "error building image: error building stage: failed to optimize instructions: failed to get files used from context: failed to get fileinfo for /kaniko/buildcontext/dev/tools/a.sh: lstat /kaniko/buildcontext/dev/tools/a.sh: no such file or directory";
    let failure = check(&evidence("build", 1, "Error", &[error]), "build-context-file", Some(("dev/Dockerfile", 3)));
    assert_eq!(failure.message, "the context has no `dev/tools/a.sh`");
}

#[test]
fn disks_that_are_full() {
    let error = "error building image: error building stage: failed to take snapshot: write /kaniko/1: no space left on device";
    check(&evidence("build", 1, "Error", &[&info("RUN make"), error]), "build-disk", Some((".coder/main.coder", 12)));
    let mut evicted = evidence("build", 137, "Error", &[]);
    evicted.evicted = Some("The node was low on resource: ephemeral-storage.".into());
    check(&evicted, "build-disk", None);
}

#[test]
fn pushes_that_are_refused() {
    let denied = "Error: pushing image: failed to push to destination registry.acme.dev/dev:b-1: POST https://registry.acme.dev/v2/dev/blobs/uploads/: UNAUTHORIZED: authentication required";
    let failure = check(&evidence("push", 1, "Error", &[denied]), "push-denied", None);
    assert!(failure.help.iter().any(|help| help.contains("`pusher`")));
    let immutable = "Error: pushing image: failed to push to destination x: PUT https://x: TAG_INVALID: the tag is immutable";
    check(&evidence("push", 1, "Error", &[immutable]), "push-refused", None);
    let gone = "Error: pushing image: failed to push to destination x: Put \"https://x\": dial tcp 10.0.0.1:443: connect: connection refused";
    check(&evidence("push", 1, "Error", &[gone]), "registry-network", None);
}

#[test]
fn repositories_that_cannot_be_fetched() {
    let lines = [
        "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
        "coderc: cannot fetch https://github.com/acme/a",
    ];
    check(&evidence("source", 1, "Error", &lines), "build-git", None);
    let lines = ["fatal: reference is not a tree: 1111", "coderc: https://github.com/acme/a has no commit 1111"];
    check(&evidence("source", 1, "Error", &lines), "commit-unreachable", None);
}

#[test]
fn what_never_ran() {
    let mut pending = evidence("source", 0, "", &[]);
    pending.job = None;
    pending.trouble = Some(Trouble::Unschedulable("0/3 nodes are available: 3 Insufficient memory.".into()));
    let failure = check(&pending, "build-unschedulable", None);
    assert!(failure.help[0].contains("3 Insufficient memory"));
    pending.trouble = Some(Trouble::Pull { image: "kaniko".into(), why: "not found".into(), hopeless: false });
    check(&pending, "builder-image", None);
    pending.trouble = Some(Trouble::Container { why: "secret \"pusher\" not found".into() });
    check(&pending, "secret-missing", None);
}
