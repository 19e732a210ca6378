//! The published JSON Schemas describe what is written, and nothing else.

use std::sync::Arc;

use compiler::diagnostics::render::json;
use compiler::diagnostics::{Position, Report, ReportEdit, ReportFix, ReportLabel, Source, catalog};
use compiler::hir::DeclKind;
use compiler::listing;
use compiler::model::{Bytes, Cpu, Environment, Origin, Provider, SecretKey};
use compiler::plan::action::*;
use compiler::plan::show;
use compiler::text::{Owner, Place, range};
use serde_json::Value;

#[test]
fn diagnostics() {
    let schema: Value = serde_json::from_str(json::SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let document: Value = serde_json::from_str(&json::render(&reports())).expect("the document is JSON");
    let errors: Vec<String> = schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");

    let refuses = |pointer: &str, wrong: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).expect("the place exists") = wrong;
        assert!(!schema.is_valid(&document), "the schema accepts {pointer} = {}", document.pointer(pointer).expect("it exists"));
    };
    refuses("/version", 2.into());
    refuses("/diagnostics/0/name", "Not Kebab".into());
    refuses("/diagnostics/0/severity", "fatal".into());
    refuses("/diagnostics/0/start/line", 0.into());
    refuses("/diagnostics/0/end", Value::Null);
    refuses("/diagnostics/1/file", "a.coder".into());
    refuses("/diagnostics/0/fixes/0/edits", Value::Array(Vec::new()));
}

#[test]
fn applied_environments() {
    let schema: Value = serde_json::from_str(runtime::cli::STATUS_SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let container = runtime::providers::applied::Container {
        name: "env".into(),
        image: "r.dev/x@sha256:1".into(),
        build: Some("b-4kq9".into()),
    };
    let full = runtime::providers::applied::Environment {
        address: "environment.team-a".into(),
        name: "team-a".into(),
        namespace: Some("dev".into()),
        provider: "kubernetes",
        containers: vec![container],
        created: Some(1),
        ttl: Some(60),
        commit: Some("1".repeat(40)),
        ..Default::default()
    };
    let bare = runtime::providers::applied::Environment {
        address: "environment.b".into(),
        name: "b".into(),
        provider: "podman",
        ..Default::default()
    };
    let document = runtime::cli::status_json(&[&full, &bare]);
    let errors: Vec<String> = schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
    let mut wrong = document;
    wrong["environments"][0]["ready"] = "one".into();
    assert!(!schema.is_valid(&wrong));
}

/// One with everything, one without a place.
fn reports() -> Vec<Report> {
    let position = |column| Position { line: 1, column, offset: column - 1 };
    let source = Source { file: ".coder/a.coder".into(), start: position(5), end: position(9) };
    let full = Report {
        info: &catalog::unknown_field::INFO,
        message: "a container has no field `memry`".into(),
        source: Some(source.clone()),
        caption: "here".into(),
        labels: vec![ReportLabel { source: source.clone(), message: "in this container".into() }],
        help: vec!["did you mean `memory`?".into()],
        fixes: vec![ReportFix {
            title: "write `memory`".into(),
            safe: true,
            edits: vec![ReportEdit { source, text: "memory".into() }],
        }],
    };
    let placeless = Report { source: None, labels: Vec::new(), fixes: Vec::new(), ..full.clone() };
    vec![full, placeless]
}

#[test]
fn plans() {
    let schema: Value = serde_json::from_str(show::SCHEMA).expect("the schema is JSON");
    let of_diagnostics: Value = serde_json::from_str(json::SCHEMA).expect("the schema is JSON");
    for name in of_diagnostics["$defs"].as_object().expect("definitions").keys() {
        assert_eq!(schema["$defs"][name], of_diagnostics["$defs"][name], "a diagnostic is the same in both documents");
    }
    let schema = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let document: Value = serde_json::from_str(&show::json(&plan(), &reports())).expect("the document is JSON");
    let errors: Vec<String> = schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");

    let refuses = |pointer: &str, wrong: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).expect("the place exists") = wrong;
        assert!(!schema.is_valid(&document), "the schema accepts {pointer} = {}", document.pointer(pointer).expect("it exists"));
    };
    refuses("/hash", "sha256:0".into());
    refuses("/actions/0/kind", "apply".into());
    refuses("/actions/0/change", "maybe".into());
    refuses("/actions/0/reason/kind", "why".into());
    refuses("/actions/0/reason/because/0/line", 0.into());
    refuses("/actions/0/build/id", "b-short".into());
    refuses("/actions/0/build/context/commit", "main".into());
    refuses("/actions/0/build/bases/0/digest", "latest".into());
    refuses("/actions/1/tag/of", Value::Array(Vec::new()));
    refuses("/actions/2/changes", Value::Null);
    refuses("/actions/4/delete/name", Value::Null);
    refuses("/diagnostics/0/severity", "fatal".into());
}

