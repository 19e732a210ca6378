//! Explanations of a package's values, as text.

use std::sync::Arc;

use expect_test::{Expect, expect};

use super::explain;
use crate::model::Origin;
use crate::workspace::{LoadedFile, LoadedPackage, RepositoryId, Session};

const PACKAGE: &str = r#"let small = 4GB
let users = ["ana", "ben"]

/// For one person.
environment dev(user: string, size: bytes = small) {
  container env {
    image  = "debian:12"
    memory = size
    env    = { USER = user }
  }
}
environment ana = environment.dev(user: "ana") with {
  container env { memory = 8GB }
}
environment each for user in users {
  container env { image = "debian:12", args = ["--user", user] }
}
policy small-enough(env: environment) {
  for c in values(env.containers) { require (c.memory ?? 0GB) <= 16GB else "too much" }
}
enforce policy.small-enough
project { registry = "registry.acme.dev" }
"#;

fn explained(address: &str) -> String {
    let origin = Origin { url: "".into(), commit: "".into(), branch: None, folder: "".into() };
    let files = vec![LoadedFile { path: ".coder/a.coder".into(), text: Ok(Arc::from(PACKAGE)) }];
    let session = Session::new(LoadedPackage { repository: RepositoryId::Root, origin, files });
    match explain(&session.db, session.root(), address) {
        Ok(found) => {
            let mut text = format!("{} = {}", found.address, found.value.as_deref().unwrap_or("not set"));
            text += &format!(" : {}\n", found.ty.as_deref().unwrap_or("?"));
            text += &found.docs.iter().map(|docs| format!("  {docs}\n")).collect::<String>();
            for step in &found.steps {
                text += &format!("  {}:{} {} | {}\n", step.source.file, step.source.start.line, step.what, step.line);
            }
            text + &found.entries.iter().map(|entry| format!("  .{} = {}\n", entry.name, entry.value)).collect::<String>()
        }
        Err(problem) => format!("{}; {}\n", problem.message, problem.help.join("; ")),
    }
}

#[track_caller]
fn check(address: &str, expected: Expect) {
    expected.assert_eq(&explained(address));
}

#[test]
fn an_override_shows_what_it_replaced() {
    check(
        "environment.ana.container.env.memory",
        expect![[r#"
        environment.ana.containers.env.memory = 8GB : bytes?
          Its limit of memory, and what it requests unless `requests` says otherwise.
          .coder/a.coder:13 changed in environment `ana` | container env { memory = 8GB }
          .coder/a.coder:8 in place of 4GB, set in the template environment `dev` | memory = size
          .coder/a.coder:12 environment `ana` is declared here | environment ana = environment.dev(user: "ana") with {
          .coder/a.coder:5 made by the template environment `dev` | environment dev(user: string, size: bytes = small) {
          .coder/a.coder:18 checked by policy `small-enough` | policy small-enough(env: environment) {
    "#]],
    );
}

#[test]
fn an_argument_leads_to_where_it_was_given() {
    check(
        "environment.ana.containers.env.env.USER",
        expect![[r#"
        environment.ana.containers.env.env.USER = "ana" : string | secret
          .coder/a.coder:9 set in the template environment `dev` | env    = { USER = user }
          .coder/a.coder:12 its value comes from environment `ana` | environment ana = environment.dev(user: "ana") with {
          .coder/a.coder:12 environment `ana` is declared here | environment ana = environment.dev(user: "ana") with {
          .coder/a.coder:5 made by the template environment `dev` | environment dev(user: string, size: bytes = small) {
    "#]],
    );
    check(
        "environment.dev(user=zoe).containers.env.memory",
        expect![[r#"
        environment.dev(user=zoe).containers.env.memory = 4GB : bytes?
          Its limit of memory, and what it requests unless `requests` says otherwise.
          .coder/a.coder:8 set in the template environment `dev` | memory = size
          .coder/a.coder:1 its value comes from constant `small` | let small = 4GB
          .coder/a.coder:5 the template environment `dev` is declared here; this is with `user=zoe` | environment dev(user: string, size: bytes = small) {
          .coder/a.coder:18 checked by policy `small-enough` | policy small-enough(env: environment) {
    "#]],
    );
}

#[test]
fn defaults_and_what_is_not_set() {
    check(
        "environment.ana.replicas",
        expect![[r#"
        environment.ana.replicas = 1 : replica-count
          How many copies run.
          prelude/schema.coder:36 the default of every `environment` | replicas: replica-count = 1
          .coder/a.coder:12 environment `ana` is declared here | environment ana = environment.dev(user: "ana") with {
          .coder/a.coder:5 made by the template environment `dev` | environment dev(user: string, size: bytes = small) {
    "#]],
    );
    check(
        "environment.ana.containers.env.cpu",
        expect![[r#"
        environment.ana.containers.env.cpu = not set : cpu?
          Its limit of processors, and what it requests unless `requests` says otherwise.
          .coder/a.coder:6 where it could be set | container env {
    "#]],
    );
}

#[test]
fn loops_lists_and_constants() {
    check(
        "environment.each[\"ben\"].containers.env.args[1]",
        expect![[r#"
        environment.each["ben"].containers.env.args[1] = "ben" : string
          .coder/a.coder:16 set in environment `each` | container env { image = "debian:12", args = ["--user", user] }
          .coder/a.coder:2 its value comes from constant `users` | let users = ["ana", "ben"]
          .coder/a.coder:15 environment `each` is declared here, for each element; this is `ben` | environment each for user in users {
    "#]],
    );
    check(
        "users[0]",
        expect![[r#"
        users[0] = "ana" : string
          .coder/a.coder:2 written in constant `users` | let users = ["ana", "ben"]
    "#]],
    );
    check(
        "project.registry",
        expect![[r#"
        project.registry = "registry.acme.dev" : string?
          The registry of repositories without a host; `docker.io` by default.
          .coder/a.coder:22 set in `project` | project { registry = "registry.acme.dev" }
    "#]],
    );
    check(
        "environment.ana.containers.env",
        expect![[r#"
        environment.ana.containers.env = { image = "debian:12", primary = false, memory = 8GB, env = { USER = "ana" }, ports = {}, mounts = {}, command = [], args = [], personalize = [] } : container
          .coder/a.coder:6 set in the template environment `dev` | container env {
          .coder/a.coder:12 environment `ana` is declared here | environment ana = environment.dev(user: "ana") with {
          .coder/a.coder:5 made by the template environment `dev` | environment dev(user: string, size: bytes = small) {
          .coder/a.coder:18 checked by policy `small-enough` | policy small-enough(env: environment) {
          .image = "debian:12"
          .primary = false
          .memory = 8GB
          .env = { USER = "ana" }
          .ports = {}
          .mounts = {}
          .command = []
          .args = []
          .personalize = []
    "#]],
    );
}

#[test]
fn what_is_not_there_has_a_nearest_name() {
    for (address, part) in [
        ("environment.anna", "did you mean `ana`?"),
        ("environment.ana.containers.env.memry", "did you mean `memory`?"),
        ("environment.dev", "name them: `environment.dev(user=…,size=…)`"),
        ("environment.each[\"zoe\"]", "`environment.each` has no element `zoe`"),
        ("usrs", "did you mean `users`?"),
        ("users[7]", "`users` has 2 elements"),
        ("users.x", "which has no parts"),
        ("policy.small-enough", "is a policy, which has no value"),
        ("a..b", "is no address"),
    ] {
        let said = explained(address);
        assert!(said.contains(part), "{address}: {said}");
    }
}
