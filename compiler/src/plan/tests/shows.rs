//! How a plan is written in each format.

use expect_test::expect;
use serde_json::Value;

use super::*;
use crate::plan::action::{Change, FieldChange, Step};
use crate::plan::show::{Style, dot, html, json, markdown, mermaid, text};

fn example() -> Plan {
    let dev = image("dev");
    let world = World::new()
        .base("postgres", None)
        .file("dev/Dockerfile", "FROM debian:12\nUSER coder\n")
        .image(dev.clone())
        .environment(environment(
            "team-a",
            vec![container("env", of(&dev), &["RUN echo a"]), container("postgres", reference("postgres"), &[])],
        ));
    let mut plan = world.sound();
    for action in &mut plan.actions {
        if let Step::Apply(apply) = &mut action.step {
            apply.rendered =
                Some(serde_json::json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "team-a" } }));
            apply.changes = vec![FieldChange { path: "spec.replicas".into(), was: 1.into(), now: 2.into() }];
            action.change = Change::Update;
        }
    }
    plan
}

/// Hashes by name, so that an expectation is about words.
fn named(plan: &Plan, text: String) -> String {
    let mut text = text;
    for (address, name) in [("image.dev", "ID"), ("environment.team-a/env", "OWN")] {
        let id = &build(plan, address).id;
        text = text.replace(id, &format!("b-{name}")).replace(&id[..14], &format!("b-{name}"));
    }
    text.replace(&commit("a"), "COMMIT").replace(&commit("a")[..12], "COMMIT").replace(&digest("debian:12"), "sha256:DEBIAN")
}

