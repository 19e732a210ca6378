//! What is shown while a plan is carried out: a line a running action on a terminal, plain lines elsewhere, JSON lines for programs.
//!
//! Printers only consume events; nothing that they do changes what is done.

mod json;
mod lines;
mod terminal;
mod words;

use std::io::IsTerminal;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::execute::{Event, Summary};

/// How events are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Standard error: for people, or for the log of a CI job.
    Text { color: bool, verbose: bool, quiet: bool },
    /// Standard output: one event a line.
    Json,
}

/// One way of showing.
trait Printer: Send {
    fn event(&mut self, event: &Event);

    fn end(&mut self, summary: &Summary);
}

/// Shows events until their senders are gone. Give the summary to what it returns.
pub async fn show(mut events: UnboundedReceiver<Event>, show: Show) -> Shown {
    let mut printer: Box<dyn Printer> = match show {
        Show::Json => Box::new(json::Json),
        Show::Text { color, verbose, quiet } if std::io::stderr().is_terminal() && !quiet => {
            Box::new(terminal::Terminal::new(color, verbose))
        }
        Show::Text { color, verbose, quiet } => Box::new(lines::Lines::new(color, verbose, quiet)),
    };
    while let Some(event) = events.recv().await {
        printer.event(&event);
    }
    Shown(printer)
}

/// Every event was shown.
pub struct Shown(Box<dyn Printer>);

impl Shown {
    pub fn end(mut self, summary: &Summary) {
        self.0.end(summary);
    }
}
