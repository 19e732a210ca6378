//! Images and environments: loops, templates, copies.

use super::{Fixture, show};
use crate::eval::{InstanceKey, instantiate};
use crate::policy;

const CONTAINER: &str = "container env { image = \"debian:12\" }";

#[test]
fn a_loop_declares_one_for_each_element() {
    let fixture = Fixture::new(&format!(
        r#"
let sizes: map<bytes> = {{ ana = 4GB, bob = 16GB }}
let people = [{{ name = "eve", level = 1 }}, {{ name = "joe", level = 5 }}]
environment dev for name, size in sizes {{ container env {{ image = "debian:12", memory = size, env = {{ USERNAME = name }} }} }}
environment lab for person in people if person.level > 2 {{ {CONTAINER} }}
environment off if false {{ {CONTAINER} }}
let memory = environment.dev["bob"].containers.env.memory
let names = keys(environment.dev)
let dotted = environment.dev.ana.containers.env.env
"#
    ));
    assert_eq!(fixture.problems(), "");
    let keys =
        |name: &str| -> Vec<InstanceKey> { fixture.environments(name).iter().map(|instance| instance.key.clone()).collect() };
    assert_eq!(keys("dev"), [InstanceKey::Loop("ana".into()), InstanceKey::Loop("bob".into())]);
    assert_eq!(keys("lab"), [InstanceKey::Loop("joe".into())]);
    assert_eq!(keys("off"), []);
    assert_eq!(fixture.shown("memory"), "16GB");
    assert_eq!(fixture.shown("names"), "[\"ana\", \"bob\"]");
    assert_eq!(fixture.shown("dotted"), "{ USERNAME = \"ana\" }");
}

#[test]
fn templates_and_copies() {
    let fixture = Fixture::new(
        r#"
environment dev(user: string, size: "small" | "large" = "small") {
  container env {
    image       = "debian:12"
    memory      = match size { "small" => 2GB, "large" => 16GB }
    env         = { USERNAME = user }
    personalize = ["RUN echo first"]
  }
  container "worker-\(i)" for i in range(2) { image = "debian:12" }
  volume home if size == "large" { size = 10GB }
}
environment ana = environment.dev(user: "ana")
environment bob = environment.dev("bob", size: "large")
environment more = environment.bob with {
  replicas = 2
  container env { memory = 8GB, personalize += ["RUN echo second"] }
  container extra { image = "postgres", requests { cpu = 1 } }
}
let a = environment.ana.containers.env.memory
let b = keys(environment.bob.volumes)
let c = environment.more.containers.env.personalize
let d = keys(environment.more.containers)
let e = environment.more.containers.extra.requests
let f = environment.dev("eve").containers.env.env
"#,
    );
    assert_eq!(fixture.problems(), "");
    for (name, value) in [
        ("a", "2GB"),
        ("b", "[\"home\"]"),
        ("c", "[\"RUN echo first\", \"RUN echo second\"]"),
        ("d", "[\"env\", \"worker-0\", \"worker-1\", \"extra\"]"),
        ("e", "{ cpu = 1 }"),
        ("f", "{ USERNAME = \"eve\" }"),
    ] {
        assert_eq!(fixture.shown(name), value, "{name}");
    }
    let more = &fixture.environments("more")[0];
    assert_eq!((&more.key, more.changed, more.origin), (&InstanceKey::Only, false, fixture.template("dev")));
    let memory = &more.fields.get("containers").and_then(|all| all.fields()?.get("env")?.fields()?.fields.get("memory").cloned());
    assert_eq!(memory.as_ref().and_then(|memory| memory.overridden.as_ref()).map(|old| old.shown.as_str()), Some("16GB"));
}

#[test]
fn arguments_of_the_command_line() {
    let fixture = Fixture::new(&format!(
        "type count = int where it >= 1 && it <= 10\n\
         environment dev(user: string, workers: count = 1, tags: list<string> = [], size: \"small\" | \"large\" = \"small\", memory: bytes = 2GB) {{\n\
         {CONTAINER}\n replicas = workers\n labels = {{ user = user, tags = join(tags, \"-\") }}\n}}\n"
    ));
    let run = |arguments: &[(&str, &str)]| {
        let arguments: Vec<_> = arguments.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let made = instantiate(&fixture.db, fixture.template("dev"), &arguments);
        let problems: String = made.diagnostics.iter().map(|diagnostic| fixture.line(diagnostic)).collect();
        let labels = made.instance.as_ref().map(|instance| show(instance.fields.get("labels").expect("set")));
        (labels.unwrap_or_default(), made.instance.map(|instance| instance.key.clone()), problems)
    };
    let (labels, key, problems) = run(&[("user", "12"), ("tags", "a,b"), ("workers", "3")]);
    assert_eq!((labels.as_str(), problems.as_str()), ("{ user = \"12\", tags = \"a-b\" }", ""));
    let pairs = [("user", "12"), ("workers", "3"), ("tags", "[\"a\", \"b\"]")].map(|(name, value)| (name.into(), value.into()));
    assert_eq!(key, Some(InstanceKey::Arguments(pairs.to_vec())));
    expect_test::expect![[r#"
        - invalid-argument: `dev` has no parameter `usr`
            help: did you mean `user`?
        - invalid-argument: `100` cannot be `workers`: 100 is no `count`: `it >= 1 && it <= 10` does not hold
            `it >= 1 && it <= 10` this is what must hold
            help: give a value for which `it >= 1 && it <= 10`
        - invalid-argument: `huge` cannot be `size`: "huge" is none of the texts that can stand here
            help: it is one of `"small"` and `"large"`
        - invalid-argument: `4` cannot be `memory`, which is of type `bytes`
    "#]]
    .assert_eq(&run(&[("usr", "ana"), ("workers", "100"), ("size", "huge"), ("memory", "4")]).2);
    assert!(run(&[("workers", "2")]).2.contains("`dev` needs `user`"));
}

#[test]
fn policies() {
    let fixture = Fixture::new(&format!(
        r#"
policy small(env: environment) {{
  let limit = 3
  require env.replicas <= limit else "at most \(limit) replicas"
  for name, container in env.containers if container.primary {{
    require container.memory != none else "\(name) needs a limit of memory"
  }}
}}
environment a {{
  replicas = 4
  container env {{ image = "debian:12", primary = true }}
  container db {{ image = "postgres" }}
}}
environment b {{ {CONTAINER} }}
"#
    ));
    assert_eq!(fixture.problems(), "");
    let policy = crate::db::lookup(&fixture.db, fixture.package, crate::db::Namespace::Policy, "small".into()).expect("declared");
    let run = |name: &str| -> String {
        let instance = fixture.environments(name)[0].clone();
        let value = crate::eval::Value::new(crate::eval::Data::Instance(instance.clone()), instance.place);
        policy::violations(&fixture.db, policy, &value).iter().map(|diagnostic| fixture.line(diagnostic)).collect()
    };
    assert_eq!(run("b"), "");
    expect_test::expect![[r#"
        `a` policy: at most 3 replicas
            `require env.replicas <= limit else "at most \(limit) replicas"` the policy `small` requires this
            `4` this is 4
        `a` policy: env needs a limit of memory
            `require container.memory != none else "\(name) needs a limit of memory"` the policy `small` requires this
    "#]]
    .assert_eq(&run("a"));
}
