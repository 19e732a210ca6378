//! `coderc apply`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use compiler::diagnostics::catalog::saved_plan;
use compiler::diagnostics::render;
use compiler::plan::action::Change;
use compiler::plan::show;

use super::planning::{self, Comparison, Planned};
use super::run::any_error;
use super::world::{self, Connection};
use super::{Exit, Flags, exit, observed};
use crate::execute::{self, Events, Failure, Level, Stop, Summary};
use crate::providers::Hold;
use crate::saved::{self, Plan};
use crate::ui::{self, apply::Show};

/// Carry a plan out: build, push, apply, wait, prune
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text, json\n\nAs json, each line is an event. --output says the same as -f.\n\nExamples:\n  coderc apply\n  coderc apply environment.team-a\n  coderc apply environment.dev --set user=ana\n  coderc apply --on podman\n  coderc plan -o plan.json && coderc apply plan.json\n  coderc apply --from f0ssel/kaniko@master environment.f0ssel-enterprise"
)]
pub struct Apply {
    /// Addresses or patterns, as `plan` takes them, or the file of a saved plan; everything without
    #[arg(value_name = "TARGET|FILE.json")]
    targets: Vec<String>,
    /// An argument of the template that is named as target
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// How many actions run at a time
    #[arg(long, value_name = "N", env = "CODERC_PARALLELISM", hide_env = true, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=1000))]
    parallelism: u16,
    /// Where environments run, whatever they say themselves
    #[arg(long, value_name = "PROVIDER", env = "CODERC_ON", hide_env = true)]
    on: Option<On>,
    /// Take over fields that another manager of the cluster has set
    #[arg(long, env = "CODERC_FORCE_CONFLICTS", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    force_conflicts: bool,
    /// Delete volumes that left the sources, with what they hold
    #[arg(long, env = "CODERC_PRUNE_VOLUMES", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    prune_volumes: bool,
    /// The output's format, as -f
    #[arg(long, value_name = "FORMAT", env = "CODERC_OUTPUT", hide_env = true)]
    output: Option<Format>,
}

/// Where environments run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum On {
    Kubernetes,
    Podman,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl On {
    /// As an applied environment says it.
    pub fn word(self) -> &'static str {
        match self {
            On::Kubernetes => "kubernetes",
            On::Podman => "podman",
        }
    }

    pub fn provider(self) -> saved::Provider {
        match self {
            On::Kubernetes => saved::Provider::Kubernetes,
            On::Podman => saved::Provider::Podman,
        }
    }
}

impl Apply {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        if flags.offline {
            return Err(Exit::usage("`apply` needs the registry and the cluster, so it cannot run with `--offline`"));
        }
        let format = self.output.or(flags.format::<Format>()?).unwrap_or(Format::Text);
        let show = match format {
            Format::Json => Show::Json,
            Format::Text => Show::Text { color: flags.color_stderr(), verbose: flags.verbose, quiet: flags.quiet },
        };
        let asynchronous = planning::asynchronous()?;
        let settings = world::Settings { on: self.on, force_conflicts: self.force_conflicts, prune_volumes: self.prune_volumes };
        let (plan, connection) = match self.saved_file() {
            Some(path) => self.saved(flags, &path, &settings, &asynchronous)?,
            None => self.planned(flags, &settings, &asynchronous)?,
        };
        if plan.actions.iter().all(|action| action.change == Change::None) {
            let skipped = plan.actions.iter().map(|action| action.address.clone()).collect();
            let summary = Summary { skipped, ..Summary::default() };
            asynchronous.block_on(async {
                let (_, receiver) = tokio::sync::mpsc::unbounded_channel();
                ui::apply::show(receiver, show).await.end(&summary);
            });
            return Ok(());
        }
        let (stopper, stop) = execute::stop();
        exit::on_interrupt(move || stopper.further() == Level::Abort);
        let summary =
            asynchronous.block_on(carry_out(Arc::new(plan), connection, self.parallelism.into(), show, stop.clone()))?;
        // What is left of tasks (a log that is followed) is of no more use.
        asynchronous.shutdown_background();
        match (summary.complete(), stop.level()) {
            (true, _) => Ok(()),
            (false, Level::Run) => Err(Exit::reported()),
            (false, _) => Err(Exit::Interrupted),
        }
    }

    /// The one target that is a file.
    fn saved_file(&self) -> Option<PathBuf> {
        match self.targets.as_slice() {
            [path] if path.ends_with(".json") => Some(PathBuf::from(path)),
            _ => None,
        }
    }

    fn planned(
        &self,
        flags: &Flags,
        settings: &world::Settings,
        asynchronous: &tokio::runtime::Runtime,
    ) -> Result<(Plan, Connection), Exit> {
        let comparison = Comparison { settings, required: true };
        let planned = planning::plan(flags, &self.targets, &self.set, &comparison, asynchronous)?;
        let Planned { plan, reports, sources, connection, notes } = planned;
        if any_error(&reports) || !flags.quiet {
            ui::stderr(&render::terminal::render(&reports, &sources, flags.color_stderr()));
        }
        if any_error(&reports) {
            return Err(Exit::reported());
        }
        if !flags.quiet {
            notes.iter().for_each(|note| ui::note(note));
        }
        let connection = connection.ok_or_else(|| Exit::refused("nothing was connected to"))?;
        let plan = Plan::parse(&show::json(&plan, &reports), "the plan").map_err(|problem| failed(Failure::new(*problem)))?;
        Ok((plan, connection))
    }

    /// A plan that was saved is carried out as it is, or refused.
    fn saved(
        &self,
        flags: &Flags,
        path: &std::path::Path,
        settings: &world::Settings,
        asynchronous: &tokio::runtime::Runtime,
    ) -> Result<(Plan, Connection), Exit> {
        if !self.set.is_empty() {
            return Err(Exit::usage("a saved plan takes no `--set`: its arguments were given when it was made"));
        }
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Exit::refused(format!("`{shown}` cannot be read: {error}")).help(format!("save one with `coderc plan -o {shown}`"))
        })?;
        let plan = Plan::parse(&text, &shown).map_err(|problem| failed(Failure::new(*problem)))?;
        let elsewhere = |on: On| plan.applies().any(|(_, apply)| apply.provider != on.provider());
        if settings.on.is_some_and(elsewhere) {
            return Err(Exit::usage("a saved plan says itself where its environments run: give `--on` to `coderc plan -o`"));
        }
        let connection = world::of_saved(flags, settings, &plan, asynchronous).map_err(failed)?;
        let mut moved = Vec::new();
        if planning::lock_of(flags).is_some_and(|now| plan.lock.as_ref().is_some_and(|was| *was != now)) {
            moved.push("`coder.lock` is another".to_owned());
        }
        moved.extend(asynchronous.block_on(moved_since(&plan, &connection)).map_err(failed)?);
        match moved.is_empty() {
            true => Ok((plan, connection)),
            false => Err(failed(Failure::new(saved_plan::stale(&shown, &moved)))),
        }
    }
}

