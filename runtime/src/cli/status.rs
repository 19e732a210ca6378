//! `coderc status`.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::applied::{Found, duration, now};
use super::{Exit, Flags};
use crate::providers::applied::Environment;

/// The JSON Schema of what `-f json` writes.
pub const SCHEMA: &str = include_str!("status.schema.json");

/// Show the environments that are applied, and how they are
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text, json\n\nExamples:\n  coderc status\n  coderc status environment.team-a\n  coderc status -n dev -f json | jq -r '.environments[] | select(.available | not) | .address'"
)]
pub struct Status {
    /// Addresses, patterns or names of instances; all without
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StatusFormat {
    Text,
    Json,
}

impl Status {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        let format = flags.format::<StatusFormat>()?.unwrap_or(StatusFormat::Text);
        let found = Found::everywhere(flags)?;
        let environments: Vec<&Environment> =
            found.named(&self.targets)?.into_iter().map(|(_, environment)| environment).collect();
        let text = match format {
            StatusFormat::Text => text(&environments, now()),
            StatusFormat::Json => format!("{:#}\n", json(&environments)),
        };
        super::write_output(flags, &text)
    }
}

fn text(environments: &[&Environment], now: i64) -> String {
    if environments.is_empty() {
        return "no environment is applied\n".to_owned();
    }
    let head = ["ENVIRONMENT", "NAMESPACE", "READY", "AGE", "EXPIRES", "IMAGES", "COMMIT"].map(str::to_owned);
    let rows: Vec<[String; 7]> =
        std::iter::once(head).chain(environments.iter().map(|environment| row(environment, now))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..7).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn row(environment: &Environment, now: i64) -> [String; 7] {
    let none = || "-".to_owned();
    let images: Vec<String> = environment
        .containers
        .iter()
        .map(|container| match &container.build {
            Some(build) => format!("{}={}", container.name, build.chars().take(12).collect::<String>()),
            None => format!("{}={}", container.name, short(&container.image)),
        })
        .collect();
    let expires =
        environment.expires().map(|at| if at <= now { "expired".to_owned() } else { format!("in {}", duration(at - now)) });
    [
        environment.address.clone(),
        environment.namespace.clone().unwrap_or_else(none),
        format!("{}/{}{}", environment.ready, environment.wanted, if environment.available { "" } else { " !" }),
        environment.created.map_or_else(none, |created| duration(now - created)),
        expires.unwrap_or_else(none),
        images.join(" "),
        environment.commit.as_ref().map_or_else(none, |commit| commit.chars().take(12).collect()),
    ]
}

/// `postgres@sha256:12ab34cd`: an image's last word, and the beginning of its digest.
fn short(image: &str) -> String {
    let (name, digest) = image.split_once('@').unwrap_or((image, ""));
    let name = name.rsplit('/').next().unwrap_or(name);
    match digest.split_once(':') {
        Some((kind, digest)) => format!("{name}@{kind}:{}", digest.chars().take(8).collect::<String>()),
        None => name.to_owned(),
    }
}

/// The document that [`SCHEMA`] describes.
pub fn json(environments: &[&Environment]) -> Value {
    let one = |environment: &&Environment| {
        let containers: Vec<Value> = environment
            .containers
            .iter()
            .map(|container| json!({ "name": container.name, "image": container.image, "build": container.build }))
            .collect();
        json!({
            "address": environment.address,
            "name": environment.name,
            "namespace": environment.namespace,
            "provider": environment.provider,
            "wanted": environment.wanted,
            "ready": environment.ready,
            "available": environment.available,
            "containers": containers,
            "volumes": environment.volumes,
            "created": environment.created,
            "changed": environment.changed,
            "expires": environment.expires(),
            "commit": environment.commit,
            "plan": environment.plan,
        })
    };
    json!({ "version": 1, "environments": environments.iter().map(one).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::providers::applied::Container;

    #[test]
    fn a_table() {
        let container = |name: &str, image: &str, build: Option<&str>| Container {
            name: name.into(),
            image: image.into(),
            build: build.map(str::to_owned),
        };
        let one = Environment {
            address: "environment.team-a".into(),
            name: "team-a".into(),
            namespace: Some("dev".into()),
            wanted: 1,
            ready: 1,
            available: true,
            containers: vec![
                container("env", "r.dev/x@sha256:0", Some("b-4kq9zw2mabcdef")),
                container("db", "docker.io/library/postgres@sha256:0123456789abcdef", None),
            ],
            created: Some(100_000),
            ttl: Some(86_400),
            commit: Some("5".repeat(40)),
            ..Environment::default()
        };
        let other = Environment { address: "environment.b".into(), wanted: 2, ..Environment::default() };
        expect![[r#"
            ENVIRONMENT         NAMESPACE  READY  AGE  EXPIRES  IMAGES                                        COMMIT
            environment.team-a  dev        1/1    2h   in 22h   env=b-4kq9zw2mab db=postgres@sha256:01234567  555555555555
            environment.b       -          0/2 !  -    -                                                      -
        "#]]
        .assert_eq(&text(&[&one, &other], 107_200));
        assert_eq!(text(&[], 0), "no environment is applied\n");
    }
}
