//! Why an action failed, as what a user is told: a diagnostic of the catalog, where its cause was typed, the end of its log.
//!
//! No value of a secret is ever part of it.

use compiler::diagnostics::{Diagnostic, Info, Position, Report, Source};

/// A failed action.
#[derive(Clone, Debug)]
pub struct Failure {
    pub info: &'static Info,
    /// One sentence without a final full stop.
    pub message: String,
    pub help: Vec<String>,
    /// The file and the line (from 1) that caused it, where it can be told.
    pub source: Option<(String, u32)>,
    /// The last lines of the log, oldest first.
    pub log: Vec<String>,
    /// Stopped by the user: no failure of anything.
    pub cancelled: bool,
}

impl Failure {
    pub fn new(diagnostic: Diagnostic) -> Failure {
        Failure {
            info: diagnostic.info,
            message: diagnostic.message,
            help: diagnostic.help,
            source: None,
            log: Vec::new(),
            cancelled: false,
        }
    }

    /// What ends an action that the user stopped.
    pub fn cancelled() -> Failure {
        Failure { cancelled: true, ..Failure::new(compiler::diagnostics::catalog::cancelled::new()) }
    }

    /// `source` is a file and a line from 1.
    pub fn at(mut self, source: Option<(String, u32)>) -> Failure {
        self.source = source.or(self.source);
        self
    }

    pub fn log(mut self, lines: Vec<String>) -> Failure {
        self.log = lines;
        self
    }

    pub fn help(mut self, line: impl Into<String>) -> Failure {
        self.help.push(line.into());
        self
    }

    /// For the renderers of diagnostics.
    pub fn report(&self) -> Report {
        let source = self.source.as_ref().map(|(file, line)| {
            let position = Position { line: *line, column: 1, offset: 0 };
            Source { file: file.clone(), start: position, end: position }
        });
        Report {
            info: self.info,
            message: self.message.clone(),
            source,
            caption: String::new(),
            labels: Vec::new(),
            help: self.help.clone(),
            fixes: Vec::new(),
        }
    }
}
