//! Physical lines of a Dockerfile, and the logical line that continuation makes of several.
//!
//! Knows no instruction. A [`Joined`] remembers where each of its bytes came from, so that every word has a range in the
//! file however many lines it was spread over.

use crate::text::{TextRange, range};

/// One physical line as byte offsets: `start..end` without its line ending, `next` after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub start: usize,
    pub end: usize,
    pub next: usize,
}

/// The lines of a text; a byte order mark at its start belongs to none.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    while start < text.len() {
        let next = text[start..].find('\n').map_or(text.len(), |at| start + at + 1);
        let end = start + text[start..next].trim_end_matches(['\r', '\n']).len();
        lines.push(Line { start, end, next });
        start = next;
    }
    lines
}

pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// How much of a line stays when it ends in a continuation; `None` when it does not. A doubled escape is none.
pub(super) fn continued(line: &str, escape: char) -> Option<usize> {
    let before = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!before.ends_with(escape)).then_some(before.len())
}

/// A logical line: the pieces of several physical lines, without what continued them.
#[derive(Clone, Debug, Default)]
pub(super) struct Joined {
    pub text: String,
    /// Where in `text` a piece starts, and where in the file. In order of both.
    pieces: Vec<(usize, usize)>,
}

impl Joined {
    pub fn push(&mut self, source: usize, piece: &str) {
        self.pieces.push((self.text.len(), source));
        self.text.push_str(piece);
    }

    /// Where in the file `start..end` of the logical line stands, continuations in between included.
    pub fn range(&self, start: usize, end: usize) -> TextRange {
        let from = self.source(start, start);
        if end <= start {
            return range(from, from);
        }
        range(from, self.source(end - 1, end).max(from))
    }

    /// The offset in the file of `at`, seen from the piece that holds the byte `inside`.
    fn source(&self, inside: usize, at: usize) -> usize {
        let index = self.pieces.partition_point(|(logical, _)| *logical <= inside);
        match index.checked_sub(1).and_then(|index| self.pieces.get(index)) {
            Some((logical, source)) => source + (at - logical),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn continuation_needs_a_single_escape_at_the_end() {
        assert_eq!(continued("RUN a \\", '\\'), Some(6));
        assert_eq!(continued("RUN a \\  \t", '\\'), Some(6));
        assert_eq!(continued("\\", '\\'), Some(0));
        assert_eq!(continued("RUN a \\\\", '\\'), None);
        assert_eq!(continued("RUN a `", '`'), Some(6));
        assert_eq!(continued("RUN a \\", '`'), None);
    }

    #[test]
    fn ranges_reach_over_pieces() {
        let mut joined = Joined::default();
        joined.push(10, "ab");
        joined.push(20, "cd");
        assert_eq!(joined.range(0, 2), range(10, 12));
        assert_eq!(joined.range(1, 3), range(11, 21));
        assert_eq!(joined.range(2, 4), range(20, 22));
        assert_eq!(joined.range(4, 4), range(22, 22));
    }

    #[test]
    fn lines_without_marks_and_endings() {
        let found: Vec<(usize, usize, usize)> =
            lines("\u{feff}a\r\n\nb").iter().map(|line| (line.start, line.end, line.next)).collect();
        assert_eq!(found, [(3, 4, 6), (6, 6, 7), (7, 8, 8)]);
    }
}
