//! `.dockerignore`: which files of a context a build does not see.
//!
//! The rules are those of Docker's own reader and matcher (moby/patternmatcher, `MatchesOrParentMatches`): comments, `!`,
//! `**`, a leading or trailing `/`. kaniko 1.28.3 uses an older entry point of the same library, which looks at only one of a
//! file's parent folders; [`Ignore::for_kaniko`] writes a file by which it sees the same context. Which file is read is the
//! caller's: the first of [`candidates`] that exists.

use smol_str::SmolStr;

use super::glob::Token;
use crate::text::{TextRange, range};

/// The patterns of a file, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignore {
    patterns: Vec<Pattern>,
    /// Patterns that Docker refuses, with their places in the file; the build fails.
    pub problems: Vec<(TextRange, SmolStr)>,
}

/// Where a Dockerfile's ignore file is looked for, relative to the context, best first: its own, then the context's. So do
/// BuildKit and kaniko.
pub fn candidates(dockerfile: &str) -> [String; 2] {
    [format!("{dockerfile}.dockerignore"), ".dockerignore".to_owned()]
}

impl Ignore {
    pub fn parse(text: &str) -> Ignore {
        let mut ignore = Ignore::default();
        let text_start = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut at = text_start;
        for line in text[text_start..].split('\n') {
            let start = at;
            at += line.len() + 1;
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            match Pattern::of(line.trim()) {
                Some(pattern) => ignore.patterns.push(pattern),
                None => {
                    let start = start + (line.len() - line.trim_start().len());
                    ignore.problems.push((range(start, start + line.trim().len()), line.trim().into()));
                }
            }
        }
        ignore
    }

    /// Whether a file is left out. `path` is relative to the context, with `/`.
    pub fn excludes(&self, path: &str) -> bool {
        let path = clean(path);
        if path == "." {
            return false;
        }
        let mut excluded = false;
        for pattern in &self.patterns {
            if pattern.keeps == excluded && parents(&path).any(|part| pattern.matches(part)) {
                excluded = !pattern.keeps;
            }
        }
        excluded
    }

    /// An ignore file by which kaniko sees what Docker sees, without packages (`.coder/`) and `.git`.
    pub fn for_kaniko(&self) -> String {
        let mut lines = String::new();
        let mut write = |keeps: bool, pattern: &str| {
            // A pattern that begins with `#` is a comment unless something stands before it.
            let sign = if keeps { "!" } else { ["", " "][usize::from(pattern.starts_with('#'))] };
            lines.push_str(&format!("{sign}{pattern}\n"));
        };
        for pattern in &self.patterns {
            let text = pattern.text.as_str();
            if matches!(text, "." | ".." | "/") || text.starts_with("../") {
                // It matches no file, but with a `/**` behind it, it would match all.
                continue;
            }
            write(pattern.keeps, text);
            match &pattern.matcher {
                // A bare suffix: its folders need a wildcard of their own.
                Matcher::Suffix(suffix) if !suffix.is_empty() && !suffix.starts_with('/') => {
                    write(pattern.keeps, &format!("**/*{suffix}/**"));
                }
                _ if text.ends_with("/**") || text == "**" => {}
                _ => write(pattern.keeps, &format!("{text}/**")),
            }
        }
        for hidden in [".coder", "**/.coder", ".git"] {
            write(false, hidden);
            write(false, &format!("{hidden}/**"));
        }
        lines
    }
}

/// The path and each folder above it: `a`, `a/b`, `a/b/c`.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).filter(|part| !part.is_empty()).chain([path])
}

