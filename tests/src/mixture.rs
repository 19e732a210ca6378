//! A package of any size that uses most of the language: a library, templates, loops, policies, images and environments.
//!
//! It has no mistake. How fast much of it is checked is for the benchmarks.

use crate::literate::{Package, Repository};

/// Environments a file: few, so that a small package has as many files as are checked side by side.
const A_FILE: usize = 3;

/// A package of so many environments, with a library in another repository.
pub fn package(environments: usize) -> Package {
    let mut package = Package::default();
    let mut put = |path: &str, text: &str| package.files.insert(path.to_string(), text.to_string());
    put(".coder/images.coder", IMAGES);
    put(".coder/policies.coder", POLICIES);
    put(".coder/people.coder", PEOPLE);
    put(".coder/database.yaml", YAML);
    put("base/Dockerfile", "FROM debian:12\nARG RELEASE=1\nRUN echo $RELEASE > /release\nCOPY . /src\n");
    put("base/.dockerignore", "*.md\n");
    put("base/motd", "hello\n");
    put(
        "tools/Dockerfile",
        "# syntax=docker/dockerfile:1\nFROM acme/base AS build\nRUN make\nFROM acme/base\nCOPY --from=build /out /usr/bin\n",
    );
    let all: Vec<String> = (0..environments).map(environment).collect();
    for (number, some) in all.chunks(A_FILE).enumerate() {
        put(&format!(".coder/teams/team-{number}.coder"), &some.join("\n"));
    }
    let library =
        Repository { files: [(".coder/library.coder".to_string(), LIBRARY.to_string())].into(), ..Repository::default() };
    package.others.insert("github.com/acme/library".to_string(), library);
    package
}

fn environment(number: usize) -> String {
    let size = ["small", "medium", "large"][number % 3];
    match number % 4 {
        0 => format!(
            "/// Number {number}.\nenvironment e-{number} {{\n  container env {{\n    primary = true\n    image   = image.tools\n    \
             memory  = library.memory(\"{size}\")\n    env     = {{ NUMBER = \"{number}\", TEAM = team }}\n    \
             personalize = [\"RUN echo {number}\"]\n  }}\n  container db {{ image = \"postgres:16\" }}\n}}\n"
        ),
        1 => format!("environment e-{number} = library.environment.workspace(user: \"user-{number}\", size: \"{size}\")\n"),
        2 => format!(
            "environment e-{number} = environment.shared(\"n{number}\") with {{\n  replicas = 2\n  labels += {{ n = \"{number}\" }}\n}}\n"
        ),
        _ => format!(
            "environment e-{number} for user in people if len(user) > 3 {{\n  container env {{\n    primary = true\n    image = image.base\n    \
             memory = if user == \"anna\" {{ 2GB }} else {{ 1GB }}\n    args   = [for n in range({number} % 5) {{ \"-\\(n)\" }}]\n  }}\n  \
             container \"side-\\(n)\" for n in range(2) {{ image = \"redis\" }}\n}}\n"
        ),
    }
}

const IMAGES: &str = r#"import "github.com/acme/library" at "main" as library

/// What all stands on.
image base {
  context    = "./base"
  repository = "acme/base"
  args       = { RELEASE = "2" }
}

image tools {
  context    = "./tools"
  repository = "acme/tools"
}

let team: string = "core"

environment shared(user: string, memory: bytes = 1GB) {
  labels = { user = user }
  container env {
    image  = image.base
    memory = memory
    port http { number = 8080 }
    mount home { path = "/home/\(user)" }
  }
  volume home { size = 10GiB }
}
"#;

const POLICIES: &str = r#"policy modest(env: environment) {
  require env.replicas <= 3 else "\(env.replicas) replicas are too many"
  for name, container in env.containers {
    require (container.memory ?? 1GB) <= 16GB else "container \(name) asks for too much"
  }
}

enforce policy.modest
"#;

const PEOPLE: &str = r#"let people = ["anna", "bela", "carla"]

type level = int where it >= 1 && it <= 3

fn twice(n: int) -> int = n * 2

test "twice" {
  assert twice(2) == 4
}
"#;

const YAML: &str = "name: database\ntype: environment\nprovider: kubernetes\nspec:\n  - name: db\n    primary: true\n    image: postgres\n    \
                    cpu: 2\n    memory: 4GB\n    env:\n      - name: PGDATABASE\n        value: coder\n";

const LIBRARY: &str = r#"type size = "small" | "medium" | "large"

fn memory(size: size) -> bytes = match size {
  "small"  => 2GB
  "medium" => 4GB
  "large"  => 8GB
}

environment workspace(user: string, size: size = "small") {
  container env {
    image  = "debian:12"
    memory = memory(size)
    env    = { USERNAME = user }
  }
}
"#;
