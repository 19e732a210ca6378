//! A line for each running action at the foot of a terminal; what ended scrolls away above.
//!
//! Drawn on standard error, by indicatif.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::{Printer, words};
use crate::execute::{Event, Outcome, Summary};
use crate::ui;

pub struct Terminal {
    color: bool,
    verbose: bool,
    bars: MultiProgress,
    running: BTreeMap<String, ProgressBar>,
    skipped: usize,
}

impl Terminal {
    pub fn new(color: bool, verbose: bool) -> Terminal {
        Terminal { color, verbose, bars: MultiProgress::new(), running: BTreeMap::new(), skipped: 0 }
    }

    fn line(&self, text: &str) {
        // A terminal that is gone has nothing to show.
        let _ = self.bars.println(text);
    }
}

impl Printer for Terminal {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Started { address, kind } => {
                let bar = self.bars.add(ProgressBar::new_spinner());
                let style = ProgressStyle::with_template("{spinner} {prefix}  {elapsed:>4}  {wide_msg}");
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
                bar.set_prefix(address.clone());
                bar.set_message((*kind).to_owned());
                bar.enable_steady_tick(Duration::from_millis(200));
                self.running.insert(address.clone(), bar);
            }
            Event::Phase { address, phase } => {
                if let Some(bar) = self.running.get(address) {
                    bar.set_message(words::phase(phase));
                }
            }
            Event::Log { address, line } if self.verbose => self.line(&format!("{address} | {}", line.trim_end())),
            Event::Log { .. } => {}
            Event::Retrying { address, reason } => self.line(&format!("  {address}: trying again: {reason}")),
            Event::Ended { address, outcome, took } => {
                if let Some(bar) = self.running.remove(address) {
                    bar.finish_and_clear();
                }
                if matches!(outcome, Outcome::Skipped { .. }) && !self.verbose {
                    self.skipped += 1;
                    return;
                }
                let (sign, code) = words::sign(outcome);
                let head = words::painted(self.color, code, &format!("{sign} {address}"));
                self.line(&format!("{head}  {}", words::outcome(outcome, *took)));
            }
            Event::Note { text } => self.line(text),
        }
    }

    fn end(&mut self, summary: &Summary) {
        for bar in std::mem::take(&mut self.running).into_values() {
            bar.finish_and_clear();
        }
        for (address, failure) in &summary.failed {
            ui::stderr(&format!("\n{}", words::failure(address, failure, self.color)));
        }
        ui::stderr(&format!("{}\n", words::painted(self.color, "1", &words::summary(summary))));
    }
}
