//! `coderc outdated`.

use clap::Args;
use compiler::diagnostics::{Diagnostic, render};

use super::lock_moves::{self, Entry, Move};
use super::planning;
use super::run::{Run, any_error};
use super::update::{MovesFormat, aliases};
use super::{Exit, Flags};
use crate::host::RootFiles;
use crate::ui::{self, Paint};

/// Show what `update` would move; exits with 2 when there is something
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text, json\n\nExit codes: 0 everything is up to date, 2 something would move, 1 a remote cannot be asked or a tag was moved\n\nExamples:\n  coderc outdated\n  coderc outdated -f json | jq -r '.moves[].url'\n  coderc outdated || coderc update"
)]
pub struct Outdated {}

impl Outdated {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        let format = flags.format::<MovesFormat>()?.unwrap_or(MovesFormat::Text);
        if flags.offline {
            return Err(Exit::usage("with `--offline` no remote may be asked, which is all that `outdated` does"));
        }
        let mut run = Run::open(flags, RootFiles::Head)?;
        // What the project says of registries may stand in an import.
        run.session.load_imports(&run.host);
        let (aliases, lock) = (aliases(&run.session), run.imports.lock());
        let (mut moves, mut problems): (Vec<Move>, Vec<Diagnostic>) = (Vec::new(), Vec::new());
        for found in run.imports.outdated() {
            match found {
                Ok(found) => moves.push(Move {
                    entry: Entry::Import { url: found.url, at: found.at },
                    was: Some(found.locked.to_string()),
                    now: Some(found.latest.to_string()),
                }),
                Err((_, _, problem)) => problems.push(problem.diagnostic(None, None, None)),
            }
        }
        let references = lock.images().map(|image| image.reference.clone()).collect();
        let answers = planning::asynchronous()?.block_on(planning::registry(&run).resolve_all(references));
        for image in lock.images() {
            match answers.get(&image.reference) {
                Some(Ok(resolved)) if resolved.digest != image.digest => moves.push(Move {
                    entry: Entry::Image { reference: image.reference.clone() },
                    was: Some(image.digest.clone()),
                    now: Some(resolved.digest.clone()),
                }),
                Some(Err(failure)) => problems.push(failure.diagnostic(None)),
                _ => {}
            }
        }
        let unchanged = lock.imports().count() + lock.images().count() - moves.len() - problems.len();
        let text = match format {
            MovesFormat::Json => lock_moves::document(&moves, &aliases, unchanged),
            MovesFormat::Text => {
                let mut text = lock_moves::text(&moves, &aliases, Paint(flags.color_stdout()));
                if moves.is_empty() && problems.is_empty() && !flags.quiet {
                    text.push_str("everything is up to date\n");
                }
                text
            }
        };
        super::write_output(flags, &text)?;
        let mut reports = run.reports(&problems);
        reports.dedup();
        if any_error(&reports) {
            ui::stderr(&render::terminal::render(&reports, &run.session.sources(), flags.color_stderr()));
            return Err(Exit::reported());
        }
        if moves.is_empty() { Ok(()) } else { Err(Exit::Changes) }
    }
}
