//! The default output: each diagnostic with its source, marked by ariadne, its mends and, at the end, the counts.
//!
//! Never panics, whatever the positions: they are brought into the text first. Control characters of a source never reach
//! the terminal.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::Range;

use ariadne::{Cache, Color, Config, IndexType, Label, ReportKind};

use super::{one_line, printable};
use crate::diagnostics::{Report, Severity, Source, Sources};

/// All reports and a last line with their counts; nothing for no reports. `color` writes ANSI escapes.
pub fn render(reports: &[Report], sources: &dyn Sources, color: bool) -> String {
    let mut texts = Texts::new(reports, sources);
    let mut output = String::new();
    for report in reports {
        output.push_str(&excerpt(report, &mut texts, color));
        for help in &report.help {
            writeln_styled(&mut output, "help", &printable(help), color);
        }
        // A help may have said it already.
        for fix in report.fixes.iter().filter(|fix| !report.help.contains(&fix.title)) {
            writeln_styled(&mut output, "fix", &printable(&fix.title), color);
        }
        output.push('\n');
    }
    output.push_str(&counts(reports));
    output
}

/// The message and the marked source.
fn excerpt(report: &Report, texts: &mut Texts, color: bool) -> String {
    let title_color = match report.info.severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    };
    let main = report.source.iter().map(|source| (source, report.caption.as_str(), title_color));
    let labels = report.labels.iter().map(|label| (&label.source, label.message.as_str(), Color::Blue));
    let (mut marks, mut unmarked) = (Vec::new(), Vec::new());
    for (source, message, color) in main.chain(labels) {
        match texts.characters(source) {
            Some(characters) => marks.push(Mark { file: &source.file, characters, message, color }),
            None => unmarked.push((source, message)),
        }
    }
    let mut output = title(report, color);
    output.push_str(&marked(marks, texts, color));
    for (source, message) in unmarked {
        output.push_str(&place_line(source, message, texts));
    }
    output
}

/// `error[name]: message`.
fn title(report: &Report, color: bool) -> String {
    let (word, name, message) = (report.info.severity.word(), report.info.name, printable(&report.message));
    let code = if report.is_error() { 31 } else { 33 };
    if color { format!("\u{1b}[{code}m{word}[{name}]\u{1b}[0m: {message}\n") } else { format!("{word}[{name}]: {message}\n") }
}

/// A range of a file that is shown, with what is said of it.
struct Mark<'a> {
    file: &'a str,
    characters: Range<usize>,
    message: &'a str,
    color: Color,
}

/// The lines of the marks, drawn by ariadne; the file of the first mark comes first.
fn marked(mut marks: Vec<Mark<'_>>, texts: &mut Texts, color: bool) -> String {
    let Some(first) = marks.first() else { return String::new() };
    let (main_file, span) = (first.file, (first.file, first.characters.clone()));
    // ariadne shows a file once only where its marks stand in order.
    marks.sort_by_key(|mark| (mark.file != main_file, mark.file, mark.characters.end));
    let labels = marks.into_iter().zip(0..).map(|(mark, order)| {
        let label = Label::new((mark.file, mark.characters)).with_color(mark.color).with_order(order);
        // Without a message ariadne marks by colour alone.
        label.with_message(if mark.message.is_empty() { "here".into() } else { one_line(mark.message) })
    });
    // Char: in byte mode ariadne 0.6 takes a character offset for a byte offset in the header of a second file.
    let config = Config::new().with_color(color).with_index_type(IndexType::Char);
    let mut report = ariadne::Report::build(ReportKind::Error, span).with_config(config);
    report.add_labels(labels);
    let mut bytes = Vec::new();
    if report.finish().write(texts, &mut bytes).is_err() {
        return String::new();
    }
    // The first line is ariadne's own title; the others end in spaces.
    String::from_utf8_lossy(&bytes).lines().skip(1).map(|line| format!("{}\n", line.trim_end())).collect()
}

