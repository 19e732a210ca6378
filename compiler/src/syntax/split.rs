//! A file cut into items, by its tokens alone: an item starts with its keyword on a line of its own, outside all brackets.
//!
//! Nothing is parsed. A bracket that nothing closes is reported here, because only the file shows it: its item ends before the next
//! line that is certainly the start of another one.

use smol_str::SmolStr;

use super::docs;
use super::item_start::{ItemKeyword, Mend, item_start};
use super::kind::Kind;
use super::lexer::{self, Significant};
use crate::diagnostics::catalog::{foreign_comment, stray_bracket, unclosed_bracket, unclosed_comment};
use crate::diagnostics::{Diagnostic, Edit, Fix};
use crate::text::{Owner, Place, TextRange, range};

/// A file's items in order, and what is wrong between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    pub items: Vec<ItemSource>,
    pub diagnostics: Vec<Diagnostic>,
}

/// An item's place in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemSource {
    pub keyword: ItemKeyword,
    /// The declared name, an import's alias or a test's text, as far as it can be read without parsing: for a stable identity.
    pub name: Option<SmolStr>,
    /// In the file; documentation comments and `private` included, white space and comments after it not.
    pub range: TextRange,
}

/// Cuts a file into items, without parsing them. `owner` is the file's.
pub fn split(owner: Owner, text: &str) -> Split {
    let (tokens, open_comment) = lexer::significant(text);
    let closers = match_brackets(&tokens);
    let mut splitter = Splitter { owner, text, tokens: &tokens, closers: &closers, items: Vec::new(), diagnostics: Vec::new() };
    let mut at = 0;
    while at < tokens.len() {
        at = splitter.item(at);
    }
    let Splitter { items, mut diagnostics, .. } = splitter;
    if text.contains('#') {
        for token in lexer::tokens(text).iter().filter(|token| token.kind == Kind::HashComment) {
            diagnostics.push(foreign_comment::new(Place { owner, range: token.range }));
        }
    }
    if let Some(start) = open_comment {
        let start = start as usize;
        diagnostics.push(unclosed_comment::new(Place { owner, range: range(start, start + 2) }));
    }
    Split { items, diagnostics }
}

struct Splitter<'t> {
    owner: Owner,
    text: &'t str,
    tokens: &'t [Significant],
    closers: &'t [u32],
    items: Vec<ItemSource>,
    diagnostics: Vec<Diagnostic>,
}

