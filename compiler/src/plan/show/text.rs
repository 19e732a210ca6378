//! A plan for people at a terminal: aligned, one line an action with its reason, short unless asked for more.
//!
//! Diagnostics are not part of it; they are printed beside it.

use std::fmt::Write;

use super::{Group, deed, groups, part, sign, summary};
use crate::plan::action::{Action, Build, Change, FieldChange, Plan, Step};
use crate::plan::reasons::short;

#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub color: bool,
    /// With Dockerfiles, manifests and every input.
    pub verbose: bool,
}

pub fn text(plan: &Plan, style: Style) -> String {
    let mut out = Writer { text: String::new(), style };
    let groups = groups(plan);
    for (title, environments) in [("Images", false), ("Environments", true)] {
        let mut groups = groups.iter().filter(|group| group.is_environment == environments).peekable();
        if groups.peek().is_none() {
            continue;
        }
        let _ = writeln!(out.text, "{}", out.paint(BOLD, title));
        for group in groups {
            out.group(group);
        }
        if !environments {
            out.shared(plan);
        }
        out.text.push('\n');
    }
    let summary = summary(plan);
    let _ = writeln!(out.text, "{} {summary}", out.paint(BOLD, "Plan:"));
    out.text
}

const BOLD: &str = "1";
const DIM: &str = "2";

struct Writer {
    text: String,
    style: Style,
}

impl Writer {
    fn group(&mut self, group: &Group<'_>) {
        // An image of one platform without tags is one line; everything else is a heading with its parts below.
        let alone = group.actions.len() == 1 && part(group.actions[0]) == group.owner;
        if !alone {
            let _ = writeln!(self.text, "  {}", self.paint(BOLD, group.owner));
        }
        let indent = if alone { "  " } else { "    " };
        let name =
            |action: &Action| if !alone && part(action) == group.owner { "image".to_owned() } else { part(action).to_owned() };
        let rows: Vec<(String, String)> = group.actions.iter().map(|action| (name(action), deed(action))).collect();
        let names = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let deeds = rows.iter().map(|(_, deed)| deed.chars().count()).max().unwrap_or(0).min(64);
        for (action, (name, deed)) in group.actions.iter().zip(rows) {
            let color = color(action.change);
            let head = self.paint(color, &format!("{} {name:names$}", sign(action.change)));
            let reason = self.paint(DIM, &action.reason.message);
            let line = format!("{indent}{head}  {deed:deeds$}  {reason}");
            let _ = writeln!(self.text, "{}", line.trim_end());
            self.details(action, indent);
        }
    }

    /// Images that have no build of their own.
    fn shared(&mut self, plan: &Plan) {
        let names = plan.shared.iter().map(|(address, _)| address.chars().count()).max().unwrap_or(0);
        for (address, build) in &plan.shared {
            let head = self.paint(DIM, &format!("= {address:names$}"));
            let reason = self.paint(DIM, &format!("is the image of {build}"));
            let _ = writeln!(self.text, "  {head}  {reason}");
        }
    }

    fn details(&mut self, action: &Action, indent: &str) {
        match &action.step {
            Step::Build(build) if self.style.verbose => self.build(action, build, indent),
            Step::Apply(apply) => {
                for change in &apply.changes {
                    self.line(indent, &format!("  {}", field(change)));
                }
                if let Some(object) = apply.rendered.as_ref().filter(|_| self.style.verbose) {
                    self.block(indent, super::yaml(std::slice::from_ref(object)).trim_start_matches("---\n"));
                }
            }
            _ => {}
        }
    }

    fn build(&mut self, action: &Action, build: &Build, indent: &str) {
        let context = &build.context;
        if !context.url.is_empty() || !context.commit.is_empty() {
            let commit = context.commit.get(..12).unwrap_or(&context.commit);
            let folder = if context.path.is_empty() { "." } else { &context.path };
            self.line(indent, &format!("  context  {folder} of {} at {commit} (tree {})", context.url, short(&context.tree)));
        }
        for base in &build.bases {
            let pinned = base.digest.as_deref().or(base.id.as_deref()).unwrap_or("not pinned");
            self.line(indent, &format!("  base     {} = {pinned}", base.reference));
        }
        self.line(indent, &format!("  builder  {} for {}", build.builder, build.platform));
        for because in &action.reason.because {
            let was = because.was.as_deref().map(|was| format!("{was} -> ")).unwrap_or_default();
            let position = match (&because.file, because.line) {
                (Some(file), Some(line)) => format!("  ({file}:{line})"),
                (Some(file), None) => format!("  ({file})"),
                _ => String::new(),
            };
            let now = because.now.as_deref().unwrap_or("gone");
            self.line(indent, &format!("  input    {}: {was}{now}{position}", because.what));
        }
        self.block(indent, &build.dockerfile);
    }

    fn line(&mut self, indent: &str, text: &str) {
        let painted = self.paint(DIM, text);
        let _ = writeln!(self.text, "{indent}{painted}");
    }

    fn block(&mut self, indent: &str, text: &str) {
        for line in text.lines() {
            let _ = writeln!(self.text, "{}", format!("{indent}  | {line}").trim_end());
        }
    }

    fn paint(&self, color: &str, text: &str) -> String {
        if self.style.color && !text.is_empty() { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn color(change: Change) -> &'static str {
    match change {
        Change::Create => "32",
        Change::Update => "33",
        Change::Replace | Change::Delete => "31",
        Change::None => DIM,
        Change::Unknown => "36",
    }
}

/// `spec.replicas: 1 -> 2`
pub(super) fn field(change: &FieldChange) -> String {
    let value = |value: &serde_json::Value| if value.is_null() { "none".to_owned() } else { value.to_string() };
    format!("{}: {} -> {}", change.path, value(&change.was), value(&change.now))
}
