//! A package of any number of environments, the same for the same number: what benchmarks measure with.
//!
//! Its sources are made like those that people write; nothing is checked or measured here.

use crate::sandbox::Files;

/// Environments of a file.
pub const IN_A_FILE: usize = 10;

/// A package of `environments` environments of two containers each, ten in a file, and the library package that they import:
/// types, functions, and templates with parameters. Six of ten are calls of a template, two change what a call gives, two are
/// written out.
pub fn package(environments: usize) -> Files {
    let mut files = Files::new();
    for (path, text) in [
        ("platform/.coder/images.coder", IMAGES),
        ("platform/.coder/sizes.coder", SIZES),
        ("platform/.coder/workspace.coder", WORKSPACE),
        ("platform/images/base/Dockerfile", DOCKERFILE),
        ("platform/images/base/gitconfig", "[pull]\n\trebase = true\n"),
        ("platform/images/go/Dockerfile", GO_DOCKERFILE),
        (".coder/platform.coder", "import \"./platform\" as platform\n"),
        (".coder/project.coder", PROJECT),
        (".coder/coder.lock", LOCK),
    ] {
        files.insert(path.to_string(), text.to_string());
    }
    for first in (0..environments).step_by(IN_A_FILE) {
        let last = environments.min(first + IN_A_FILE);
        files.insert(path(first / IN_A_FILE), file(first..last));
    }
    files
}

/// The path of a file of environments, by its number.
pub fn path(file: usize) -> String {
    format!(".coder/teams/team-{file:04}.coder")
}

/// A file of about this many bytes: as many environments as it takes, and how many these are.
pub fn file_of(bytes: usize) -> (String, usize) {
    let one = file(0..IN_A_FILE).len() / IN_A_FILE;
    let environments = (bytes / one).max(1);
    (file(0..environments), environments)
}

fn file(environments: std::ops::Range<usize>) -> String {
    let team = environments.start / IN_A_FILE;
    let mut text = format!(
        "/// What team {team} puts on everything it owns.\nlet labels-{team:04} = {{ team = \"team-{team:04}\", floor = \"{}\" }}\n",
        team % 7
    );
    for number in environments {
        text.push('\n');
        text.push_str(&environment(team, number));
    }
    text
}

fn environment(team: usize, number: usize) -> String {
    let size = ["small", "medium", "large"][number % 3];
    let (stay, gigabytes, port) = (1 + number % 28, 10 + number % 40, 8000 + number % 1000);
    match number % IN_A_FILE {
        0..3 => format!(
            "/// Where user {number} works.\n\
             environment dev-{number:05} = platform.environment.workspace(\n  \
               user: \"user-{number:05}\",\n  \
               team: \"team-{team:04}\",\n  \
               size: \"{size}\",\n  \
               stay: {stay}d,\n\
             )\n"
        ),
        3..6 => format!(
            "environment dev-{number:05} = platform.environment.workspace(\n  \
               user: \"user-{number:05}\",\n  \
               team: \"team-{team:04}\",\n  \
               tools: platform.image.go(release: \"1.22\"),\n  \
               size: \"{size}\",\n  \
               home: {gigabytes}GiB,\n  \
               setup: [\"RUN go install example.invalid/tools-{number}@latest\", \"RUN git config --global user.name user-{number:05}\"],\n\
             )\n"
        ),
        6..8 => format!(
            "/// A workspace with more memory and a port of its own.\n\
             environment dev-{number:05} = platform.environment.workspace(user: \"user-{number:05}\", team: \"team-{team:04}\") with {{\n  \
               replicas = 1\n  \
               labels  += {{ trial = \"yes\" }}\n  \
               container env {{\n    \
                 memory = {gigabytes}GB\n    \
                 env   += {{ TRIAL = \"yes\", NUMBER = \"{number}\" }}\n    \
                 port debug {{ number = {port} }}\n  \
               }}\n\
             }}\n"
        ),
        _ => format!(
            "/// The service as it is reviewed.\n\
             environment review-{number:05} {{\n  \
               namespace = \"team-{team:04}\"\n  \
               replicas  = 1\n  \
               ttl       = {stay}d\n  \
               labels    = labels-{team:04}\n\n  \
               container env {{\n    \
                 primary     = true\n    \
                 image       = platform.image.base\n    \
                 credentials = \"acme-registry\"\n    \
                 cpu         = platform.processors(\"{size}\")\n    \
                 memory      = platform.memory(\"{size}\")\n    \
                 workdir     = \"/home/coder\"\n    \
                 env         = {{\n      \
                   USERNAME  = \"user-{number:05}\"\n      \
                   TEAM      = \"team-{team:04}\"\n      \
                   URL       = \"https://review-{number:05}.\\(platform.domain)/\"\n      \
                   API_TOKEN = secret(\"workspace-tokens\", key: \"user-{number:05}\")\n    \
                 }}\n    \
                 requests {{\n      \
                   cpu    = 0.5\n      \
                   memory = 1GB\n    \
                 }}\n    \
                 mount home {{ path = \"/home/coder\" }}\n    \
                 port http {{ number = {port} }}\n  \
               }}\n\n  \
               container postgres {{\n    \
                 image  = \"postgres:16\"\n    \
                 memory = 2GB\n    \
                 env    = {{ POSTGRES_PASSWORD = secret(\"postgres\", key: \"team-{team:04}\") }}\n    \
                 mount data {{ path = \"/var/lib/postgresql/data\" }}\n  \
               }}\n\n  \
               volume home {{ size = {gigabytes}GiB }}\n  \
               volume data {{ size = 10GiB }}\n\
             }}\n"
        ),
    }
}

