//! `coderc test`.

use clap::{Args, ValueEnum};
use compiler::db::{name_place, scope};
use compiler::diagnostics::{Diagnostic, render};
use compiler::policy::{TestOutcome, run_test};
use compiler::workspace::Reporter;

use super::run::{Run, any_error};
use super::{Exit, Flags};
use crate::host::RootFiles;
use crate::ui;

/// Run the package's `test` blocks
#[derive(Debug, Args)]
#[command(
    after_help = "Formats (-f): text, json\n\nExamples:\n  coderc test\n  coderc test limits              # the tests whose names contain `limits`"
)]
pub struct Test {
    /// Only tests whose names contain one of these
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    Text,
    Json,
}

impl Test {
    pub fn run(self, flags: &Flags) -> Result<(), Exit> {
        let format = flags.format::<TestFormat>()?.unwrap_or(TestFormat::Text);
        let mut run = Run::open(flags, RootFiles::WorkTree)?;
        let diagnostics = run.check();
        let reports = run.reports(&diagnostics);
        run.write_lock(!any_error(&reports))?;
        if !reports.is_empty() {
            ui::stderr(&render::terminal::render(&reports, &run.session.sources(), flags.color_stderr()));
        }
        if any_error(&reports) {
            return Err(Exit::reported());
        }
        let mut passed: Vec<(String, String)>;
        let mut failures: Vec<(String, String, Vec<Diagnostic>)>;
        loop {
            (passed, failures) = Default::default();
            let db = &run.session.db;
            let mut reporter = Reporter::new(db);
            for &test in &scope(db, run.session.root()).tests {
                let name = test.name(db).to_string();
                if !self.names.is_empty() && !self.names.iter().any(|wanted| name.contains(wanted)) {
                    continue;
                }
                let source = reporter.source(name_place(db, test));
                let place = format!("{}:{}", source.file, source.start.line);
                match run_test(db, test) {
                    TestOutcome::Passed => passed.push((name, place)),
                    TestOutcome::Failed(diagnostics) | TestOutcome::Errors(diagnostics) => {
                        failures.push((name, place, diagnostics))
                    }
                }
            }
            if !run.session.supply(&run.host) {
                break;
            }
        }
        let told: Vec<Diagnostic> = failures.iter().flat_map(|(_, _, diagnostics)| diagnostics.iter().cloned()).collect();
        let reports = run.reports(&told);
        let text = match format {
            TestFormat::Json => {
                let result =
                    |name: &str, place: &str, passed: bool| serde_json::json!({ "name": name, "at": place, "passed": passed });
                let mut tests: Vec<serde_json::Value> = passed.iter().map(|(name, place)| result(name, place, true)).collect();
                tests.extend(failures.iter().map(|(name, place, _)| result(name, place, false)));
                let document =
                    serde_json::json!({ "version": 1, "passed": passed.len(), "failed": failures.len(), "tests": tests });
                format!("{document:#}\n")
            }
            TestFormat::Text => {
                let (green, red, off) = if flags.color_stdout() { ("\x1b[32m", "\x1b[31m", "\x1b[0m") } else { ("", "", "") };
                let mut text = String::new();
                if flags.verbose {
                    passed.iter().for_each(|(name, place)| text.push_str(&format!("{green}passed{off} {name} ({place})\n")));
                }
                failures.iter().for_each(|(name, place, _)| text.push_str(&format!("{red}failed{off} {name} ({place})\n")));
                text.push_str(&format!("{} passed, {} failed\n", passed.len(), failures.len()));
                text
            }
        };
        if !reports.is_empty() {
            ui::stderr(&render::terminal::render(&reports, &run.session.sources(), flags.color_stderr()));
        }
        super::write_output(flags, &text)?;
        if failures.is_empty() { Ok(()) } else { Err(Exit::reported()) }
    }
}
