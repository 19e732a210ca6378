//! What an action of the plan does, why, and what decides it.

use compiler::diagnostics::{nearest, render};
use compiler::plan::action::{Action, Because, Change, Input};
use compiler::plan::{owner, show};
use serde_json::{Value, json};

use super::super::planning::{self, Comparison, Planned};
use super::super::run::any_error;
use super::super::world;
use super::super::{Exit, Flags, write_output};
use super::ExplainFormat;
use crate::ui::{self, Paint};

/// Shows one action, by its address.
pub fn explain(flags: &Flags, address: &str, format: ExplainFormat) -> Result<(), Exit> {
    let actions = planned(flags, owner(address))?;
    let Some(action) = actions.iter().find(|action| action.address == address) else {
        let known: Vec<&str> = actions.iter().map(|action| action.address.as_str()).collect();
        let exit = Exit::refused(format!("the plan has no action `{address}`"));
        return Err(match nearest::nearest(address, known.iter().copied()) {
            Some(near) => exit.help(format!("did you mean `{near}`?")),
            None => exit.help(format!("of `{}` there are {}", owner(address), nearest::list(&known))),
        });
    };
    let text = match format {
        ExplainFormat::Text => shown(action, Paint(flags.color_stdout())),
        ExplainFormat::Json => format!("{:#}\n", json!({ "version": 1, "actions": [document(action)] })),
    };
    write_output(flags, &text)
}

/// The actions of an image or an environment itself, not of what it needs.
pub fn of_owner(flags: &Flags, address: &str) -> Result<Vec<Action>, Exit> {
    let mut actions = planned(flags, address)?;
    actions.retain(|action| owner(&action.address) == address);
    Ok(actions)
}

fn planned(flags: &Flags, target: &str) -> Result<Vec<Action>, Exit> {
    let settings = world::Settings::default();
    let comparison = Comparison { settings: &settings, required: false };
    let asynchronous = planning::asynchronous()?;
    let planned = planning::plan(flags, &[target.to_owned()], &[], &comparison, &asynchronous)?;
    let Planned { plan, reports, sources, .. } = planned;
    if any_error(&reports) {
        ui::stderr(&render::terminal::render(&reports, &sources, flags.color_stderr()));
        return Err(Exit::reported());
    }
    Ok(plan.actions)
}

/// An action in a few lines.
pub fn shown(action: &Action, paint: Paint) -> String {
    let mut text = format!("{}  {}\n", paint.bold(&action.address), show::deed(action));
    text.push_str(&format!("  {}: {}\n", word(action.change), action.reason.message));
    // Of what is new, everything decides: that is told below.
    for because in action.reason.because.iter().filter(|because| because.was.is_some() || action.build().is_none()) {
        text.push_str(&format!("    {}\n", of_because(because, paint)));
    }
    if !action.needs.is_empty() {
        text.push_str(&format!("  needs {}\n", action.needs.join(", ")));
    }
    if let Some(build) = action.build() {
        text.push_str(&format!("  its ID {} is made of\n", paint.cyan(&build.id)));
        let names = build.inputs.iter().map(|input| input.what.chars().count()).max().unwrap_or(0).min(48);
        for input in &build.inputs {
            let place = place(input.file.as_deref(), input.line, paint);
            text.push_str(&format!("    {:names$}  {}{place}\n", input.what, short(&input.value)));
        }
    }
    text
}

/// As JSON.
pub fn document(action: &Action) -> Value {
    json!({
        "address": action.address,
        "kind": action.kind(),
        "change": action.change,
        "reason": action.reason,
        "needs": action.needs,
        "id": action.build().map(|build| &build.id),
        "inputs": action.build().map(|build| build.inputs.iter().map(input).collect::<Vec<Value>>()),
    })
}

fn input(input: &Input) -> Value {
    json!({ "what": input.what, "value": input.value, "file": input.file, "line": input.line })
}

fn of_because(because: &Because, paint: Paint) -> String {
    let now = short(because.now.as_deref().unwrap_or("gone"));
    let change = match &because.was {
        Some(was) => format!("{} -> {now}", short(was)),
        None => now,
    };
    format!("{}: {change}{}", because.what, place(because.file.as_deref(), because.line, paint))
}

fn place(file: Option<&str>, line: Option<u32>, paint: Paint) -> String {
    match (file, line) {
        (Some(file), Some(line)) => format!("  {}", paint.dim(&format!("{file}:{line}"))),
        (Some(file), None) => format!("  {}", paint.dim(file)),
        _ => String::new(),
    }
}

/// A digest is told by its first digits.
fn short(value: &str) -> String {
    let digits = value.strip_prefix("sha256:").unwrap_or(value);
    let hex = digits.len() >= 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex {
        return value.to_owned();
    }
    let prefix = if digits.len() < value.len() { "sha256:" } else { "" };
    format!("{prefix}{}", &digits[..12])
}

fn word(change: Change) -> &'static str {
    match change {
        Change::None => "nothing to do",
        Change::Unknown => "not known yet",
        change => show::word(change),
    }
}