#[test]
fn listings() {
    let schema: Value = serde_json::from_str(listing::SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let parameter = listing::Parameter {
        name: "size".into(),
        ty: "size".into(),
        values: vec!["small".into()],
        default: Some("\"small\"".into()),
    };
    let required = listing::Parameter { name: "user".into(), ty: "string".into(), values: Vec::new(), default: None };
    let template = listing::Entry {
        address: "environment.dev".into(),
        kind: DeclKind::Environment,
        shape: listing::Shape::Template,
        private: false,
        docs: Some("For one person.".into()),
        file: ".coder/a.coder".into(),
        line: 3,
        parameters: vec![parameter, required],
        instances: vec!["environment.ana".into()],
    };
    let image = listing::Entry {
        address: "image.base".into(),
        kind: DeclKind::Image,
        shape: listing::Shape::One,
        docs: None,
        parameters: Vec::new(),
        instances: Vec::new(),
        ..template.clone()
    };
    let package =
        Origin { url: "https://github.com/acme/team-a".into(), commit: "1".repeat(40).into(), branch: None, folder: "".into() };
    let document = listing::json(&listing::Listing { package, entries: vec![image, template] });
    let document: Value = serde_json::from_str(&document).expect("the document is JSON");
    let errors: Vec<String> = schema.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
    let refuses = |pointer: &str, wrong: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).expect("the place exists") = wrong;
        assert!(!schema.is_valid(&document), "the schema accepts {pointer} = {}", document.pointer(pointer).expect("it exists"));
    };
    refuses("/version", 2.into());
    refuses("/declarations/0/kind", "policy".into());
    refuses("/declarations/1/shape", "many".into());
    refuses("/declarations/1/line", 0.into());
    refuses("/declarations/1/parameters/0/default", 1.into());
}