impl Splitter<'_> {
    /// Takes the item that starts at token `first`; returns where the next one starts.
    fn item(&mut self, first: usize) -> usize {
        let tokens = self.tokens;
        if tokens[first].kind.is_closer() {
            return self.stray_closer(first);
        }
        let start = item_start(tokens, first, self.text);
        let keyword = start.map_or(ItemKeyword::Rubbish, |start| start.keyword);
        let (mut at, mut unclosed, mut stray) = (first, None, false);
        let mut body = false;
        while at < tokens.len() {
            if at > first && self.ends_before(at, keyword, has_body(keyword) && !body) {
                break;
            }
            let kind = tokens[at].kind;
            body |= matches!(kind, Kind::OpenBrace | Kind::Equals);
            if kind.is_closer() && kind != Kind::InterpolationEnd && !self.in_string(at) {
                // On the line of an item it is a mistake in the item; so is the end of a body that never began.
                stray = keyword != ItemKeyword::Rubbish && tokens[at].newline;
                if stray && has_body(keyword) && !body {
                    (at, stray) = (at + 1, false);
                    break;
                }
                if stray {
                    break;
                }
            }
            match self.closers[at] {
                NONE | IN_STRING => at += 1,
                UNCLOSED => {
                    unclosed = Some(at);
                    at = self.resynchronise(first, at);
                    break;
                }
                closer => at = closer as usize + 1,
            }
        }
        let end = tokens[at - 1].end as usize;
        let from = docs::start(self.text, tokens, first);
        let name = start.and_then(|start| start.name(tokens, self.text));
        self.items.push(ItemSource { keyword, name, range: range(from, end) });
        if let (Some(opener), true) = (unclosed, keyword != ItemKeyword::Rubbish) {
            self.unclosed(first, opener, at);
        }
        if stray { self.stray_closer(at) } else { at }
    }

    /// Whether the item before token `at`, which is outside all brackets, does not go on with it. An item that still lacks its
    /// body takes all lines that are not certainly something else.
    fn ends_before(&self, at: usize, keyword: ItemKeyword, lacks_body: bool) -> bool {
        let (token, before) = (self.tokens[at], self.tokens[at - 1].kind);
        // Only at the start of a line is a misspelt keyword looked for.
        let looked_at = if token.newline { token.kind.is_word() } else { token.kind.is_keyword() };
        let start = if looked_at { item_start(self.tokens, at, self.text) } else { None };
        let certain = start.is_some_and(|start| start.mend == Mend::None);
        if !token.newline {
            return certain && before.ends_operand() && keyword != ItemKeyword::Rubbish;
        }
        if keyword == ItemKeyword::Rubbish {
            return start.is_some();
        }
        if certain {
            return true;
        }
        if lacks_body && start.is_none_or(|start| start.mend == Mend::MissingLet) {
            return false;
        }
        if !before.ends_operand() && before != Kind::Semicolon {
            return false;
        }
        !self.continues(at, keyword)
    }

    /// Whether a token at the start of a line goes on with what stands before it.
    fn continues(&self, at: usize, keyword: ItemKeyword) -> bool {
        let kind = self.tokens[at].kind;
        match kind {
            Kind::Minus => self.tokens.get(at + 1).is_some_and(|next| next.start > self.tokens[at].end),
            Kind::ForKeyword | Kind::IfKeyword => matches!(keyword, ItemKeyword::Image | ItemKeyword::Environment),
            Kind::WithKeyword | Kind::ElseKeyword | Kind::WhereKeyword | Kind::AsKeyword | Kind::AtKeyword => true,
            Kind::OpenBrace => self.tokens[at - 1].kind != Kind::CloseBrace,
            kind if kind.is_closer() => true,
            kind => (Kind::Equals..=Kind::Bang).contains(&kind) && kind != Kind::Semicolon && kind != Kind::Bang,
        }
    }

    /// The end of an item whose bracket at `opener` is closed by nothing: the next line that starts like an item, no further to the
    /// right than this one.
    fn resynchronise(&self, first: usize, opener: usize) -> usize {
        let column = self.column(first);
        (opener + 1..self.tokens.len())
            .find(|at| {
                let token = self.tokens[*at];
                token.newline
                    && token.kind.is_keyword()
                    && self.column(*at) <= column
                    && item_start(self.tokens, *at, self.text).is_some_and(|start| start.mend == Mend::None)
            })
            .unwrap_or(self.tokens.len())
    }

    fn column(&self, token: usize) -> usize {
        let start = self.tokens[token].start as usize;
        start - self.text[..start].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// The indentation of the line that a token stands on.
    fn indentation(&self, token: usize) -> usize {
        let mut first = token;
        while first > 0 && !self.tokens[first].newline {
            first -= 1;
        }
        self.column(first)
    }

    fn in_string(&self, at: usize) -> bool {
        self.closers[at] == IN_STRING
    }

    /// Whether a text on the line of this token is not closed.
    fn has_unclosed_text(&self, token: usize) -> bool {
        let rest = self.tokens[token..].iter().skip(1).take_while(|token| !token.newline);
        let quotes = rest.filter(|token| token.end - token.start == 1);
        let open: i32 =
            quotes.map(|token| i32::from(token.kind == Kind::StringStart) - i32::from(token.kind == Kind::StringEnd)).sum();
        open > 0
    }

    /// Reports a closer that nothing opened, and skips what else is on its line.
    fn stray_closer(&mut self, at: usize) -> usize {
        let token = self.tokens[at];
        let place = Place { owner: self.owner, range: token.range() };
        self.diagnostics.push(stray_bracket::new(place, token.kind.shown()));
        let rest = self.tokens[at + 1..].iter().take_while(|token| !token.newline || token.kind.is_closer()).count();
        at + 1 + rest
    }

    /// Reports the bracket of the item from `first` to `end` that most likely lacks its closer.
    fn unclosed(&mut self, first: usize, opener: usize, end: usize) {
        if self.has_unclosed_text(opener) {
            // The text has swallowed the rest of the line; it is reported with its item.
            return;
        }
        let closes_further_left = |at: &usize| {
            let closer = self.closers[*at];
            self.tokens[*at].kind == Kind::OpenBrace
                && closer < IN_STRING
                && self.tokens[closer as usize].newline
                && self.column(closer as usize) < self.indentation(*at)
        };
        let blamed = (opener..end).find(closes_further_left).unwrap_or(opener);
        let place = |range| Place { owner: self.owner, range };
        let next = self.tokens.get(end).map(|token| place(token.range()));
        let missing: String = (first..end)
            .rev()
            .filter(|at| self.closers[*at] == UNCLOSED)
            .map(|at| match self.tokens[at].kind {
                Kind::OpenBrace => "\n}",
                Kind::OpenBracket => "]",
                _ => ")",
            })
            .collect();
        let last = self.tokens[end - 1].end as usize;
        let edits = vec![Edit { place: place(range(last, last)), text: missing }];
        let token = self.tokens[blamed];
        let diagnostic = unclosed_bracket::new(place(token.range()), token.kind.shown(), next);
        self.diagnostics.push(diagnostic.fix(Fix { title: "close it at the end".to_string(), safe: false, edits }));
    }
}

