//! `coderc check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use compiler::diagnostics::{Report, render};

use super::run::{Run, any_error};
use super::{Exit, Flags};
use crate::host::RootFiles;
use crate::ui;

/// Check the package: every mistake, where it was typed
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text, short, json, sarif, github\n\nExamples:\n  coderc check\n  coderc check --fix .coder/images\n  coderc check -f github          # annotations in a pull request"
)]
pub struct Check {
    /// Report only what stands in these files or folders
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Apply the safe fixes
    #[arg(long)]
    fix: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    Text,
    Short,
    Json,
    Sarif,
    Github,
}

impl Check {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        let format = flags.format::<CheckFormat>()?.unwrap_or(CheckFormat::Text);
        let mut run = match Run::open(flags, RootFiles::WorkTree) {
            Err(Exit::Report(report)) => return show(&[*report], None, format, flags),
            other => other?,
        };
        let within = self.paths.iter().map(|path| from_top(&run, path)).collect::<Result<Vec<String>, Exit>>()?;
        let mut diagnostics = run.check();
        let mut fixed = 0;
        if self.fix {
            // Mending one mistake may show another.
            for _ in 0..8 {
                let applied = super::fix::apply(&mut run, &diagnostics, &within)?;
                if applied == 0 {
                    break;
                }
                fixed += applied;
                diagnostics = run.check();
            }
        }
        let mut reports = run.reports(&diagnostics);
        run.write_lock(!any_error(&reports))?;
        if !within.is_empty() {
            reports.retain(|report| report.source.as_ref().is_none_or(|source| stands_in(&source.file, &within)));
        }
        if fixed > 0 && !flags.quiet {
            ui::note(&format!("{fixed} fixed"));
        }
        show(&reports, Some(&run), format, flags)
    }
}

/// Whether a file is one of these, or below one of these folders.
pub fn stands_in(file: &str, within: &[String]) -> bool {
    within.is_empty()
        || within.iter().any(|path| {
            path.is_empty() || file == path || file.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/'))
        })
}

/// A path as reports name it: from the repository's root.
fn from_top(run: &Run, path: &std::path::Path) -> Result<String, Exit> {
    let absolute = path.canonicalize().map_err(|error| Exit::refused(format!("`{}`: {error}", path.display())))?;
    let top = run.place.top.canonicalize().unwrap_or_else(|_| run.place.top.clone());
    match absolute.strip_prefix(&top) {
        Ok(relative) => Ok(relative.to_string_lossy().into_owned()),
        Err(_) => Err(Exit::refused(format!("`{}` is not in the package's repository", path.display()))),
    }
}

/// Shows the reports; refused when there is an error.
pub fn show(reports: &[Report], run: Option<&Run>, format: CheckFormat, flags: &Flags) -> Result<(), Exit> {
    let text = match format {
        CheckFormat::Text => {
            if !reports.is_empty() {
                let sources = run.map(|run| run.session.sources()).unwrap_or_default();
                ui::stderr(&render::terminal::render(reports, &sources, flags.color_stderr()));
            } else if !flags.quiet {
                ui::note("no mistakes found");
            }
            None
        }
        CheckFormat::Short => Some(render::short::render(reports)),
        CheckFormat::Json => Some(render::json::render(reports)),
        CheckFormat::Sarif => Some(render::sarif::render(reports)),
        CheckFormat::Github => Some(render::github::render(reports)),
    };
    if let Some(text) = text {
        super::write_output(flags, &text)?;
    }
    if any_error(reports) { Err(Exit::reported()) } else { Ok(()) }
}