#[test]
fn moves_of_the_lock() {
    let schema: Value = serde_json::from_str(runtime::cli::LOCK_MOVES_SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let document = serde_json::json!({
        "version": 1,
        "moves": [
            { "kind": "import", "url": "https://github.com/acme/x", "at": "main", "aliases": ["x"], "was": "1".repeat(40), "now": null },
            { "kind": "image", "reference": "docker.io/library/debian:12", "was": null, "now": format!("sha256:{}", "2".repeat(64)) },
        ],
        "unchanged": 3,
    });
    assert!(schema.is_valid(&document));
    let refuses = |pointer: &str, wrong: Value| {
        let mut document = document.clone();
        *document.pointer_mut(pointer).expect("the place exists") = wrong;
        assert!(!schema.is_valid(&document), "the schema accepts {pointer} = {}", document.pointer(pointer).expect("it exists"));
    };
    refuses("/moves/0/kind", "image".into());
    refuses("/moves/0/was", "main".into());
    refuses("/moves/1/now", "latest".into());
    refuses("/unchanged", Value::Null);
}

/// One action of each kind, with everything that can stand in it.
fn plan() -> Plan {
    let environment = Arc::new(environment());
    let because = Because {
        what: "context".into(),
        was: None,
        now: Some("4".repeat(40)),
        file: Some(".coder/a.coder".into()),
        line: Some(4),
    };
    let reason = Reason { kind: ReasonKind::New, message: "it is new".into(), because: vec![because] };
    let action =
        |address: &str, change, step| Action { address: address.into(), change, reason: reason.clone(), needs: Vec::new(), step };
    let apply = Apply {
        environment: environment.clone(),
        namespace: None,
        object: ObjectKind::Deployment,
        images: Vec::new(),
        rendered: Some(serde_json::json!({ "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "e" } })),
        changes: vec![FieldChange { path: "spec.replicas".into(), was: 1.into(), now: Value::Null }],
    };
    let object = ObjectName { kind: "Service".into(), namespace: Some("dev".into()), name: "e".into() };
    let tag = Tag { of: vec!["image.dev".into()], reference: "docker.io/acme/dev:main".into() };
    Plan {
        package: Package { url: "https://github.com/acme/team-a".into(), commit: "1".repeat(40).into(), path: "".into() },
        actions: vec![
            action("image.dev", Change::Create, Step::Build(Box::new(build()))),
            action("image.dev/tag:main", Change::Unknown, Step::Tag(tag)),
            action("environment.e/deployment", Change::Update, Step::Apply(apply)),
            action(
                "environment.e/ready",
                Change::None,
                Step::Wait(Wait { environment, namespace: Some("dev".into()), declared: Declared::default() }),
            ),
            action("environment.e/service", Change::Delete, Step::Delete(object)),
        ],
        diagnostics: Vec::new(),
        shared: Vec::new(),
        lock: None,
    }
}

fn build() -> Build {
    let id = format!("b-{}", "a".repeat(32));
    let digest = Some(format!("sha256:{}", "2".repeat(64)));
    let (url, commit) = ("https://github.com/acme/team-a", "1".repeat(40));
    let context = Context { url: url.into(), commit: commit.clone().into(), path: "dev".into(), tree: "3".repeat(40).into() };
    Build {
        destination: format!("docker.io/acme/dev:{id}"),
        tags: vec!["docker.io/acme/dev:main".into()],
        context,
        dockerfile: "FROM debian".into(),
        lines: vec![compiler::plan::action::Lines { from: 1, file: "dev/Dockerfile".into(), line: 1 }],
        ignore: ".git\n".into(),
        target: Some("final".into()),
        args: vec![("A".into(), "1".into())],
        platform: "linux/amd64".into(),
        bases: vec![
            Base { reference: "debian".into(), digest: digest.clone(), id: None },
            Base { reference: "acme/base".into(), digest: None, id: Some(id.clone()) },
        ],
        builder: compiler::model::DEFAULT_BUILDER.into(),
        flags: compiler::plan::DECIDING_FLAGS.iter().map(|flag| (*flag).into()).collect(),
        git_image: compiler::model::DEFAULT_GIT_IMAGE.into(),
        credentials: Some("creds".into()),
        secrets: vec![("npm".into(), SecretKey { name: "npm".into(), key: "token".into() })],
        cache: true,
        cache_repository: Some("docker.io/acme/cache".into()),
        labels: vec![("team".into(), "a".into())],
        assets: Some(Assets {
            url: url.into(),
            commit: commit.into(),
            paths: vec!["scripts".into()],
            content: "4".repeat(40).into(),
        }),
        namespace: Some("dev".into()),
        cpu: Some(Cpu(500)),
        memory: Some(Bytes { amount: 1000, binary: false }),
        timeout: Some(60),
        insecure: vec!["registry:5000".into()],
        digest,
        inputs: Vec::new(),
        record: "{}".into(),
        predecessor: None,
        id,
    }
}

fn environment() -> Environment {
    let place = Place { owner: Owner::Item(salsa::Id::from_bits(1)), range: range(0, 0) };
    Environment {
        address: "environment.e".into(),
        name: "e".into(),
        declaration: "e".into(),
        origin: Origin { url: "".into(), commit: "".into(), branch: None, folder: "".into() },
        provider: Provider::Kubernetes,
        namespace: None,
        replicas: 1,
        containers: Vec::new(),
        inits: Vec::new(),
        volumes: Vec::new(),
        service_account: None,
        labels: Vec::new(),
        annotations: Vec::new(),
        node_selector: Vec::new(),
        tolerations: Vec::new(),
        ttl: None,
        patch: None,
        place,
    }
}