/// A place whose text is not at hand, or whose line is too long to show whole: its position, and a piece of the line.
fn place_line(source: &Source, message: &str, texts: &Texts) -> String {
    let mut line = format!("   ╭─[ {}:{}:{} ]\n", one_line(&source.file), source.start.line, source.start.column);
    if let Some(piece) = texts.piece(source) {
        let _ = writeln!(line, "   │ {piece}");
    }
    if !message.is_empty() {
        let _ = writeln!(line, "   │ {}", one_line(message));
    }
    line + "───╯\n"
}

fn writeln_styled(output: &mut String, word: &str, text: &str, color: bool) {
    let text = text.replace('\n', "\n        ");
    let _ = if color { writeln!(output, "  \u{1b}[36m{word}\u{1b}[0m: {text}") } else { writeln!(output, "  {word}: {text}") };
}

/// `1 error, 2 warnings`.
fn counts(reports: &[Report]) -> String {
    let errors = reports.iter().filter(|report| report.is_error()).count();
    let plural = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts = [plural(errors, "error"), plural(reports.len() - errors, "warning")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { parts.join(", ") + "\n" }
}

/// The texts that the reports point into, made ready for ariadne once.
struct Texts {
    by_file: BTreeMap<String, (ariadne::Source<String>, String)>,
}

/// A line longer than this is shown in part.
const LONG_LINE: usize = 400;

impl Texts {
    fn new(reports: &[Report], sources: &dyn Sources) -> Texts {
        let mut by_file = BTreeMap::new();
        let labels = reports.iter().flat_map(|report| report.labels.iter().map(|label| &label.source));
        for source in reports.iter().filter_map(|report| report.source.as_ref()).chain(labels) {
            if by_file.contains_key(&source.file) {
                continue;
            }
            if let Some(text) = sources.text(&source.file) {
                let mut shown = printable(text);
                if shown.is_empty() || shown.ends_with('\n') {
                    // So that the end of the file is a line of its own, as positions count it.
                    shown.push(' ');
                }
                by_file.insert(source.file.clone(), (ariadne::Source::from(shown.clone()), shown));
            }
        }
        Texts { by_file }
    }

    /// The range of a source in characters, brought into its text; `None` where it cannot be shown.
    fn characters(&self, source: &Source) -> Option<Range<usize>> {
        let (lines, text) = self.by_file.get(&source.file)?;
        let start = boundary(text, source.start.offset.min(source.end.offset));
        let end = boundary(text, source.end.offset.max(source.start.offset));
        let character = |offset: usize| {
            let (line, _, column) = lines.get_byte_line(offset).filter(|(line, ..)| line.len() <= LONG_LINE)?;
            Some(line.offset() + text[offset - column..offset].chars().count())
        };
        Some(character(start)?..character(end)?)
    }

    /// Some characters of the line around the start of a source.
    fn piece(&self, source: &Source) -> Option<String> {
        let (_, text) = self.by_file.get(&source.file)?;
        let start = boundary(text, source.start.offset);
        let before: Vec<char> = text[..start].chars().rev().take_while(|character| *character != '\n').take(30).collect();
        let after: String = text[start..].chars().take_while(|character| *character != '\n').take(60).collect();
        Some(format!("…{}{after}…", before.into_iter().rev().collect::<String>()))
    }
}

impl Cache<&str> for &mut Texts {
    type Storage = String;

    fn fetch(&mut self, file: &&str) -> Result<&ariadne::Source<String>, impl std::fmt::Debug> {
        self.by_file.get(*file).map(|(source, _)| source).ok_or("not at hand")
    }

    fn display<'a>(&self, file: &'a &str) -> Option<impl std::fmt::Display + 'a> {
        Some(one_line(file))
    }
}