/// A path in its shortest form, as Go's `filepath.Clean` writes it.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    /// Cleaned, without `!`.
    text: String,
    /// `!`: what matches stays in.
    keeps: bool,
    matcher: Matcher,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Matcher {
    Exact,
    /// `folder/**`: what begins with this.
    Prefix(String),
    /// `**/name`: what ends with this, or is it without the `/`.
    Suffix(String),
    Parts(Vec<Part>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// `*`: anything without a `/`.
    Star,
    /// `**` with more behind it: nothing, or anything up to a `/`.
    Folders,
    /// `**` at the end.
    Anything,
    One(char),
    /// `?`
    Any,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Pattern {
    /// `None` for a pattern that Docker refuses.
    fn of(line: &str) -> Option<Pattern> {
        let (keeps, text) = line.strip_prefix('!').map_or((false, line), |rest| (true, rest.trim()));
        let text = if text.is_empty() { String::new() } else { clean(text) };
        let text = if text.len() > 1 { text.strip_prefix('/').unwrap_or(&text) } else { &text };
        // Docker cleans once more, `!` included: `!/` ends up as nothing, and `!../../a` as `a`.
        let text = if keeps { clean(&format!("!{text}")) } else { text.to_owned() };
        let (keeps, text) = text.strip_prefix('!').map_or((false, text.as_str()), |rest| (true, rest));
        if text.is_empty() {
            return None;
        }
        let text = text.to_owned();
        super::glob::tokens(&text)?;
        let matcher = matcher(&text)?;
        Some(Pattern { text, keeps, matcher })
    }

    fn matches(&self, path: &str) -> bool {
        match &self.matcher {
            Matcher::Exact => path == self.text,
            Matcher::Prefix(prefix) => path.starts_with(prefix),
            Matcher::Suffix(suffix) => path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path),
            Matcher::Parts(parts) => matches(parts, path),
        }
    }
}

/// Reads a cleaned pattern. Which form it takes follows moby's compiler, quirks included.
fn matcher(text: &str) -> Option<Matcher> {
    let mut parts = Vec::new();
    let mut plain = true;
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let at_start = rest.len() == text.len();
        rest = &rest[character.len_utf8()..];
        match character {
            '*' if rest.starts_with('*') => {
                rest = &rest[1..];
                rest = rest.strip_prefix('/').unwrap_or(rest);
                let special = text[2..].contains(['*', '?', '[', ']', '\\']);
                if at_start && !special {
                    return Some(Matcher::Suffix(text[2..].to_owned()));
                }
                if rest.is_empty() && plain && !at_start {
                    return Some(Matcher::Prefix(text.strip_suffix("**").unwrap_or(text).to_owned()));
                }
                parts.push(if rest.is_empty() { Part::Anything } else { Part::Folders });
                plain = false;
            }
            '*' => {
                parts.push(Part::Star);
                plain = false;
            }
            '?' => {
                parts.push(Part::Any);
                plain = false;
            }
            '[' => {
                let close = class_end(rest)?;
                let tokens = super::glob::tokens(&format!("[{}", &rest[..close]))?;
                let Some(Token::Class { negated, ranges }) = tokens.into_iter().next() else { return None };
                parts.push(Part::Class { negated, ranges });
                rest = &rest[close..];
                plain = false;
            }
            '\\' => {
                let escaped = rest.chars().next()?;
                parts.push(Part::One(escaped));
                rest = &rest[escaped.len_utf8()..];
                plain = false;
            }
            literal => parts.push(Part::One(literal)),
        }
    }
    Some(if plain { Matcher::Exact } else { Matcher::Parts(parts) })
}

/// The offset after the `]` that closes a class whose content starts here.
fn class_end(content: &str) -> Option<usize> {
    let mut characters = content.char_indices().skip(usize::from(content.starts_with('^')));
    let mut first = true;
    while let Some((at, character)) = characters.next() {
        match character {
            ']' if !first => return Some(at + 1),
            '\\' => {
                characters.next();
            }
            _ => {}
        }
        first = false;
    }
    None
}

