//! What a user is told: diagnostics as values, their catalog, and how each output format shows them.
//!
//! A [`Diagnostic`] is made inside a query, with places relative to declarations; [`Report`] is the same with absolute
//! positions, made once at the end. This module does not decide when something is wrong.

pub mod catalog;
pub mod nearest;
pub mod render;
mod report;

pub use report::{Position, Report, ReportEdit, ReportFix, ReportLabel, Source, Sources};

use crate::text::Place;

/// How bad it is. An error refuses the command; a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// The constant part of a diagnostic: one per file of the catalog.
#[derive(Debug)]
pub struct Info {
    /// Kebab case; what `coderc explain NAME` takes.
    pub name: &'static str,
    pub severity: Severity,
    /// The page, in Markdown: documentation and test in one.
    pub page: &'static str,
}

impl PartialEq for Info {
    fn eq(&self, other: &Info) -> bool {
        self.name == other.name
    }
}

impl Eq for Info {}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub info: &'static Info,
    /// One sentence without a final full stop.
    pub message: String,
    /// Where it was typed; `None` only for what has no place in any file (a lock entry, a command-line argument).
    pub place: Option<Place>,
    /// Text shown at the place itself; empty for none.
    pub caption: String,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// How to mend it, one sentence each.
    pub help: Vec<String>,
    /// Edits that mend it. The first is the one `check --fix` applies, if `safe`.
    pub fixes: Vec<Fix>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub place: Place,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative: "write `memory`".
    pub title: String,
    /// True when it cannot change the meaning of what is right already (a respelling with one nearest name).
    pub safe: bool,
    pub edits: Vec<Edit>,
}

/// Replace the text at `place` by `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub place: Place,
    pub text: String,
}

impl Diagnostic {
    pub fn new(info: &'static Info, place: Place, message: impl Into<String>) -> Diagnostic {
        let (message, caption) = (message.into(), String::new());
        Diagnostic { info, message, place: Some(place), caption, labels: Vec::new(), help: Vec::new(), fixes: Vec::new() }
    }

    /// One that has no place in a file.
    pub fn without_place(info: &'static Info, message: impl Into<String>) -> Diagnostic {
        let (message, caption) = (message.into(), String::new());
        Diagnostic { info, message, place: None, caption, labels: Vec::new(), help: Vec::new(), fixes: Vec::new() }
    }

    pub fn caption(mut self, caption: impl Into<String>) -> Diagnostic {
        self.caption = caption.into();
        self
    }

    pub fn label(mut self, place: Place, message: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { place, message: message.into() });
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }

    pub fn fix(mut self, fix: Fix) -> Diagnostic {
        self.fixes.push(fix);
        self
    }

    /// A fix of one replacement.
    pub fn replace(self, title: impl Into<String>, safe: bool, place: Place, text: impl Into<String>) -> Diagnostic {
        self.fix(Fix { title: title.into(), safe, edits: vec![Edit { place, text: text.into() }] })
    }

    pub fn is_error(&self) -> bool {
        self.info.severity == Severity::Error
    }
}
