//! `coderc gc`.

use clap::Args;

use super::applied::{Found, duration, failed, now};
use super::{Exit, Flags, TextOnly, gc_images};
use crate::execute::{Events, stop};

/// Delete what is of no more use: environments whose time to live is over, builds that are done, and images that nothing reaches
#[derive(Debug, Args)]
#[command(
    after_help = "Without --yes it says what it would delete, and deletes nothing. Volumes stay unless asked for.\n\nIn a package, its own repositories are looked through too. An image stays that the plan of any branch has, that a tag named\nlike a branch or a tag of the repository names, that runs in a namespace you may list, or that something else than coderc pushed. What runs in another\ncluster is not seen: keep it with --keep, or ask there. A registry is asked with this machine's credentials.\n\nFormats (-f): text\n\nExamples:\n  coderc gc\n  coderc gc --yes\n  coderc gc --yes -n previews --prune-volumes\n  coderc gc --keep 'v*' --keep stable --older-than 7d"
)]
pub struct Gc {
    /// Do it
    #[arg(long, env = "CODERC_YES", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    yes: bool,
    /// Delete the volumes of those environments too, with what they hold
    #[arg(long, env = "CODERC_PRUNE_VOLUMES", hide_env = true, value_parser = clap::builder::FalseyValueParser::new())]
    prune_volumes: bool,
    /// Keep images with a tag like this; may be given several times
    #[arg(long, value_name = "PATTERN")]
    keep: Vec<String>,
    /// Keep images that are younger
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = seconds, env = "CODERC_OLDER_THAN", hide_env = true)]
    older_than: i64,
}

/// `30d`, `12h`, `90m`, `10s`.
fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time: write `30d`, `12h`, `90m` or `10s`");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let of_unit = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)].into_iter().find(|(name, _)| *name == unit);
    let (_, of_unit) = of_unit.ok_or_else(wrong)?;
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    Ok(i64::from(number) * of_unit)
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
        let wanted = gc_images::Wanted { delete: self.yes, keep: &self.keep, older_than: self.older_than };
        let mut lines = Vec::new();
        let images = gc_images::images(flags, &found, &wanted, &mut lines);
        lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        if images.is_err() {
            // What was done is said all the same.
            super::write_output(flags, &text)?;
            return images;
        }
        if text.is_empty() {
            text.push_str("there is nothing to delete\n");
        } else if !self.yes {
            text.push_str("nothing was deleted: `coderc gc --yes` does it\n");
        }
        super::write_output(flags, &text)
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times() {
        assert_eq!(
            ["30d", "12h", "90m", "0s"].map(|text| seconds(text).ok()),
            [Some(2_592_000), Some(43_200), Some(5_400), Some(0)]
        );
        for wrong in ["", "30", "d", "-1d", "1w", "1.5h", "9999999999d", "é"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
