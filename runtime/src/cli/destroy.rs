//! `coderc destroy`.

use clap::Args;

use super::applied::{Found, failed};
use super::apply::On;
use super::{Exit, Flags, TextOnly};
use crate::execute::{Event, Events, stop};
use crate::ui;

/// Delete environments; their volumes stay unless asked for
#[derive(Debug, Args)]
#[command(
    after_help = "It asks nothing: what is deleted is what the targets name, and `--dry-run` shows it. In a package, that is what the package\nhas, as far as it has what is named. Two that are called the same are never deleted at once. An environment that its package\nstill declares comes back with the next apply, with its volumes.\n\nFormats (-f): text\n\nExamples:\n  coderc destroy environment.team-a\n  coderc destroy 'environment.preview-*' --dry-run\n  coderc destroy team-a --prune-volumes"
)]
pub struct Destroy {
    /// Addresses, patterns, or names of instances
    #[arg(value_name = "TARGET", required = true)]
    targets: Vec<String>,
    /// Delete their volumes too, with what they hold
    #[arg(long, env = "CODERC_PRUNE_VOLUMES", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    prune_volumes: bool,
    /// Only where environments run on this provider
    #[arg(long, value_name = "PROVIDER", env = "CODERC_ON", hide_env = true)]
    on: Option<On>,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
}

impl Destroy {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        flags.format::<TextOnly>()?;
        let found = Found::everywhere(flags)?.on(self.on);
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        let events = Events::new(sender);
        let (_stopper, stop) = stop();
        let quiet = flags.quiet;
        found.asynchronous.spawn(async move {
            while let Some(event) = receiver.recv().await {
                if let Event::Note { text } = event
                    && !quiet
                {
                    ui::note(&text);
                }
            }
        });
        let mut text = String::new();
        for (place, environment) in found.chosen(&self.targets, flags)? {
            let address = &environment.address;
            if self.dry_run {
                text.push_str(&format!("{address} would be deleted\n"));
                let fate = if self.prune_volumes { "deleted" } else { "kept" };
                environment.volumes.iter().for_each(|volume| text.push_str(&format!("  volume {volume} would be {fate}\n")));
                continue;
            }
            let destroyed = found.places[*place].destroy(environment, self.prune_volumes, &events, &stop);
            let destroyed = found.asynchronous.block_on(destroyed).map_err(failed)?;
            text.push_str(&format!("{address} is deleted\n"));
            destroyed.iter().for_each(|one| text.push_str(&format!("  {}: {}\n", one.object, one.remark)));
        }
        super::write_output(flags, &text)
    }
}