async fn moved_since(plan: &Plan, connection: &Connection) -> Result<Vec<String>, Failure> {
    let mut moved = Vec::new();
    let skipped: BTreeMap<&str, &str> = plan
        .builds()
        .filter(|(action, _)| action.change == Change::None)
        .filter_map(|(_, build)| Some((build.destination.as_str(), build.digest.as_deref()?)))
        .collect();
    let there = connection.images.heads(skipped.keys().map(ToString::to_string).collect()).await;
    for (destination, digest) in skipped {
        match there.get(destination) {
            Some(compiler::plan::Built::Present { digest: now }) if now == digest => {}
            Some(compiler::plan::Built::Unknown) | None => {
                moved.push(format!("it cannot be told whether `{destination}` is there"))
            }
            _ => moved.push(format!("`{destination}` was in the registry as {digest}, and is not any more")),
        }
    }
    for provider in connection.world.providers.values() {
        let observation = provider.observe(plan, false).await?;
        moved.extend(observed::moved(plan, &observation));
    }
    Ok(moved)
}

async fn carry_out(plan: Arc<Plan>, connection: Connection, parallelism: usize, show: Show, stop: Stop) -> Result<Summary, Exit> {
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    let shown = tokio::spawn(ui::apply::show(receiver, show));
    let events = Events::new(sender);
    let mut unready = connection.world.builder.ready(&plan).await;
    for provider in connection.world.providers.values() {
        unready.extend(provider.ready(&plan).await);
    }
    let mut summary = Summary::default();
    let mut holds: Vec<Box<dyn Hold>> = Vec::new();
    if unready.is_empty() {
        for provider in connection.world.providers.values() {
            match provider.hold(&plan, &events, stop.clone()).await {
                Ok(hold) => holds.push(hold),
                Err(failure) => unready.push(failure),
            }
        }
    }
    if unready.is_empty() {
        summary = execute::execute(plan.clone(), connection.world.clone(), parallelism, events, stop.clone()).await;
    } else {
        drop(events);
        let stopped = |failure: &Failure| failure.cancelled;
        if unready.iter().all(stopped) {
            summary.cancelled = plan.actions.iter().map(|action| action.address.clone()).collect();
        } else {
            summary.failed = unready.into_iter().map(|failure| ("apply".to_owned(), failure)).collect();
            let because = "what has to hold before".to_owned();
            let undone = plan.actions.iter().filter(|action| action.change != Change::None);
            summary.not_tried = undone.map(|action| (action.address.clone(), because.clone())).collect();
        }
    }
    if stop.level() < Level::Abort {
        for hold in holds {
            hold.release().await;
        }
    }
    if let Ok(shown) = shown.await {
        shown.end(&summary);
    }
    Ok(summary)
}

fn failed(failure: Failure) -> Exit {
    Exit::Report(Box::new(failure.report()))
}
