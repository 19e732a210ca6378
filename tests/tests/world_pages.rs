//! Diagnostics that no package alone brings about, as a user meets them: what the process says, and that what the page says mends it.
//!
//! tidy lists which pages are shown here, and where the others are.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Output};

use libtest_mimic::{Arguments, Trial, run};
use tests::parts::{ApiServer, at_length, trial};
use tests::sandbox::{Sandbox, files};

fn main() -> ExitCode {
    let trials: Vec<Trial> = vec![
        trial("clusters", at_length().and_then(|()| ApiServer::missing()), clusters),
        trial("changed-content", Ok(()), changed_content),
        trial("moved-tag", Ok(()), moved_tag),
        trial("import-tree", Ok(()), import_tree),
        trial("invalid-argument", Ok(()), invalid_argument),
        trial("unknown-target", Ok(()), unknown_target),
        trial("context-not-committed", Ok(()), context_not_committed),
        trial("assets-of-a-project", Ok(()), assets),
        trial("modified-context", Ok(()), modified_context),
        trial("image-cycle", Ok(()), image_cycle),
        trial("invalid-tag", Ok(()), invalid_tag),
        trial("tag-taken", Ok(()), tag_taken),
        trial("no-repository", Ok(()), no_repository),
        trial("object-name-taken", Ok(()), object_name_taken),
        trial("unpinned-base", Ok(()), unpinned_base),
        trial("unpinned-image", Ok(()), unpinned_image),
        trial("missing-program", Ok(()), missing_program),
    ];
    run(&Arguments::from_args(), trials).exit_code()
}

/// A package that is asked.
struct World {
    sandbox: Sandbox,
    tree: PathBuf,
}

const DEBIAN: &str = "debian@sha256:1111111111111111111111111111111111111111111111111111111111111111";
const ENVIRONMENT: &str = "environment a {\n  container env { image = \"IMAGE\" }\n}\n";

impl World {
    fn new(files: &[(&str, &str)]) -> World {
        let sandbox = Sandbox::new();
        let tree = sandbox.repository("github.com/acme/team", &tests::sandbox::files(files));
        World { sandbox, tree }
    }

    /// The environment of one container.
    fn environment() -> World {
        World::new(&[(".coder/a.coder", &ENVIRONMENT.replace("IMAGE", DEBIAN))])
    }

    fn write(&self, path: &str, text: &str) {
        tests::sandbox::write(&self.tree, &files(&[(path, text)]));
    }

    fn commit(&self) {
        self.sandbox.git(&self.tree, &["add", "--all"]);
        self.sandbox.git(&self.tree, &["commit", "--quiet", "--message", "Change"]);
    }

    /// The code, and all that is said.
    fn ask(&self, kubeconfig: Option<&Path>, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = self.sandbox.coderc_command(&self.tree, arguments);
        command.envs(kubeconfig.map(|path| ("CODERC_KUBECONFIG", path)));
        let Output { status, stdout, stderr } = command.output().expect("coderc runs");
        (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }

    /// The diagnostic is an error, and the only one.
    fn refused(&self, name: &str, arguments: &[&str]) -> String {
        let (code, said) = self.ask(None, arguments);
        only_error(name, code, &said);
        said
    }

    /// The diagnostic is a warning.
    fn warned(&self, name: &str, arguments: &[&str]) {
        let (code, said) = self.ask(None, arguments);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(&format!("warning[{name}]")), "{said}");
    }

    /// Nothing is said of it any more.
    fn mended(&self, name: &str, arguments: &[&str]) {
        let (code, said) = self.ask(None, arguments);
        assert_eq!(code, Some(0), "{said}");
        assert!(!said.contains(&format!("[{name}]")), "{said}");
    }
}

fn only_error(name: &str, code: Option<i32>, said: &str) {
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(said.matches("error[").count(), 1, "{said}");
    assert!(said.contains(&format!("error[{name}]")), "{said}");
}

/// One after the other, before one server.
fn clusters() {
    let server = ApiServer::start();
    for of_a_cluster in [cluster_configuration, cluster_network, cluster_auth, cluster_answer] {
        of_a_cluster(&server);
    }
}

