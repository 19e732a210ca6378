//! Text to tokens: logos with one mode for code and one for what is inside a string.
//!
//! Every byte belongs to exactly one token. Nothing is judged here: an unclosed string has no `StringEnd`, an unclosed comment runs
//! to the end, and whoever meets them reports them.

use logos::Logos;

use super::kind::Kind;
use crate::text::{TextRange, TextSize};

/// A token and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub range: TextRange,
}

/// The tokens of a text, trivia included.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 4 + 1);
    lex(text, |kind, start, end| tokens.push(Token { kind, range: crate::text::range(start, end) }));
    tokens
}

/// A token that has a meaning, as the parser sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Significant {
    pub kind: Kind,
    /// A new line stands between the token before and this one.
    pub newline: bool,
    /// A documentation comment does.
    pub documented: bool,
    pub start: u32,
    pub end: u32,
}

impl Significant {
    pub fn range(self) -> TextRange {
        TextRange::new(TextSize::new(self.start), TextSize::new(self.end))
    }
}

/// The tokens that have a meaning, and the start of a block comment that is never closed.
pub fn significant(text: &str) -> (Vec<Significant>, Option<u32>) {
    let mut tokens = Vec::with_capacity(text.len() / 6 + 1);
    let (mut newline, mut documented) = (true, false);
    let open_comment = lex(text, |kind, start, end| match kind {
        Kind::Newline => newline = true,
        Kind::DocComment => documented = true,
        Kind::Whitespace | Kind::Comment | Kind::HashComment => {}
        Kind::BlockComment => newline |= text[start..end].contains('\n'),
        _ => {
            tokens.push(Significant { kind, newline, documented, start: start as u32, end: end as u32 });
            (newline, documented) = (false, false);
        }
    });
    (tokens, open_comment)
}

/// What is inside a string.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
enum Inside {
    #[regex(r#"[^"\\\r\n]+"#)]
    Text,
    #[regex(r"\r|\n")]
    Newline,
    #[token("\\(")]
    Interpolation,
    #[regex(r"\\u\{[^}\x22\r\n]*\}", priority = 9)]
    #[regex(r"\\[^(\r\n]")]
    Escape,
    #[token("\\")]
    Backslash,
    #[token("\"")]
    Quote,
}

/// A string that is open, with the parentheses open in its interpolation.
struct Open {
    multi_line: bool,
    parentheses: u32,
}

/// Calls `emit` with each token; returns the start of a block comment that never ends.
fn lex(text: &str, mut emit: impl FnMut(Kind, usize, usize)) -> Option<u32> {
    let mut open: Vec<Open> = Vec::new();
    let mut code = Kind::lexer(text);
    loop {
        let result = code.next()?;
        let (start, end) = (code.span().start, code.span().end);
        match result.unwrap_or(Kind::Unknown) {
            Kind::Newline => {
                // A single-line string, and whatever is interpolated in it, ends with its line.
                while open.last().is_some_and(|string| !string.multi_line) {
                    open.pop();
                }
                emit(Kind::Newline, start, end);
            }
            Kind::BlockComment => {
                let length = block_comment(&text[start..]);
                emit(Kind::BlockComment, start, start + length.unwrap_or(text.len() - start));
                let Some(length) = length else { return Some(start as u32) };
                code.bump(length - 2);
            }
            kind @ (Kind::Comment | Kind::DocComment | Kind::HashComment) => {
                let trimmed = text[start..end].trim_end_matches('\r').len() + start;
                emit(kind, start, trimmed);
                if trimmed < end {
                    emit(Kind::Whitespace, trimmed, end);
                }
            }
            Kind::OpenParen => {
                if let Some(string) = open.last_mut() {
                    string.parentheses += 1;
                }
                emit(Kind::OpenParen, start, end);
            }
            Kind::CloseParen => match open.last_mut() {
                Some(string) if string.parentheses == 0 => {
                    emit(Kind::InterpolationEnd, start, end);
                    code = inside(code, text, &mut open, &mut emit);
                }
                Some(string) => {
                    string.parentheses -= 1;
                    emit(Kind::CloseParen, start, end);
                }
                None => emit(Kind::CloseParen, start, end),
            },
            Kind::StringStart => {
                emit(Kind::StringStart, start, end);
                let multi_line = end - start == 3;
                if multi_line && !text[end..].contains("\"\"\"") {
                    let length = next_item(&text[end..]);
                    if length > 0 {
                        emit(Kind::StringText, end, end + length);
                    }
                    code.bump(length);
                    open.clear();
                } else {
                    open.push(Open { multi_line, parentheses: 0 });
                    code = inside(code, text, &mut open, &mut emit);
                }
            }
            kind => emit(kind, start, end),
        }
    }
}

/// Reads on inside the innermost string, until its end or an interpolation.
fn inside<'t>(
    code: logos::Lexer<'t, Kind>,
    text: &'t str,
    open: &mut Vec<Open>,
    emit: &mut impl FnMut(Kind, usize, usize),
) -> logos::Lexer<'t, Kind> {
    let mut string = code.morph::<Inside>();
    let Some(multi_line) = open.last().map(|string| string.multi_line) else { return string.morph() };
    loop {
        let before = string.clone();
        let Some(token) = string.next() else { return string.morph() };
        let (start, end) = (string.span().start, string.span().end);
        match token.unwrap_or(Inside::Backslash) {
            Inside::Text => emit(Kind::StringText, start, end),
            Inside::Escape | Inside::Backslash => emit(Kind::StringEscape, start, end),
            Inside::Newline if multi_line => emit(Kind::StringText, start, end),
            // The line's end is no part of the string.
            Inside::Newline => return before.morph(),
            Inside::Interpolation => {
                emit(Kind::InterpolationStart, start, end);
                return string.morph();
            }
            Inside::Quote if !multi_line => {
                emit(Kind::StringEnd, start, end);
                open.pop();
                return string.morph();
            }
            Inside::Quote if text[start..].starts_with("\"\"\"") => {
                emit(Kind::StringEnd, start, start + 3);
                string.bump(2);
                open.pop();
                return string.morph();
            }
            Inside::Quote => emit(Kind::StringText, start, end),
        }
    }
}

/// The length of the comment that `text` starts with; comments nest. `None` when it is never closed.
fn block_comment(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0, 0);
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'/', b'*') => (depth, at) = (depth + 1, at + 2),
            (b'*', b'/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Where an unclosed `"""` ends all the same: before the line that starts with the keyword of a declaration, or at the end.
fn next_item(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let word = line.split(|character: char| !character.is_ascii_alphabetic()).next().unwrap_or("");
        if at > 0 && ITEM_WORDS.contains(&word) {
            return at;
        }
        at += line.len();
    }
    text.len()
}

/// What a declaration can start with.
pub const ITEM_WORDS: [&str; 11] =
    ["import", "let", "type", "fn", "image", "environment", "project", "policy", "enforce", "test", "private"];
