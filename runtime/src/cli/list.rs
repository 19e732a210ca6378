//! `coderc list`.

use clap::{Args, ValueEnum};
use compiler::diagnostics::render;
use compiler::listing;

use super::run::{Run, any_error};
use super::{Exit, Flags};
use crate::host::RootFiles;
use crate::ui;

/// List the package's images, templates and environments, with their parameters
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text, json, markdown\n\nExamples:\n  coderc list\n  coderc list --from f0ssel/kaniko@master\n  coderc list --imports           # also what the imports offer, as an expression names it\n  coderc list -f json | jq -r '.declarations[].address'"
)]
pub struct List {
    /// List what the package's imports offer too
    #[arg(long)]
    imports: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    Text,
    Json,
    Markdown,
}

impl List {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        let format = flags.format::<ListFormat>()?.unwrap_or(ListFormat::Text);
        let mut run = Run::open(flags, RootFiles::WorkTree)?;
        let diagnostics = run.check();
        let mut reports = run.reports(&diagnostics);
        run.write_lock(!any_error(&reports))?;
        let found = loop {
            let found = listing::listing(&run.session.db, self.imports);
            if !run.session.supply(&run.host) {
                break found;
            }
        };
        // What is listed may be wrong only where there is an error.
        reports.retain(|report| report.is_error() || flags.verbose);
        if !reports.is_empty() {
            ui::stderr(&render::terminal::render(&reports, &run.session.sources(), flags.color_stderr()));
        }
        let text = match format {
            ListFormat::Text => listing::text(&found, flags.color_stdout()),
            ListFormat::Json => listing::json(&found),
            ListFormat::Markdown => listing::markdown(&found),
        };
        super::write_output(flags, &text)?;
        if any_error(&reports) { Err(Exit::reported()) } else { Ok(()) }
    }
}