/// The nearest start of a character at or before a byte offset.
fn boundary(text: &str, offset: u32) -> usize {
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use proptest::prelude::*;

    use super::super::example::{FILE, IMPORTED, TEXT, Texts as Example, position, reports, source};
    use super::*;
    use crate::diagnostics::{ReportLabel, catalog};

    #[test]
    fn source_labels_mends_and_counts() {
        expect![[r#"
            error[unknown-field]: a container has no field `memry`
               ╭─[ .coder/environments/team a.coder:3:5 ]
               │
             1 │ environment team-a {
               │ ─┬─
               │  ╰─── in this container
               │
             3 │     memry = 4GB // Größe: 日本
               │     ──┬──
               │       ╰──── not a field
               │
               ├─[ https://github.com/acme/base@0123456789abcdef0123456789abcdef01234567//.coder/a.coder:2:5 ]
               │
             2 │ let memory = 4GB
               │     ───┬──
               │        ╰──── like this
            ───╯
              help: did you mean `memory`?
              fix: write `memory`

            warning[unpinned-image]: 100% of `a:b, c`
            is ?[31munpinned

            1 error, 1 warning
        "#]]
        .assert_eq(&render(&reports(), &Example, false));
    }

    #[test]
    fn colour_only_when_asked() {
        assert!(!render(&reports(), &Example, false).contains('\u{1b}'));
        assert!(render(&reports(), &Example, true).contains("\u{1b}["));
    }

    #[test]
    fn the_end_of_a_file_is_a_line_of_its_own() {
        let mut report = reports().remove(0);
        let end = position(TEXT, TEXT.len());
        report.source = Some(Source { file: FILE.into(), start: end, end });
        report.labels.clear();
        assert!(render(&[report], &Example, false).contains("team a.coder:6:1 ]"));
    }

    #[test]
    fn a_text_that_is_not_at_hand_still_has_its_place() {
        let mut report = reports().remove(0);
        report.source = Some(source("gone.coder", TEXT, "memry"));
        report.labels.clear();
        expect![[r#"
            error[unknown-field]: a container has no field `memry`
               ╭─[ gone.coder:3:5 ]
               │ not a field
            ───╯
              help: did you mean `memory`?
              fix: write `memory`

            1 error
        "#]]
        .assert_eq(&render(&[report], &Example, false));
    }

    const ESCAPE: char = '\u{1b}';

    struct One(String);

    impl Sources for One {
        fn text(&self, file: &str) -> Option<&str> {
            (file == FILE || file == IMPORTED).then_some(&self.0)
        }
    }

    #[test]
    fn a_megabyte_in_one_line_is_shown_in_part() {
        let text = format!("{}memry{}", "x".repeat(500_000), "é".repeat(250_000));
        let mut report = reports().remove(0);
        report.source = Some(source(FILE, &text, "memry"));
        report.labels.clear();
        let output = render(&[report], &One(text), false);
        assert!(output.len() < 1_000, "{} bytes", output.len());
        assert!(output.contains(":1:500001 ]") && output.contains("xxxmemryééé"), "{output}");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Any text, any offsets: reversed, inside a character, past the end, in two files.
        #[test]
        fn never_panics(
            text in "([a-z {}=\"]|\\PC|[\u{0}-\u{1f}\u{85}\u{2028}\u{202e}]|\n|\r\n|\t|é|日|😀|e\u{301}){0,60}",
            spans in proptest::collection::vec((0u32..300, 0u32..300, any::<bool>(), any::<bool>()), 1..6),
            color in any::<bool>(),
        ) {
            let at = |offset| position(&text, boundary(&text, offset)).with_offset(offset);
            let sources: Vec<(Source, bool)> = spans.iter().map(|(start, end, other, said)| {
                (Source { file: (if *other { IMPORTED } else { FILE }).into(), start: at(*start), end: at(*end) }, *said)
            }).collect();
            let said = |said: bool| if said { "here".to_string() } else { String::new() };
            let report = Report {
                info: &catalog::unknown_field::INFO,
                message: text.clone(),
                source: Some(sources[0].0.clone()),
                caption: said(sources[0].1),
                labels: sources[1..].iter().map(|(source, label)| ReportLabel { source: source.clone(), message: said(*label) }).collect(),
                help: vec![text.clone()],
                fixes: Vec::new(),
            };
            let output = render(&[report], &One(text.clone()), color);
            prop_assert!(output.contains("error[unknown-field]"));
            prop_assert!(output.ends_with("1 error\n"));
            if !color {
                prop_assert!(!output.contains(ESCAPE));
            }
        }
    }

    impl crate::diagnostics::Position {
        fn with_offset(self, offset: u32) -> Self {
            Self { offset, ..self }
        }
    }
}
