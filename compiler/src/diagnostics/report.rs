//! Diagnostics with absolute positions, ready to be shown or written.

use super::{Info, Severity};

/// A position in a file: line and column from 1 (columns in Unicode scalar values), the offset in bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
    pub offset: u32,
}

/// An absolute range of one file. `file` is relative to the repository's root with `/` for the root package, and
/// `https://host/path@commit//file` for an import's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    pub file: String,
    pub start: Position,
    pub end: Position,
}

/// A [`super::Diagnostic`] with absolute positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub info: &'static Info,
    pub message: String,
    pub source: Option<Source>,
    pub caption: String,
    pub labels: Vec<ReportLabel>,
    pub help: Vec<String>,
    pub fixes: Vec<ReportFix>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportLabel {
    pub source: Source,
    pub message: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFix {
    pub title: String,
    pub safe: bool,
    pub edits: Vec<ReportEdit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportEdit {
    pub source: Source,
    pub text: String,
}

impl Report {
    pub fn is_error(&self) -> bool {
        self.info.severity == Severity::Error
    }
}

/// The texts that reports point into: what a printer needs to show the source.
pub trait Sources {
    /// The text of a file as named in [`Source::file`]; `None` where it is not at hand.
    fn text(&self, file: &str) -> Option<&str>;
}
