//! `--format github`: workflow commands that GitHub Actions shows as annotations of the changed lines.
//!
//! The escaping is that of GitHub's own toolkit (`packages/core/src/command.ts`).

use super::is_local;
use crate::diagnostics::{Report, Source};

/// One `::error …::message` line for each report, helps on further (escaped) lines of its message.
pub fn render(reports: &[Report]) -> String {
    reports.iter().map(command).collect()
}

fn command(report: &Report) -> String {
    let mut properties = Vec::new();
    let mut message = report.message.clone();
    match &report.source {
        Some(source) if is_local(&source.file) => properties = place(source),
        // GitHub can only annotate files of the checkout.
        Some(source) => message = format!("{}:{}:{}: {message}", source.file, source.start.line, source.start.column),
        None => {}
    }
    properties.push(format!("title={}", report.info.name));
    for help in &report.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    format!("::{} {}::{}\n", report.info.severity.word(), properties.join(","), escape(&message))
}

fn place(source: &Source) -> Vec<String> {
    let (start, end) = (source.start, source.end);
    vec![
        format!("file={}", escape_property(&source.file)),
        format!("line={}", start.line),
        format!("col={}", start.column),
        format!("endLine={}", end.line),
        format!("endColumn={}", end.column),
    ]
}

fn escape(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::example::{IMPORTED, IMPORTED_TEXT, reports, source};
    use super::*;

    #[test]
    fn an_annotation_a_diagnostic() {
        let text = render(&reports()).replace('\u{1b}', "ESC");
        expect![[r#"
            ::error file=.coder/environments/team a.coder,line=3,col=5,endLine=3,endColumn=10,title=unknown-field::a container has no field `memry`%0Ahelp: did you mean `memory`?
            ::warning title=unpinned-image::100%25 of `a:b, c`%0Ais ESC[31munpinned
        "#]]
        .assert_eq(&text);
    }

    #[test]
    fn a_file_of_an_import_stands_in_the_message() {
        let mut report = reports().remove(0);
        report.source = Some(source(IMPORTED, IMPORTED_TEXT, "memory"));
        assert!(render(&[report]).starts_with(&format!("::error title=unknown-field::{IMPORTED}:2:5: a container")));
    }

    #[test]
    fn properties_are_escaped() {
        assert_eq!(escape_property("a:b,c%\r\n"), "a%3Ab%2Cc%25%0D%0A");
    }
}
