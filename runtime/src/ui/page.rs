//! A diagnostic's page for a terminal: headings, paragraphs, and code with its colours.
//!
//! Knows the little Markdown that pages are written in, and nothing more.

use compiler::syntax::{Kind, tokens};

use super::paint::Paint;

/// A page's Markdown as text for people; without colour nothing but the marks of Markdown are gone.
pub fn page(markdown: &str, color: bool) -> String {
    let paint = Paint(color);
    let mut out = String::new();
    let mut code: Option<(String, String)> = None;
    for line in markdown.lines() {
        code = match (code.take(), line.strip_prefix("```")) {
            (Some((info, text)), Some("")) => {
                out.push_str(&block(&info, &text, paint));
                None
            }
            (Some((info, text)), _) => Some((info, format!("{text}{line}\n"))),
            (None, Some(info)) => Some((info.to_owned(), String::new())),
            (None, None) => {
                out.push_str(&prose(line, paint));
                out.push('\n');
                None
            }
        };
    }
    // A block that nothing closes is shown too.
    if let Some((info, text)) = code {
        out.push_str(&block(&info, &text, paint));
    }
    out
}

fn prose(line: &str, paint: Paint) -> String {
    match line.trim_start_matches('#') {
        heading if heading.len() < line.len() && heading.starts_with(' ') => paint.bold(heading.trim()),
        _ => inline(line, paint),
    }
}

/// `code` in cyan. Without colours the backticks stay, for they tell code from words.
fn inline(line: &str, paint: Paint) -> String {
    if !paint.0 {
        return line.to_owned();
    }
    let parts: Vec<&str> = line.split('`').collect();
    // A backtick without its partner is text.
    if parts.len().is_multiple_of(2) {
        return line.to_owned();
    }
    parts.iter().enumerate().map(|(index, part)| if index % 2 == 1 { paint.cyan(part) } else { (*part).to_owned() }).collect()
}

/// A block, set in by four columns, below the file it is of.
fn block(info: &str, text: &str, paint: Paint) -> String {
    let mut words = info.split_whitespace();
    let language = words.next().unwrap_or_default();
    let mut out = String::new();
    if let Some(file) = words.find_map(|word| word.strip_prefix("file=")) {
        out.push_str(&format!("    {}\n", paint.dim(file)));
    }
    let shown = if language == "coder" { highlighted(text, paint) } else { text.to_owned() };
    for line in shown.lines() {
        out.push_str(format!("    {line}").trim_end());
        out.push('\n');
    }
    out
}

/// `.coder` text with its words, texts, numbers and comments in colour.
fn highlighted(text: &str, paint: Paint) -> String {
    if !paint.0 {
        return text.to_owned();
    }
    let (mut out, mut at) = (String::new(), 0);
    for token in tokens(text) {
        let (start, end) = (usize::from(token.range.start()), usize::from(token.range.end()));
        let (Some(before), Some(piece)) = (text.get(at..start), text.get(start..end)) else { continue };
        out.push_str(before);
        at = end;
        // Line by line: an escape must not reach over the indentation of the next.
        let lines: Vec<String> = piece.split('\n').map(|line| colored(token.kind, line, paint)).collect();
        out.push_str(&lines.join("\n"));
    }
    out + text.get(at..).unwrap_or_default()
}

fn colored(kind: Kind, text: &str, paint: Paint) -> String {
    if kind.is_keyword() {
        return paint.magenta(text);
    }
    match kind {
        Kind::Comment | Kind::DocComment | Kind::BlockComment => paint.dim(text),
        Kind::Int | Kind::Float | Kind::Quantity => paint.cyan(text),
        Kind::StringStart | Kind::StringText | Kind::StringEscape | Kind::StringEnd => paint.green(text),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use compiler::diagnostics::catalog;
    use expect_test::expect;

    use super::page;

    const PAGE: &str = "# a-name\n\nSays `what` it is.\n\n## Wrong\n\n```coder file=.coder/x.coder\n// so\nimage a { repository = \"a\" }\n```\n";

    #[test]
    fn plain() {
        expect![[r#"
            a-name

            Says `what` it is.

            Wrong

                .coder/x.coder
                // so
                image a { repository = "a" }
        "#]]
        .assert_eq(&page(PAGE, false));
    }

    #[test]
    fn with_colour_only_escapes_are_added() {
        let shown = page(PAGE, true);
        assert!(shown.contains("\u{1b}[35mimage\u{1b}[0m") && shown.contains("\u{1b}[2m// so\u{1b}[0m"), "{shown}");
    }

    #[test]
    fn every_page_keeps_its_code() {
        let plain = |text: &str| {
            let mut parts = text.split('\u{1b}');
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, rest)| rest))
        };
        for info in catalog::ALL {
            let (colored, bare) = (page(info.page, true), page(info.page, false));
            assert_eq!(plain(&colored).replace('`', ""), bare.replace('`', ""), "{}", info.name);
        }
    }
}