const IMAGES: &str = r#"/// Debian with what every team needs.
image base {
  context     = "./platform/images/base"
  repository  = "acme/base"
  credentials = "acme-registry"
}

/// The Go releases that are looked after.
type go-release = "1.22" | "1.23"

/// A Go release with the linters that CI runs.
image go(release: go-release = "1.23") {
  context     = "./platform/images/go"
  repository  = "acme/go-\(release)"
  credentials = "acme-registry"
  args        = { GO_RELEASE = release }
  labels      = { "dev.acme.go" = release }
}
"#;

const SIZES: &str = r#"/// Where what runs is found.
let domain = "dev.acme.example"

/// How large a workspace can be.
type size = "small" | "medium" | "large"

/// How long an unused workspace stays.
type stay = duration where it >= 1h && it <= 30d

/// A short name, for it becomes part of other names.
type short-name = string where len(it) >= 2 && len(it) <= 20

fn memory(size: size) -> bytes = match size {
  "small"  => 4GB
  "medium" => 8GB
  "large"  => 16GB
}

fn processors(size: size) -> cpu = match size {
  "small"  => 1
  "medium" => 2
  "large"  => 4
}

/// What says whose an environment is.
fn owner(user: string, team: string) -> map<string> = { team = team, user = user, "acme.dev/owner" = "\(team)-\(user)" }
"#;

const WORKSPACE: &str = r#"/// A workspace for one person, with a home that outlives it and a database beside it.
environment workspace(
  user: short-name,
  team: short-name,
  tools: image = image.base,
  size: size = "small",
  home: bytes = 20GiB,
  stay: stay = 7d,
  setup: list<string> = [],
) {
  namespace   = "team-\(team)"
  ttl         = stay
  labels      = owner(user, team)
  tolerations = [{ key = "workspaces", operator = "Exists" }]

  container env {
    primary     = true
    image       = tools
    credentials = "acme-registry"
    cpu         = processors(size)
    memory      = memory(size)
    workdir     = "/home/coder"
    personalize = setup
    env         = {
      USERNAME  = user
      TEAM      = team
      URL       = "https://\(user).\(domain)/"
      API_TOKEN = secret("workspace-tokens", key: user)
    }
    requests {
      cpu    = 0.5
      memory = 1GB
    }
    mount home { path = "/home/coder" }
    port http { number = 8080 }
  }

  container postgres {
    image  = "postgres:16"
    memory = if size == "small" { 1GB } else { 2GB }
    env    = { POSTGRES_USER = user, POSTGRES_PASSWORD = secret("postgres", key: team) }
    mount data { path = "/var/lib/postgresql/data" }
  }

  volume home { size = home }
  volume data { size = 10GiB }
}
"#;

const PROJECT: &str = r#"project {
  registry = "registry.acme.example"
  cache    = "acme/cache"
}
"#;

const DOCKERFILE: &str = "FROM debian:12
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates curl git vim
RUN useradd --create-home --uid 1000 --shell /bin/bash coder
COPY gitconfig /etc/gitconfig
USER coder
WORKDIR /home/coder
";

const GO_DOCKERFILE: &str = "ARG GO_RELEASE=1.23
FROM golang:${GO_RELEASE}
RUN useradd --create-home --uid 1000 --shell /bin/bash coder
USER coder
WORKDIR /home/coder
";

const LOCK: &str = r#"# What this package's plans depend on. Written by coderc; commit it.
version = 1

[[image]]
reference = "docker.io/library/debian:12"
digest = "sha256:b4042f895d5d1f8df415caebe7c416f9dbcf0dc8867abb225955006de50b21f3"
user = ""

[[image]]
reference = "docker.io/library/golang:1.22"
digest = "sha256:927112936d6b496ed95f55f362cc09da6e3e624ef868814c56d55bd7323e0959"
user = ""

[[image]]
reference = "docker.io/library/postgres:16"
digest = "sha256:95206741a5b214807675e14165369d05b93a9cf692223b616d07cca227e74b0b"
user = ""
"#;
