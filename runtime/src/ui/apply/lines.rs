//! Plain lines on standard error: one where an action starts, and one where it ends, as a CI job's log wants them.
//!
//! Logs are shown only when asked for, or at the end of what failed.

use super::{Printer, words};
use crate::execute::{Event, Outcome, Summary};
use crate::ui;

pub struct Lines {
    color: bool,
    verbose: bool,
    quiet: bool,
}

impl Lines {
    pub fn new(color: bool, verbose: bool, quiet: bool) -> Lines {
        Lines { color, verbose, quiet }
    }
}

impl Printer for Lines {
    fn event(&mut self, event: &Event) {
        let line = match event {
            Event::Started { address, kind } => format!("{address}: {kind} started"),
            Event::Phase { address, phase } => format!("{address}: {}", words::phase(phase)),
            Event::Log { address, line } if self.verbose => format!("{address}: | {}", line.trim_end()),
            Event::Log { .. } => return,
            Event::Retrying { address, reason } => format!("{address}: trying again: {reason}"),
            Event::Ended { outcome: Outcome::Skipped { .. }, .. } if !self.verbose => return,
            Event::Ended { address, outcome, took } => format!("{address}: {}", words::outcome(outcome, *took)),
            Event::Note { text } => text.clone(),
        };
        if !self.quiet {
            ui::stderr(&format!("{line}\n"));
        }
    }

    fn end(&mut self, summary: &Summary) {
        for (address, failure) in &summary.failed {
            ui::stderr(&format!("\n{}", words::failure(address, failure, self.color)));
        }
        if !self.quiet || !summary.complete() {
            ui::stderr(&format!("{}\n", words::summary(summary)));
        }
    }
}
