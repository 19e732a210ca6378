//! Cuts a file into its documents and reads off each what it declares, without lowering it.
//!
//! A line that begins with `---` or `...` ends a document wherever it stands, in text of many lines too: so says YAML, and so
//! no parser is needed to find it, and a document that does not parse damages no other.

use super::tree::{self, Tree};
use super::{lower, slashes};
use crate::hir::{DeclKind, SmolStr};
use crate::syntax::ItemKeyword;
use crate::text::{Owner, TextRange, range};

/// The documents of a file that hold anything, in order; ranges count from the file's first byte.
pub fn documents(text: &str) -> Vec<TextRange> {
    let mut found = Vec::new();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let next = at + line.len();
        let content = if at < start { &line[start - at..] } else { line };
        if content.starts_with("---") || content.starts_with("...") {
            let marker = next - content.len();
            if content[3..].chars().next().is_none_or(char::is_whitespace) {
                push(text, start, marker, &mut found);
                // What follows `--- ` on its line belongs to the document already; what follows `...` is a comment at most.
                start = if content.starts_with("---") { marker + 3 } else { next };
            }
        }
        at = next;
    }
    push(text, start, text.len(), &mut found);
    found
}

fn push(text: &str, start: usize, end: usize, found: &mut Vec<TextRange>) {
    let blank = |line: &str| line.is_empty() || line.starts_with(['#', '%']) || line.starts_with("//");
    if !text[start..end].lines().all(|line| blank(line.trim())) {
        found.push(range(start, end));
    }
}

/// What a document says it is, as far as that can be read.
pub struct Heading {
    pub keyword: ItemKeyword,
    /// The value of `name`.
    pub name: Option<SmolStr>,
}

/// Reads `name` and `type` off a document; of a broken one, off the lines that look like them.
pub fn heading(owner: Owner, text: &str) -> Heading {
    let (text, _) = slashes::mend(owner, text);
    let read = |tree: &Tree, key: &str| tree.heading.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
    let kind = |written: SmolStr| lower::kind(&written);
    let enough = |tree: &Tree| read(tree, "name").is_some() && read(tree, "type").and_then(kind).is_some();
    let tree = tree::parse_until(owner, &text, enough);
    let find = |key: &str| {
        let line = || text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':')).map(plain);
        read(&tree, key).or_else(|| tree.broken.and_then(|_| line())).filter(|value: &SmolStr| !value.is_empty())
    };
    // A wrong `type` is told by lowering; the name is declared all the same, so that what refers to it stays silent.
    let kind = find("type").and_then(kind).or_else(|| lower::kind_by_shape(&tree));
    let keyword = match kind {
        Some(DeclKind::Image) => ItemKeyword::Image,
        Some(DeclKind::Environment) => ItemKeyword::Environment,
        None => ItemKeyword::Rubbish,
    };
    Heading { keyword, name: find("name") }
}

/// The word that a line's value most likely is.
fn plain(value: &str) -> SmolStr {
    value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']).into()
}
