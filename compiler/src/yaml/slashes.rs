//! Comments that begin with `//`, which the original format's documentation uses and YAML has not.
//!
//! `//` and `# ` are equally long, so the text is mended in place and every position stays true. Which of them are comments
//! and which are text of a scalar is the parser's to say: it reads the mended text, and what it does not report as a comment is
//! put back.

use std::borrow::Cow;

use super::tree;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::{yaml_slash_after_value, yaml_slash_comment};
use crate::text::{Owner, Place, range};

/// The text with `#` in place of the slashes that begin a comment, and what to tell about them.
pub fn mend(owner: Owner, text: &str) -> (Cow<'_, str>, Vec<Diagnostic>) {
    let candidates = candidates(text);
    if candidates.is_empty() {
        return (Cow::Borrowed(text), Vec::new());
    }
    let tree = tree::parse(owner, &replaced(text, &candidates));
    let comments = |candidate: &&Candidate| {
        let at = candidate.at as u32;
        let read = tree.comments.binary_search_by_key(&at, |comment| comment.start().into()).is_ok();
        // Past the point where the parser gave up, a line of its own is most likely a comment.
        read || (candidate.whole_line && tree.broken.is_some_and(|reached| at >= reached))
    };
    let comments: Vec<Candidate> = candidates.iter().filter(comments).cloned().collect();
    let diagnostics = comments.iter().map(|candidate| {
        let place = Place { owner, range: range(candidate.at, candidate.at + 2) };
        if candidate.whole_line { yaml_slash_comment::new(place) } else { yaml_slash_after_value::new(place) }
    });
    (Cow::Owned(replaced(text, &comments)), diagnostics.collect())
}

#[derive(Clone)]
struct Candidate {
    at: usize,
    /// Nothing but white space stands before it on its line.
    whole_line: bool,
}

/// Every `//` that nothing but white space precedes on its line, or that stands between white space.
fn candidates(text: &str) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t', '\u{feff}']).len();
        for (at, _) in line.match_indices("//") {
            let before = line.as_bytes()[..at].last();
            let apart =
                before.is_some_and(|byte| b" \t".contains(byte)) && line[at + 2..].chars().next().is_none_or(char::is_whitespace);
            if at == indent || apart {
                found.push(Candidate { at: start + at, whole_line: at == indent });
            }
        }
        start += line.len();
    }
    found
}

fn replaced(text: &str, comments: &[Candidate]) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut done = 0;
    for comment in comments {
        mended.push_str(&text[done..comment.at]);
        mended.push_str("# ");
        done = comment.at + 2;
    }
    mended.push_str(&text[done..]);
    mended
}