/// `coderc diff` with this configuration is refused, and with the real one finds what is to be made.
fn of_a_cluster(server: &ApiServer, name: &str, wrong: impl FnOnce(&World) -> Option<PathBuf>) {
    let world = World::environment();
    let wrong = wrong(&world);
    let (code, said) = world.ask(wrong.as_deref(), &["diff"]);
    only_error(name, code, &said);
    let (code, said) = world.ask(Some(&server.kubeconfig()), &["diff"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(!said.contains("error"), "{said}");
}

fn configured(world: &World, text: &str) -> Option<PathBuf> {
    let path = world.sandbox.path().join("kubeconfig");
    std::fs::write(&path, text).expect("a file of the sandbox");
    Some(path)
}

fn cluster_configuration(server: &ApiServer) {
    of_a_cluster(server, "cluster-configuration", |_| None);
}

fn cluster_network(server: &ApiServer) {
    of_a_cluster(server, "cluster-network", |world| {
        let text = std::fs::read_to_string(server.kubeconfig()).expect("the configuration");
        let closed =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port that is free again");
        configured(world, &text.replace(&server.url(), &format!("https://{closed}")))
    });
}

fn cluster_auth(server: &ApiServer) {
    of_a_cluster(server, "cluster-auth", |world| {
        let text = std::fs::read_to_string(server.kubeconfig()).expect("the configuration");
        configured(world, &text.replace(ApiServer::TOKEN, "of-somebody-else"))
    });
}

fn cluster_answer(server: &ApiServer) {
    of_a_cluster(server, "cluster-answer", |world| {
        let text = std::fs::read_to_string(server.kubeconfig()).expect("the configuration");
        configured(world, &text.replace(&server.url(), &format!("http://127.0.0.1:{}", page())))
    });
}

/// The port of a server that answers everything with a page for people.
fn page() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("a listener has an address").port();
    std::thread::spawn(move || {
        let answer = |mut stream: TcpStream| {
            let mut buffer = [0; 4096];
            let page = "<html><body>Welcome</body></html>";
            while stream.read(&mut buffer).is_ok_and(|size| size > 0) {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n", page.len());
                if stream.write_all(format!("{head}{page}").as_bytes()).is_err() {
                    return;
                }
            }
        };
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream));
        }
    });
    port
}

/// A package that imports a constant.
fn importing() -> (World, PathBuf) {
    let world =
        World::new(&[(".coder/a.coder", "import \"acme/platform\" at tag \"v1\" as platform\nlet level = platform.level\n")]);
    let platform = world.sandbox.repository("github.com/acme/platform", &files(&[(".coder/p.coder", "let level = 3\n")]));
    world.sandbox.add_ref("github.com/acme/platform", "refs/tags/v1");
    (world, platform)
}

fn changed_content() {
    let (world, _) = importing();
    world.mended("changed-content", &["check"]);
    let lock = std::fs::read_to_string(world.tree.join(".coder/coder.lock")).expect("the lock");
    let line = lock.lines().find(|line| line.starts_with("content")).expect("a hash").to_owned();
    let wrong = format!("content = \"{}\"", "0".repeat(line.split('"').nth(1).expect("a text").len()));
    let wrong = match line.split_once(':') {
        Some((kind, rest)) => format!("{kind}:{}\"", "0".repeat(rest.len() - 1)),
        None => wrong,
    };
    world.write(".coder/coder.lock", &lock.replace(&line, &wrong));
    world.refused("changed-content", &["check"]);
    world.write(".coder/coder.lock", &lock);
    world.mended("changed-content", &["check"]);
}

fn moved_tag() {
    let (world, platform) = importing();
    world.mended("moved-tag", &["check"]);
    std::fs::write(platform.join(".coder/p.coder"), "let level = 4\n").expect("a file");
    world.sandbox.git(&platform, &["commit", "--quiet", "--all", "--message", "Change"]);
    world.sandbox.git(&platform, &["push", "--quiet", "origin", "HEAD"]);
    world.sandbox.add_ref("github.com/acme/platform", "refs/tags/v1");
    world.refused("moved-tag", &["update"]);
    world.mended("moved-tag", &["update", "--accept-moved"]);
    world.mended("moved-tag", &["check"]);
}