/// Whether the whole path matches. Follows every way to match at once, so that no pattern takes more than parts × length.
fn matches(parts: &[Part], path: &str) -> bool {
    let path: Vec<char> = path.chars().collect();
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for part in parts {
        let mut next = vec![false; path.len() + 1];
        let mut inside = false;
        for at in 0..=path.len() {
            let before = at.checked_sub(1).map(|before| (path[before], reached[before]));
            next[at] = match part {
                Part::Star => reached[at] || before.is_some_and(|(character, _)| character != '/' && next[at - 1]),
                Part::Folders => {
                    let passed = inside && before.is_some_and(|(character, _)| character == '/');
                    inside |= reached[at];
                    reached[at] || passed
                }
                Part::Anything => {
                    inside |= reached[at];
                    inside
                }
                Part::One(one) => before.is_some_and(|(character, reached)| reached && character == *one),
                Part::Any => before.is_some_and(|(character, reached)| reached && character != '/'),
                Part::Class { negated, ranges } => before.is_some_and(|(character, reached)| {
                    reached && ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
                }),
            };
        }
        if !next.contains(&true) {
            return false;
        }
        reached = next;
    }
    reached[path.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_table() {
        for (patterns, path, excluded) in [
            ("notes", "notes", true),
            ("notes", "notes/today.txt", true),
            ("notes", "other/notes", false),
            ("notes/", "notes/today.txt", true),
            ("/notes", "notes/today.txt", true),
            ("./notes/../notes", "notes", true),
            ("# notes", "# notes", false),
            ("  notes  ", "notes", true),
            (" # notes", "# notes", true),
            ("*.log", "a.log", true),
            ("*.log", "d/a.log", false),
            ("*.log", "d.log/a", true),
            ("*/*.log", "d/a.log", true),
            ("*/*.log", "d/e/a.log", false),
            ("**/*.log", "a.log", true),
            ("**/*.log", "d/e/a.log", true),
            ("**/node_modules", "node_modules/x", true),
            ("**/node_modules", "a/b/node_modules/c/d", true),
            ("**/node_modules", "a/my_node_modules/c", false),
            ("a/**", "a/b/c", true),
            ("a/**", "a", false),
            ("a/**/c", "a/c", true),
            ("a/**/c", "a/x/y/c", true),
            ("a/**/c", "a/xc", false),
            ("**", "anything/at/all", true),
            ("*", "a/b", true),
            ("temp?", "tempa", true),
            ("temp?", "temp", false),
            ("temp?", "temp/", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[^a-c]x", "dx", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("a.b", "axb", false),
            ("a+(b)|{c}$", "a+(b)|{c}$", true),
            ("*\n!keep.log", "keep.log", false),
            ("*\n!keep", "keep/a", false),
            ("*\n!keep/a", "keep/a", false),
            ("*\n!keep/a", "keep/b", true),
            ("notes\n!notes/keep", "notes/keep", false),
            ("notes\n!notes/keep", "notes/drop", true),
            ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true),
            ("*.md\n!README*.md\nREADME-secret.md", "README-b.md", false),
            ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", false),
            ("! keep\nkeep", "keep", true),
            ("keep\n! keep", "keep", false),
            (".", "a", false),
            ("/", "a", false),
            ("..", "a", false),
            ("\u{feff}notes", "notes", true),
            ("notes\r\nother\r\n", "notes", true),
            ("é?", "éa", true),
        ] {
            assert_eq!(Ignore::parse(patterns).excludes(path), excluded, "{patterns:?} {path}");
        }
    }

    #[test]
    fn nothing_leaves_out_everything() {
        assert!(!Ignore::parse("*").excludes("."));
        assert!(!Ignore::default().excludes("a"));
    }

    #[test]
    fn patterns_that_docker_refuses() {
        let ignore = Ignore::parse("ok\n[\n!\na\\\n! /\n");
        assert_eq!(ignore.problems.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["[", "!", "a\\", "! /"]);
        assert_eq!(ignore.problems[0].0, range(3, 4));
    }

    #[test]
    fn a_hostile_pattern_ends() {
        let pattern = "**/*a".repeat(200) + "b";
        assert!(!Ignore::parse(&pattern).excludes(&"a".repeat(2000)));
    }

    /// What kaniko 1.28.3 does with a path: each pattern sees it and one of its parents, the one with as many parts.
    fn kaniko_excludes(ignore: &Ignore, path: &str) -> bool {
        let mut excluded = false;
        for pattern in &ignore.patterns {
            if pattern.keeps != excluded {
                continue;
            }
            let folders: Vec<&str> = path.split('/').collect();
            let count = pattern.text.split('/').count();
            let parent = (count < folders.len()).then(|| folders[..count].join("/"));
            if pattern.matches(path) || parent.is_some_and(|parent| pattern.matches(&parent)) {
                excluded = !pattern.keeps;
            }
        }
        excluded
    }

    #[test]
    fn kaniko_sees_what_docker_sees() {
        let plain = Ignore::parse("**/node_modules");
        assert!(!kaniko_excludes(&plain, "a/b/node_modules/c/d"), "the reason for the rewriting is gone");
        for patterns in [
            "**/node_modules",
            "*\n!a\n**/c",
            "**.log\n!a/**/keep.log",
            "a/*/c",
            "a\n!a/b\na/b/c",
            "[ab]/?",
            ".",
            "/..",
            "a/../..",
        ] {
            let ignore = Ignore::parse(patterns);
            let rewritten = Ignore::parse(&ignore.for_kaniko());
            for path in ["a", "a/b", "a/b/c", "a/b/c/d", "a/b/node_modules/c/d", "x.log", "a/x.log/y", "a/b/keep.log", "c/d/e"] {
                assert_eq!(kaniko_excludes(&rewritten, path), ignore.excludes(path), "{patterns:?} {path}");
            }
        }
        let hidden = Ignore::parse(&Ignore::default().for_kaniko());
        for path in [".coder/a.coder", "services/api/.coder/x/y", ".git/config"] {
            assert!(kaniko_excludes(&hidden, path), "{path}");
        }
        assert!(!kaniko_excludes(&hidden, "services/coder/x"));
    }
}
