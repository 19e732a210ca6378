//! `coderc gc`.

use clap::Args;

use super::applied::{Found, duration, failed, now};
use super::{Exit, Flags, TextOnly};
use crate::execute::{Events, stop};

/// Delete what is of no more use: environments whose time to live is over, and builds that are done
#[derive(Debug, Args)]
#[command(
    after_help = "Without --yes it says what it would delete, and deletes nothing. Volumes stay unless asked for.\n\nFormats (-f): text\n\nExamples:\n  coderc gc\n  coderc gc --yes\n  coderc gc --yes -n previews --prune-volumes"
)]
pub struct Gc {
    /// Do it
    #[arg(long, env = "CODERC_YES", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    yes: bool,
    /// Delete the volumes of those environments too, with what they hold
    #[arg(long, env = "CODERC_PRUNE_VOLUMES", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    prune_volumes: bool,
}

impl Gc {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        flags.format::<TextOnly>()?;
        let found = Found::everywhere(flags)?;
        let (sender, _) = tokio::sync::mpsc::unbounded_channel();
        let (events, (_stopper, stop)) = (Events::new(sender), stop());
        let (now, verb) = (now(), if self.yes { "deleted" } else { "would be deleted" });
        let mut text = String::new();
        for (place, environment) in &found.environments {
            let Some(expired) = environment.expires().filter(|at| *at <= now) else { continue };
            if self.yes {
                let destroyed = found.places[*place].destroy(environment, self.prune_volumes, &events, &stop);
                found.asynchronous.block_on(destroyed).map_err(failed)?;
            }
            text.push_str(&format!("{} {verb}: it expired {} ago\n", environment.address, duration(now - expired)));
        }
        for place in &found.places {
            let garbage = found.asynchronous.block_on(place.garbage(self.yes)).map_err(failed)?;
            garbage.iter().for_each(|line| text.push_str(&format!("{line} {verb}: its build is over\n")));
        }
        if text.is_empty() {
            text.push_str("there is nothing to delete\n");
        } else if !self.yes {
            text.push_str("nothing was deleted: `coderc gc --yes` does it\n");
        }
        super::write_output(flags, &text)
    }
}
