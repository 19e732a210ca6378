//! Documentation comments: the `///` lines before what they describe.

use smol_str::SmolStr;

use super::kind::Kind;
use super::lexer::{self, Significant};

/// Where token `at` starts, with its documentation.
pub fn start(text: &str, tokens: &[Significant], at: usize) -> usize {
    let token = tokens[at];
    if !token.documented {
        return token.start as usize;
    }
    let from = end_before(tokens, at);
    let mut gap = lexer::tokens(&text[from..token.start as usize]).into_iter();
    let first = gap.find(|token| token.kind == Kind::DocComment);
    first.map_or(token.start as usize, |doc| from + usize::from(doc.range.start()))
}

/// The documentation of what starts with token `at`: its lines, without the slashes and one space.
pub fn text(text: &str, tokens: &[Significant], at: usize) -> Option<SmolStr> {
    let token = tokens.get(at)?;
    if !token.documented {
        return None;
    }
    let gap = &text[end_before(tokens, at)..token.start as usize];
    let mut docs = String::new();
    for token in lexer::tokens(gap).iter().filter(|token| token.kind == Kind::DocComment) {
        let line = gap[token.range].strip_prefix("///").unwrap_or_default();
        if !docs.is_empty() {
            docs.push('\n');
        }
        docs.push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
    }
    (!docs.is_empty()).then(|| SmolStr::from(docs))
}

fn end_before(tokens: &[Significant], at: usize) -> usize {
    at.checked_sub(1).map_or(0, |before| tokens[before].end as usize)
}