/// Whether this kind of item holds lines between braces.
fn has_body(keyword: ItemKeyword) -> bool {
    use ItemKeyword::{Environment, Image, Policy, Project, Test};
    matches!(keyword, Image | Environment | Project | Policy | Test)
}

/// No opener.
const NONE: u32 = u32::MAX;
/// An opener that nothing closes.
const UNCLOSED: u32 = u32::MAX - 1;
/// Inside a string, where the lexer has matched what there is.
const IN_STRING: u32 = u32::MAX - 2;

/// The first bracket that nothing closes.
pub fn first_unclosed(tokens: &[Significant]) -> Option<usize> {
    match_brackets(tokens).iter().position(|closer| *closer == UNCLOSED)
}

/// For each token, the closer of the bracket it opens, or one of the three marks. A `}` closes the nearest `{` and whatever is open
/// in it.
fn match_brackets(tokens: &[Significant]) -> Vec<u32> {
    let mut closers = vec![NONE; tokens.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut strings: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.newline && strings.last() == Some(&false) {
            strings.clear();
        }
        if !strings.is_empty() && token.kind != Kind::StringStart {
            closers[at] = IN_STRING;
        }
        match token.kind {
            Kind::StringStart => strings.push(token.end - token.start == 3),
            Kind::StringEnd => {
                strings.pop();
            }
            _ if !strings.is_empty() => {}
            Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen => {
                closers[at] = UNCLOSED;
                open.push(at);
            }
            Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen => {
                let opener = match token.kind {
                    Kind::CloseBrace => Kind::OpenBrace,
                    Kind::CloseBracket => Kind::OpenBracket,
                    _ => Kind::OpenParen,
                };
                let within = open.iter().rposition(|at| {
                    tokens[*at].kind == opener || opener != Kind::OpenBrace && tokens[*at].kind == Kind::OpenBrace
                });
                if let Some(position) = within.filter(|position| tokens[open[*position]].kind == opener) {
                    for inner in open.drain(position..) {
                        closers[inner] = at as u32;
                    }
                }
            }
            _ => {}
        }
    }
    closers
}
