//! `coderc plan`.

use clap::{Args, ValueEnum};
use compiler::diagnostics::{Report, render};
use compiler::plan::action::{Change, Plan};
use compiler::plan::show;

use super::apply::On;
use super::planning::{self, Comparison, Planned};
use super::run::any_error;
use super::world;
use super::{Exit, Flags};
use crate::ui;

/// Show what `apply` would do, and why
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text, json, yaml, markdown, mermaid, dot, html\n\nExamples:\n  coderc plan\n  coderc plan environment.team-a 'image.*'\n  coderc plan environment.dev --set user=ana\n  coderc plan --offline -f yaml | kubectl diff -f -\n  coderc plan -o plan.json"
)]
pub struct PlanCommand {
    /// Addresses or patterns: `environment.team-a`, `image.*`, `environment.dev(user=ana)`; all without
    #[arg(value_name = "TARGET", add = clap_complete::ArgValueCompleter::new(super::candidates::targets))]
    targets: Vec<String>,
    /// An argument of the template that is named as target
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Exit with 2 when there is anything to do
    #[arg(long, env = "CODERC_DETAILED_EXITCODE", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    detailed_exitcode: bool,
    /// Where environments run, whatever they say themselves
    #[arg(long, value_name = "PROVIDER", env = "CODERC_ON", hide_env = true)]
    on: Option<On>,
    /// Delete volumes that left the sources, with what they hold
    #[arg(long, env = "CODERC_PRUNE_VOLUMES", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    prune_volumes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    Text,
    Json,
    Yaml,
    Markdown,
    Mermaid,
    Dot,
    Html,
}

impl PlanCommand {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        let asked = flags.format::<PlanFormat>()?;
        // A saved plan is JSON, whatever its file is called, unless another format is asked for.
        let format = asked.unwrap_or(if flags.out.is_some() { PlanFormat::Json } else { PlanFormat::Text });
        let settings = world::Settings { on: self.on, prune_volumes: self.prune_volumes, ..world::Settings::default() };
        let comparison = Comparison { settings: &settings, required: false };
        let asynchronous = planning::asynchronous()?;
        let planned = planning::plan(flags, &self.targets, &self.set, &comparison, &asynchronous)?;
        let Planned { plan, reports, sources, notes, .. } = planned;
        if any_error(&reports) {
            ui::stderr(&render::terminal::render(&reports, &sources, flags.color_stderr()));
            return Err(Exit::reported());
        }
        if !reports.is_empty() && !matches!(format, PlanFormat::Markdown | PlanFormat::Html) && !flags.quiet {
            ui::stderr(&render::terminal::render(&reports, &sources, flags.color_stderr()));
        }
        if !flags.quiet {
            notes.iter().for_each(|note| ui::note(note));
        }
        let text = shown(&plan, &reports, format, flags);
        super::write_output(flags, &text)?;
        let changes = plan.actions.iter().any(|action| action.change != Change::None);
        if self.detailed_exitcode && changes { Err(Exit::Changes) } else { Ok(()) }
    }
}

fn shown(plan: &Plan, reports: &[Report], format: PlanFormat, flags: &Flags) -> String {
    match format {
        PlanFormat::Text => show::text(plan, show::Style { color: flags.color_stdout(), verbose: flags.verbose }),
        PlanFormat::Json => show::json(plan, reports),
        PlanFormat::Yaml => show::yaml(&crate::render::objects(plan)),
        PlanFormat::Markdown => show::markdown(plan, reports),
        PlanFormat::Mermaid => show::mermaid(plan),
        PlanFormat::Dot => show::dot(plan),
        PlanFormat::Html => show::html(plan, reports),
    }
}