fn import_tree() {
    let (world, platform) = importing();
    // git's own commands make no such tree, but for the one that asks nothing.
    let git = |arguments: &[&str], input: &[u8]| {
        let mut command = world.sandbox.command("git".as_ref(), &platform);
        command.args(arguments).stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.spawn().expect("git runs");
        child.stdin.take().expect("a pipe").write_all(input).expect("git reads");
        let output = child.wait_with_output().expect("git ends");
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let blob = git(&["hash-object", "-w", "--stdin"], b"let level = 3\n");
    let inner = git(&["mktree"], format!("100644 blob {blob}\tp.coder\n").as_bytes());
    let mut tree = Vec::new();
    for (mode, name, id) in [("40000", "..", &inner), ("40000", ".coder", &inner)] {
        tree.extend(format!("{mode} {name}\0").bytes());
        tree.extend((0..20).map(|byte| u8::from_str_radix(&id[2 * byte..2 * byte + 2], 16).expect("hexadecimal digits")));
    }
    let tree = git(&["hash-object", "-t", "tree", "-w", "--stdin", "--literally"], &tree);
    let commit = git(&["commit-tree", &tree, "-m", "Odd"], b"");
    git(&["push", "--quiet", "--force", "origin", &format!("{commit}:refs/tags/v1")], b"");
    world.refused("import-tree", &["check"]);
    world.sandbox.add_ref("github.com/acme/platform", "refs/tags/v1");
    world.mended("import-tree", &["check"]);
}

fn invalid_argument() {
    let template =
        "environment dev(size: int) {\n  replicas = size\n  container env { image = \"IMAGE\" }\n}\n".replace("IMAGE", DEBIAN);
    let world = World::new(&[(".coder/a.coder", &template)]);
    world.refused("invalid-argument", &["plan", "--offline", "environment.dev", "--set", "size=large"]);
    world.mended("invalid-argument", &["plan", "--offline", "environment.dev", "--set", "size=2"]);
}

fn unknown_target() {
    let world = World::environment();
    world.refused("unknown-target", &["plan", "--offline", "environment.b"]);
    world.mended("unknown-target", &["plan", "--offline", "environment.a"]);
}

/// A package of one image, whose Dockerfile needs no other.
fn of_an_image() -> World {
    let image = "image dev {\n  context    = \"dev\"\n  repository = \"acme/dev\"\n}\n";
    World::new(&[(".coder/a.coder", image), ("dev/Dockerfile", "FROM scratch\nCOPY motd /\n"), ("dev/motd", "hello\n")])
}

fn context_not_committed() {
    let world = of_an_image();
    std::fs::remove_dir_all(world.tree.join(".git")).expect("a repository");
    world.sandbox.git(&world.tree, &["init", "--quiet"]);
    world.refused("context-not-committed", &["plan", "--offline"]);
    world.commit();
    world.mended("context-not-committed", &["plan", "--offline"]);
    // What is there and was not committed is told so, too.
    world.write(".coder/b.coder", "image new {\n  context    = \"new\"\n  repository = \"acme/new\"\n}\n");
    world.write("new/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    let said = world.refused("context-missing", &["plan", "--offline"]);
    assert!(said.contains("commit it"), "{said}");
}

fn assets() {
    let world = of_an_image();
    let project = "project { assets = [\"conf\", \"motd.txt\"] }\n";
    world.write(".coder/project.coder", project);
    world.commit();
    for command in [&["check"][..], &["plan", "--offline"]] {
        let (code, said) = world.ask(None, command);
        assert_eq!((code, said.matches("error[file-missing]").count()), (Some(1), 2), "{said}");
    }
    world.write("conf/deep/a.txt", "a\n");
    world.write("motd.txt", "b\n");
    world.mended("file-missing", &["check"]);
    world.commit();
    world.mended("file-missing", &["plan", "--offline"]);
}

fn modified_context() {
    let world = of_an_image();
    world.write("dev/motd", "hello again\n");
    world.warned("modified-context", &["plan", "--offline"]);
    world.commit();
    world.mended("modified-context", &["plan", "--offline"]);
}

fn image_cycle() {
    let image = |name: &str| {
        format!("image {name} {{\n  context    = \"{name}\"\n  repository = \"acme/{name}\"\n  tags = [\"1\"]\n}}\n")
    };
    let world = World::new(&[
        (".coder/a.coder", &(image("one") + &image("two"))),
        ("one/Dockerfile", "FROM acme/two:1\n"),
        ("two/Dockerfile", "FROM acme/one:1\n"),
    ]);
    world.refused("image-cycle", &["plan", "--offline"]);
    world.write("two/Dockerfile", "FROM scratch\nCOPY Dockerfile /\n");
    world.commit();
    world.mended("image-cycle", &["plan", "--offline"]);
}

fn invalid_tag() {
    let world = of_an_image();
    let text = std::fs::read_to_string(world.tree.join(".coder/a.coder")).expect("the package");
    world.write(".coder/a.coder", &text.replace("}\n", "  tags       = [\"not a tag\"]\n}\n"));
    world.refused("invalid-tag", &["plan", "--offline"]);
    world.write(".coder/a.coder", &text.replace("}\n", "  tags       = [\"a-tag\"]\n}\n"));
    world.mended("invalid-tag", &["plan", "--offline"]);
}

fn tag_taken() {
    let image = |name: &str, repository: &str| {
        format!("image {name} {{\n  context    = \"{name}\"\n  repository = \"acme/{repository}\"\n}}\n")
    };
    let world = World::new(&[
        (".coder/a.coder", &(image("one", "same") + &image("two", "same"))),
        ("one/Dockerfile", "FROM scratch\nCOPY Dockerfile /one\n"),
        ("two/Dockerfile", "FROM scratch\nCOPY Dockerfile /two\n"),
    ]);
    world.refused("tag-taken", &["plan", "--offline"]);
    world.write(".coder/a.coder", &(image("one", "same") + &image("two", "other")));
    world.mended("tag-taken", &["plan", "--offline"]);
}

fn no_repository() {
    let environment =
        format!("environment a {{\n  container env {{\n    image = \"{DEBIAN}\"\n    personalize = [\"RUN true\"]\n  }}\n}}\n");
    let world = World::new(&[(".coder/a.coder", &environment)]);
    world.refused("no-repository", &["plan", "--offline"]);
    world.write(".coder/b.coder", "project { repository = \"acme/personal\" }\n");
    world.mended("no-repository", &["plan", "--offline"]);
}

fn object_name_taken() {
    let package = "environment dev(user: string) {\n  container env { image = \"IMAGE\" }\n}\nenvironment dev-ana {\n  container env { image = \
                   \"IMAGE\" }\n}\n";
    let world = World::new(&[(".coder/a.coder", &package.replace("IMAGE", DEBIAN))]);
    let plan = |user: &'static str| ["plan", "--offline", "environment.dev", "environment.dev-ana", "--set", user];
    world.refused("object-name-taken", &plan("user=ana"));
    world.mended("object-name-taken", &plan("user=bob"));
}

fn unpinned_base() {
    let world = of_an_image();
    world.write("dev/Dockerfile", "FROM debian:12\n");
    world.commit();
    world.refused("unpinned-base", &["plan", "--offline"]);
    let digest = "1".repeat(64);
    let lock = format!(
        "version = 1\n\n[[image]]\nreference = \"docker.io/library/debian:12\"\ndigest = \"sha256:{digest}\"\nuser = \"\"\n"
    );
    world.write(".coder/coder.lock", &lock);
    world.mended("unpinned-base", &["plan", "--offline"]);
}

fn unpinned_image() {
    let world = World::new(&[(".coder/a.coder", &ENVIRONMENT.replace("IMAGE", "debian:12"))]);
    world.warned("unpinned-image", &["plan", "--offline"]);
    world.write(".coder/a.coder", &ENVIRONMENT.replace("IMAGE", DEBIAN));
    world.mended("unpinned-image", &["plan", "--offline"]);
}

fn missing_program() {
    let world = World::environment();
    let folder = world.sandbox.path().join("few");
    std::fs::create_dir(&folder).expect("a folder");
    let git = tests::parts::program("git").expect("git is installed");
    std::os::unix::fs::symlink(git, folder.join("git")).expect("a link");
    let mut command = world.sandbox.coderc_command(&world.tree, &["apply", "--on", "podman"]);
    let output = command.env("PATH", &folder).output().expect("coderc runs");
    let said = String::from_utf8_lossy(&output.stderr);
    only_error("missing-program", output.status.code(), &said);
    // A program of that name is all that was missing; what it says is another matter.
    for name in ["podman", "buildah"] {
        let path = folder.join(name);
        std::fs::write(&path, "#!/bin/sh\necho 'no storage here' >&2\nexit 125\n").expect("a program");
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("a program");
    }
    let sh = tests::parts::program("sh").expect("a shell");
    std::os::unix::fs::symlink(sh, folder.join("sh")).expect("a link");
    let mut command = world.sandbox.coderc_command(&world.tree, &["apply", "--on", "podman"]);
    let output = command.env("PATH", &folder).output().expect("coderc runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no storage here") && !said.contains("[missing-program]"), "{said}");
}
