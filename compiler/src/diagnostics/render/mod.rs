//! The output formats of diagnostics: for people, for editors' problem matchers, for programs and for code hosts.
//!
//! Each format is one file with one function from reports to text. Nothing here prints, sorts or drops a report.

pub mod github;
pub mod json;
pub mod sarif;
pub mod short;
pub mod terminal;

use super::{Report, Severity, Sources};

/// How diagnostics are written, as `--format` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// With source excerpts, for people; with ANSI colours if asked.
    Terminal {
        color: bool,
    },
    Short,
    Json,
    Sarif,
    Github,
}

impl Format {
    /// The whole output, ending in a newline unless it is empty.
    pub fn render(self, reports: &[Report], sources: &dyn Sources) -> String {
        match self {
            Format::Terminal { color } => terminal::render(reports, sources, color),
            Format::Short => short::render(reports),
            Format::Json => json::render(reports),
            Format::Sarif => sarif::render(reports),
            Format::Github => github::render(reports),
        }
    }
}

impl Severity {
    /// `error` or `warning`, as every format writes it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// The folder of the catalog's pages on the code host.
const PAGES: &str = "https://github.com/coder/coderc/blob/main/compiler/src/diagnostics/catalog";

/// The address of the page of the diagnostic `name`.
pub fn page_url(name: &str) -> String {
    format!("{PAGES}/{name}.md")
}

/// Whether a report's file lies in the root package's repository; an import's is named by a URL.
fn is_local(file: &str) -> bool {
    !file.contains("://")
}

/// Text of a user's file made harmless for a terminal: what would move the cursor, change the colour or reorder the line is
/// shown as a replacement of the same number of bytes, so that offsets still hold. Line feeds and tabs stay.
pub fn printable(text: &str) -> String {
    let mut printed = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let reorders = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        printed.push_str(match character {
            '\n' | '\t' => {
                printed.push(character);
                continue;
            }
            '\r' if characters.peek() == Some(&'\n') => " ",
            '\u{2028}' | '\u{2029}' => "\u{fffd}",
            _ if reorders => "\u{fffd}",
            _ if character.is_control() && character.len_utf8() == 1 => "?",
            _ if character.is_control() => "\u{bf}",
            _ => {
                printed.push(character);
                continue;
            }
        });
    }
    printed
}

/// [`printable`] text on one line.
pub(crate) fn one_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
}

#[cfg(test)]
pub(super) mod example {
    //! Reports for the formats' tests.

    use crate::diagnostics::{Info, Position, Report, ReportEdit, ReportFix, ReportLabel, Severity, Source, Sources, catalog};
    use crate::text::LineIndex;

    pub const FILE: &str = ".coder/environments/team a.coder";
    pub const TEXT: &str = "environment team-a {\n  container env {\n    memry = 4GB // Größe: 日本\n  }\n}\n";
    pub const IMPORTED: &str = "https://github.com/acme/base@0123456789abcdef0123456789abcdef01234567//.coder/a.coder";
    pub const IMPORTED_TEXT: &str = "// é 日本語\nlet memory = 4GB\n";

    pub struct Texts;

    impl Sources for Texts {
        fn text(&self, file: &str) -> Option<&str> {
            match file {
                FILE => Some(TEXT),
                IMPORTED => Some(IMPORTED_TEXT),
                _ => None,
            }
        }
    }

    /// The source of the first `needle` in `text`.
    pub fn source(file: &str, text: &str, needle: &str) -> Source {
        let start = text.find(needle).expect("the needle is in the text");
        Source { file: file.into(), start: position(text, start), end: position(text, start + needle.len()) }
    }

    pub fn position(text: &str, offset: usize) -> Position {
        let at = LineIndex::new(text).line_column(text, (offset as u32).into());
        Position { line: at.line, column: at.column, offset: offset as u32 }
    }

    pub static WARNING: Info =
        Info { name: "unpinned-image", severity: Severity::Warning, page: "# unpinned-image\n\nIt may change\nany day.\n" };

    /// An error with a place, a caption, labels in two files, a help and a fix; a warning without a place.
    pub fn reports() -> Vec<Report> {
        let source = source(FILE, TEXT, "memry");
        let fix = ReportFix {
            title: "write `memory`".into(),
            safe: true,
            edits: vec![ReportEdit { source: source.clone(), text: "memory".into() }],
        };
        vec![
            Report {
                info: &catalog::unknown_field::INFO,
                message: "a container has no field `memry`".into(),
                source: Some(source),
                caption: "not a field".into(),
                labels: vec![
                    ReportLabel { source: self::source(FILE, TEXT, "env"), message: "in this container".into() },
                    ReportLabel { source: self::source(IMPORTED, IMPORTED_TEXT, "memory"), message: "like this".into() },
                ],
                help: vec!["did you mean `memory`?".into()],
                fixes: vec![fix],
            },
            Report {
                info: &WARNING,
                message: "100% of `a:b, c`\nis \u{1b}[31munpinned".into(),
                source: None,
                caption: String::new(),
                labels: Vec::new(),
                help: Vec::new(),
                fixes: Vec::new(),
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_keeps_its_bytes_in_place() {
        let text = "a\u{1b}[0m\u{85}b\u{202e}c\r\nd\u{2028}\te";
        assert_eq!(printable(text), "a?[0m\u{bf}b\u{fffd}c \nd\u{fffd}\te");
        assert_eq!(printable(text).len(), text.len());
    }
}