#[test]
fn for_a_terminal() {
    let plan = example();
    expect![[r#"
        Images
          image.dev
            ? image             build docker.io/acme/dev:b-ID…  the registry was not asked
            ? tag:COMMIT  move docker.io/acme/dev:COMMIT      follows image.dev
            ? tag:main          move docker.io/acme/dev:main              follows image.dev

        Environments
          environment.team-a
            ? env         build docker.io/acme/dev:b-OWN…  the registry was not asked
            ~ deployment  apply Deployment team-a (env, postgres)   the cluster was not asked
              spec.replicas: 1 -> 2
            ? ready       wait until team-a is available            follows the deployment

        Plan: 2 images to build unless the registry has them, 2 tags to move, 1 object to apply
    "#]]
    .assert_eq(&named(&plan, text(&plan, Style::default())));
}

#[test]
fn for_a_terminal_with_everything() {
    let plan = example();
    expect![[r#"
        Images
          image.dev
            ? image             build docker.io/acme/dev:b-ID…  the registry was not asked
              context  dev of https://github.com/acme/team-a at COMMIT (tree 50621538fa1eac)
              base     debian:12 = sha256:DEBIAN
              builder  ghcr.io/osscontainertools/kaniko:v1.28.3@sha256:779f463aaa3219151ceff518249aa043a60bcb09a17fab58b915f63c678ecde6 for linux/amd64
              input    context: 50621538fa1eac5d0474c2c4a46852cbf8f17058  (.coder/a.coder:2)
              input    dockerfile: sha256:43c7489eb4d8  (dev/Dockerfile)
              input    base debian:12: sha256:DEBIAN  (dev/Dockerfile:1)
              input    platform: linux/amd64
              input    builder: ghcr.io/osscontainertools/kaniko:v1.28.3@sha256:779f463aaa3219151ceff518249aa043a60bcb09a17fab58b915f63c678ecde6  (.coder/a.coder:90)
              input    flags: --snapshot-mode=redo FF_KANIKO_CHOWN_ON_IMPLICIT_DIRS=true FF_KANIKO_COPY_AS_ROOT=true FF_KANIKO_COPY_CHMOD_ON_IMPLICIT_DIRS=true FF_KANIKO_RUN_HONOR_GROUP=true FF_KANIKO_UNTAR_SKIP_ROOT=true
              | FROM debian:12@sha256:DEBIAN
              | USER coder
            ? tag:COMMIT  move docker.io/acme/dev:COMMIT      follows image.dev
            ? tag:main          move docker.io/acme/dev:main              follows image.dev

        Environments
          environment.team-a
            ? env         build docker.io/acme/dev:b-OWN…  the registry was not asked
              context  dev of https://github.com/acme/team-a at COMMIT (tree 50621538fa1eac)
              base     docker.io/acme/dev:b-ID = b-ID
              builder  ghcr.io/osscontainertools/kaniko:v1.28.3@sha256:779f463aaa3219151ceff518249aa043a60bcb09a17fab58b915f63c678ecde6 for linux/amd64
              input    base image.dev: b-ID  (.coder/a.coder:11)
              input    personalize 1: RUN echo a  (.coder/a.coder:14)
              input    platform: linux/amd64
              input    builder: ghcr.io/osscontainertools/kaniko:v1.28.3@sha256:779f463aaa3219151ceff518249aa043a60bcb09a17fab58b915f63c678ecde6  (.coder/a.coder:90)
              input    flags: --snapshot-mode=redo FF_KANIKO_CHOWN_ON_IMPLICIT_DIRS=true FF_KANIKO_COPY_AS_ROOT=true FF_KANIKO_COPY_CHMOD_ON_IMPLICIT_DIRS=true FF_KANIKO_RUN_HONOR_GROUP=true FF_KANIKO_UNTAR_SKIP_ROOT=true
              | FROM docker.io/acme/dev:b-ID
              | USER root
              | COPY <<'IMAGE_JSON' /tmp/coder/image.json
              | {
              |   "template": "dev",
              |   "source": "https://github.com/acme/team-a",
              |   "repository": "docker.io/acme/dev",
              |   "bases": [
              |     {
              |       "reference": "debian:12",
              |       "digest": "sha256:DEBIAN"
              |     }
              |   ],
              |   "personalize": [
              |     "RUN echo a"
              |   ]
              | }
              | IMAGE_JSON
              | RUN echo a
              | USER coder
            ~ deployment  apply Deployment team-a (env, postgres)   the cluster was not asked
              spec.replicas: 1 -> 2
              | apiVersion: apps/v1
              | kind: Deployment
              | metadata:
              |   name: team-a
            ? ready       wait until team-a is available            follows the deployment

        Plan: 2 images to build unless the registry has them, 2 tags to move, 1 object to apply
    "#]].assert_eq(&named(&plan, text(&plan, Style { color: false, verbose: true })));
    let colored = text(&plan, Style { color: true, verbose: true });
    let mut bare = String::new();
    for (index, piece) in colored.split("\u{1b}[").enumerate() {
        bare.push_str(if index == 0 { piece } else { piece.split_once('m').expect("an escape ends in m").1 });
    }
    let squeeze = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(squeeze(&bare), squeeze(&text(&plan, Style { color: false, verbose: true })));
}

#[test]
fn as_json() {
    let plan = example();
    let written = json(&plan, &[]);
    let mut document: Value = serde_json::from_str(&written).expect("it is JSON");
    assert_eq!(written, json(&example(), &[]));
    // The hash is that of the document without it, in its canonical form; here keys are sorted by hand.
    let hash = document.as_object_mut().expect("an object").shift_remove("hash").expect("a hash");
    fn sort(value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let sorted: BTreeMap<&String, Value> = fields.iter().map(|(key, value)| (key, sort(value))).collect();
                serde_json::to_value(sorted).expect("it is JSON")
            }
            Value::Array(entries) => entries.iter().map(sort).collect(),
            other => other.clone(),
        }
    }
    assert_eq!(hash, crate::plan::id::sha256(&sort(&document).to_string()));
    let own = &document["actions"][1];
    assert_eq!(own["address"], "environment.team-a/env");
    assert_eq!(own["build"]["bases"][0]["digest"], Value::Null);
    assert_eq!(own["build"]["bases"][0]["id"], document["actions"][0]["build"]["id"]);
    assert_eq!(document["actions"][0]["reason"]["because"][0]["line"], 2);
    let short = |action: &Value| format!("{} {} {}\n", action["address"], action["kind"], action["change"]);
    let all: String = document["actions"].as_array().expect("a list").iter().map(short).collect();
    expect![[r#"
        "image.dev" "build" "unknown"
        "environment.team-a/env" "build" "unknown"
        "image.dev/tag:COMMIT" "tag" "unknown"
        "image.dev/tag:main" "tag" "unknown"
        "environment.team-a/deployment" "apply" "update"
        "environment.team-a/ready" "wait" "unknown"
    "#]]
    .assert_eq(&named(&plan, all));
}

#[test]
fn for_a_pull_request() {
    let plan = example();
    expect![[r####"
        ### Plan: 2 images to build unless the registry has them, 2 tags to move, 1 object to apply

        #### Images

        | | action | does | why |
        |---|---|---|---|
        | `?` unknown | `image.dev` | `build docker.io/acme/dev:b-ID…` | the registry was not asked |
        | `?` unknown | `image.dev/tag:COMMIT` | `move docker.io/acme/dev:COMMIT` | follows image.dev |
        | `?` unknown | `image.dev/tag:main` | `move docker.io/acme/dev:main` | follows image.dev |

        #### Environments

        | | action | does | why |
        |---|---|---|---|
        | `?` unknown | `environment.team-a/env` | `build docker.io/acme/dev:b-OWN…` | the registry was not asked |
        | `~` update | `environment.team-a/deployment` | `apply Deployment team-a (env, postgres)` | the cluster was not asked |
        | `?` unknown | `environment.team-a/ready` | `wait until team-a is available` | follows the deployment |

        <details><summary>image.dev</summary>

        ```dockerfile
        FROM debian:12@sha256:DEBIAN
        USER coder
        ```

        </details>

        <details><summary>environment.team-a/env</summary>

        ```dockerfile
        FROM docker.io/acme/dev:b-ID
        USER root
        COPY <<'IMAGE_JSON' /tmp/coder/image.json
        {
          "template": "dev",
          "source": "https://github.com/acme/team-a",
          "repository": "docker.io/acme/dev",
          "bases": [
            {
              "reference": "debian:12",
              "digest": "sha256:DEBIAN"
            }
          ],
          "personalize": [
            "RUN echo a"
          ]
        }
        IMAGE_JSON
        RUN echo a
        USER coder
        ```

        </details>

        <details><summary>environment.team-a/deployment</summary>

        ```diff
        ! spec.replicas: 1 -> 2
        ```

        </details>

        <details><summary>Graph</summary>

        ```mermaid
        flowchart LR
          n0["image.dev<br/>build docker.io/acme/dev:b-ID…"]:::unknown
          n1["environment.team-a/env<br/>build docker.io/acme/dev:b-OWN…"]:::unknown
          n2["image.dev/tag:COMMIT<br/>move docker.io/acme/dev:COMMIT"]:::unknown
          n3["image.dev/tag:main<br/>move docker.io/acme/dev:main"]:::unknown
          n4["environment.team-a/deployment<br/>apply Deployment team-a (env, postgres)"]:::update
          n5["environment.team-a/ready<br/>wait until team-a is available"]:::unknown
          n0 --> n1
          n0 --> n2
          n0 --> n3
          n1 --> n4
          n4 --> n5
          classDef update stroke:#9a6700
          classDef unknown stroke:#0969da,stroke-dasharray:4
        ```

        </details>
    "####]]
    .assert_eq(&named(&plan, markdown(&plan, &[])));
}

#[test]
fn nothing_breaks_out_of_markdown_and_html() {
    let mut plan = example();
    let Step::Build(build) = &mut plan.actions[0].step else { panic!("a build") };
    build.dockerfile = "FROM x\n```\n</pre><script>alert(1)</script>\n".into();
    plan.actions[0].reason.message = "a | b <script>\n@all `x`".into();
    let markdown = markdown(&plan, &[]);
    assert!(markdown.contains("a \\| b &lt;script&gt; &#64;all `x`") && markdown.contains("\n````dockerfile\n"), "{markdown}");
    let html = html(&plan, &[]);
    assert!(!html.contains("<script>") && html.contains("&lt;script&gt;"), "{html}");
}

#[test]
fn as_graphs() {
    let plan = example();
    expect![[r#"
        flowchart LR
          n0["image.dev<br/>build docker.io/acme/dev:b-ID…"]:::unknown
          n1["environment.team-a/env<br/>build docker.io/acme/dev:b-OWN…"]:::unknown
          n2["image.dev/tag:COMMIT<br/>move docker.io/acme/dev:COMMIT"]:::unknown
          n3["image.dev/tag:main<br/>move docker.io/acme/dev:main"]:::unknown
          n4["environment.team-a/deployment<br/>apply Deployment team-a (env, postgres)"]:::update
          n5["environment.team-a/ready<br/>wait until team-a is available"]:::unknown
          n0 --> n1
          n0 --> n2
          n0 --> n3
          n1 --> n4
          n4 --> n5
          classDef update stroke:#9a6700
          classDef unknown stroke:#0969da,stroke-dasharray:4
    "#]]
    .assert_eq(&named(&plan, mermaid(&plan)));
    expect![[r#"
        digraph plan {
          rankdir = LR
          node [shape = box, style = rounded, fontname = "monospace"]
          "image.dev" [label = "image.dev\nbuild docker.io/acme/dev:b-ID…", color = steelblue, tooltip = unknown]
          "environment.team-a/env" [label = "environment.team-a/env\nbuild docker.io/acme/dev:b-OWN…", color = steelblue, tooltip = unknown]
          "image.dev/tag:COMMIT" [label = "image.dev/tag:COMMIT\nmove docker.io/acme/dev:COMMIT", color = steelblue, tooltip = unknown]
          "image.dev/tag:main" [label = "image.dev/tag:main\nmove docker.io/acme/dev:main", color = steelblue, tooltip = unknown]
          "environment.team-a/deployment" [label = "environment.team-a/deployment\napply Deployment team-a (env, postgres)", color = darkorange, tooltip = update]
          "environment.team-a/ready" [label = "environment.team-a/ready\nwait until team-a is available", color = steelblue, tooltip = unknown]
          "image.dev" -> "environment.team-a/env"
          "image.dev" -> "image.dev/tag:COMMIT"
          "image.dev" -> "image.dev/tag:main"
          "environment.team-a/env" -> "environment.team-a/deployment"
          "environment.team-a/deployment" -> "environment.team-a/ready"
        }
    "#]].assert_eq(&named(&plan, dot(&plan)));
}

#[test]
fn as_a_page() {
    let plan = example();
    let page = html(&plan, &[]);
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for part in ["environment.team-a/deployment", "spec.replicas: 1 -&gt; 2", "RUN echo a", "kind: Deployment"] {
        assert!(page.contains(part), "{part}");
    }
    for request in ["http-equiv", "<script", "src=", "<link", "@import", "url("] {
        assert!(!page.contains(request), "{request}");
    }
}

#[test]
fn an_empty_plan() {
    let plan = World::new().sound();
    assert_eq!(text(&plan, Style::default()), "Plan: nothing to do\n");
    assert_eq!(markdown(&plan, &[]), "### Plan: nothing to do\n");
    assert!(!plan.has_changes());
}
