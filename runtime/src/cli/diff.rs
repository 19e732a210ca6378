//! `coderc diff`.

use clap::{Args, ValueEnum};
use compiler::diagnostics::render;
use compiler::plan::action::{Change, FieldChange, Plan, Step};
use serde_json::{Value, json};

use super::apply::On;
use super::planning::{self, Comparison, Planned};
use super::run::any_error;
use super::{Exit, Flags, world};
use crate::ui;

/// The JSON Schema of what `-f json` writes.
pub const SCHEMA: &str = include_str!("diff.schema.json");

/// Show where what runs differs from the sources
#[derive(Debug, Args)]
#[command(
    after_help = "It exits with 2 when there is a difference. Objects are compared, not builds: `plan` shows both.\n\nFormats (-f): text, json\n\nExamples:\n  coderc diff\n  coderc diff environment.team-a\n  coderc diff -f json | jq -r '.objects[].address'"
)]
pub struct Diff {
    /// Addresses or patterns, as `plan` takes them; everything without
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// An argument of the template that is named as target
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Where environments run, whatever they say themselves
    #[arg(long, value_name = "PROVIDER", env = "CODERC_ON", hide_env = true)]
    on: Option<On>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DiffFormat {
    Text,
    Json,
}

/// One object that differs.
struct Differs<'a> {
    address: &'a str,
    change: Change,
    message: &'a str,
    changes: &'a [FieldChange],
}

impl Diff {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        if flags.offline {
            return Err(Exit::usage("`diff` asks the cluster, so it cannot run with `--offline`"));
        }
        let format = flags.format::<DiffFormat>()?.unwrap_or(DiffFormat::Text);
        let settings = world::Settings { on: self.on, ..world::Settings::default() };
        let comparison = Comparison { settings: &settings, required: true };
        let asynchronous = planning::asynchronous()?;
        let Planned { plan, reports, sources, notes, .. } =
            planning::plan(flags, &self.targets, &self.set, &comparison, &asynchronous)?;
        if any_error(&reports) {
            ui::stderr(&render::terminal::render(&reports, &sources, flags.color_stderr()));
            return Err(Exit::reported());
        }
        if !flags.quiet {
            notes.iter().for_each(|note| ui::note(note));
        }
        let found = differing(&plan);
        let text = match format {
            DiffFormat::Text => text(&found),
            DiffFormat::Json => format!("{:#}\n", json(&found)),
        };
        super::write_output(flags, &text)?;
        if found.is_empty() { Ok(()) } else { Err(Exit::Changes) }
    }
}

fn differing(plan: &Plan) -> Vec<Differs<'_>> {
    let one = |action: &'_ compiler::plan::action::Action| match &action.step {
        Step::Apply(_) | Step::Delete(_) => action.change != Change::None,
        _ => false,
    };
    let differs = plan.actions.iter().filter(|action| one(action)).map(|action| Differs {
        address: &action.address,
        change: action.change,
        message: &action.reason.message,
        changes: match &action.step {
            Step::Apply(apply) => &apply.changes,
            _ => &[],
        },
    });
    differs.collect()
}

fn text(found: &[Differs<'_>]) -> String {
    if found.is_empty() {
        return "what runs is what the sources say\n".to_owned();
    }
    let mut text = String::new();
    for differs in found {
        text.push_str(&format!("{}: {}, {}\n", differs.address, word(differs.change), differs.message));
        for change in differs.changes {
            text.push_str(&format!("  {}: {} → {}\n", change.path, shown(&change.was), shown(&change.now)));
        }
    }
    text
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        value => value.to_string(),
    }
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Create => "create",
        Change::Update => "update",
        Change::Replace => "replace",
        Change::Delete => "delete",
        Change::None => "none",
        Change::Unknown => "unknown",
    }
}

fn json(found: &[Differs<'_>]) -> Value {
    let one = |differs: &Differs<'_>| {
        let changes: Vec<Value> =
            differs.changes.iter().map(|change| json!({ "path": change.path, "was": change.was, "now": change.now })).collect();
        json!({ "address": differs.address, "change": word(differs.change), "message": differs.message, "changes": changes })
    };
    json!({ "version": 1, "objects": found.iter().map(one).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn differences_are_shown_field_by_field_and_fit_the_schema() {
        let changes = [FieldChange { path: "spec.replicas".into(), was: json!(3), now: json!(1) }];
        let found = [
            Differs { address: "environment.a/deployment", change: Change::Update, message: "it differs", changes: &changes },
            Differs { address: "environment.b/service", change: Change::Create, message: "there is none", changes: &[] },
        ];
        expect![[r#"
            environment.a/deployment: update, it differs
              spec.replicas: 3 → 1
            environment.b/service: create, there is none
        "#]]
        .assert_eq(&text(&found));
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let required = schema["$defs"]["object"]["required"].as_array().unwrap();
        let written = json(&found);
        let object = written["objects"][0].as_object().unwrap();
        assert!(required.iter().all(|name| object.contains_key(name.as_str().unwrap())) && object.len() == required.len());
    }
}
