//! Splitting the arguments of an instruction into words: flags, white-space lists, JSON arrays, names and values.
//!
//! Each function takes a part of a logical line and gives byte offsets in that line; what the words mean is the parser's.

/// A word's text and its byte offsets in the logical line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub text: String,
    pub start: usize,
    pub end: usize,
}

impl Piece {
    fn of(line: &str, start: usize, end: usize) -> Piece {
        Piece { text: line[start..end].to_owned(), start, end }
    }
}

/// White space between instruction and arguments, and between the words of a list. Wider white space belongs to words.
pub(super) fn is_separator(character: char) -> bool {
    matches!(character, '\t' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

/// `start..end` of `line` without white space at both ends.
pub(super) fn trimmed(line: &str, start: usize, end: usize) -> (usize, usize) {
    let part = &line[start..end];
    let from = start + (part.len() - part.trim_start().len());
    (from, from + part.trim().len())
}

/// Words at separators.
pub(super) fn list(line: &str, start: usize, end: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = start;
    for part in line[start..end].split(is_separator) {
        if !part.is_empty() {
            pieces.push(Piece::of(line, at, at + part.len()));
        }
        at += part.len() + 1;
    }
    pieces
}

/// The flags at the start of the arguments (`--name`, `--name=value`, quotes and escapes taken off) and where the rest
/// starts. A lone `--` ends them.
pub(super) fn flags(line: &str, start: usize, escape: char) -> (Vec<Piece>, usize) {
    let mut flags = Vec::new();
    let mut at = start;
    loop {
        at = line.len() - line[at..].trim_start().len();
        if !line[at..].starts_with("--") {
            return (flags, at);
        }
        let word = at;
        let mut text = String::new();
        let mut quote = None;
        while let Some(character) = line[at..].chars().next() {
            if quote.is_none() && character.is_whitespace() {
                break;
            }
            at += character.len_utf8();
            if Some(character) == quote {
                quote = None;
            } else if quote.is_none() && matches!(character, '\'' | '"') {
                quote = Some(character);
            } else if character == escape {
                if let Some(escaped) = line[at..].chars().next() {
                    text.push(escaped);
                    at += escaped.len_utf8();
                }
            } else {
                text.push(character);
            }
        }
        if text == "--" {
            return (flags, at);
        }
        flags.push(Piece { text, start: word, end: at });
    }
}

/// Words for names and values: split at white space outside quotes, quotes and escapes kept.
pub(super) fn quoted(line: &str, start: usize, end: usize, escape: char) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut word, mut quote) = (None, None);
    let mut characters = line[start..end].char_indices();
    while let Some((offset, character)) = characters.next() {
        let at = start + offset;
        if quote.is_none() && character.is_whitespace() {
            pieces.extend(word.take().map(|from| Piece::of(line, from, at)));
            continue;
        }
        word.get_or_insert(at);
        if Some(character) == quote {
            quote = None;
        } else if character == escape && quote != Some('\'') {
            characters.next();
        } else if quote.is_none() && matches!(character, '\'' | '"') {
            quote = Some(character);
        }
    }
    pieces.extend(word.map(|from| Piece::of(line, from, end)));
    pieces
}

/// What arguments that begin with `[` are.
pub(super) enum Json {
    /// A JSON array of strings.
    Words(Vec<Piece>),
    /// A JSON array with something else in it.
    NotStrings,
    /// No JSON: the arguments are words, or a shell's.
    None,
}

pub(super) fn json(line: &str, start: usize, end: usize) -> Json {
    let (start, end) = trimmed(line, start, end);
    let source = &line[start..end];
    if !source.starts_with('[') {
        return Json::None;
    }
    let Ok(values) = serde_json::from_str::<Vec<serde_json::Value>>(source) else { return Json::None };
    let mut at = start;
    let mut pieces = Vec::new();
    for value in values {
        let serde_json::Value::String(text) = value else { return Json::NotStrings };
        let Some(open) = line[at..end].find('"') else { return Json::None };
        let from = at + open;
        at = string_end(line, from + 1, end);
        pieces.push(Piece { text, start: from, end: at });
    }
    Json::Words(pieces)
}

/// The offset after the closing quote of a JSON string whose content starts at `at`.
fn string_end(line: &str, mut at: usize, end: usize) -> usize {
    let bytes = line.as_bytes();
    while at < end && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pieces: Vec<Piece>) -> Vec<String> {
        pieces.into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn flags_end_at_the_first_word() {
        let (found, rest) = flags("--from=a --chown='b c' x --y", 0, '\\');
        assert_eq!(texts(found), ["--from=a", "--chown=b c"]);
        assert_eq!(rest, 23);
        let (found, rest) = flags("--a -- --b", 0, '\\');
        assert_eq!((texts(found), rest), (vec!["--a".to_owned()], 6));
    }

    #[test]
    fn quotes_hold_words_together() {
        let line = "a=\"b c\" d=e\\ f g='\\'";
        assert_eq!(texts(quoted(line, 0, line.len(), '\\')), ["a=\"b c\"", "d=e\\ f", "g='\\'"]);
    }

    #[test]
    fn json_arrays_with_positions() {
        let line = " [ \"a\", \"b\\\"]\" ] ";
        let Json::Words(pieces) = json(line, 0, line.len()) else { panic!("an array") };
        assert_eq!(pieces.iter().map(|piece| &line[piece.start..piece.end]).collect::<Vec<_>>(), ["\"a\"", "\"b\\\"]\""]);
        assert_eq!(texts(pieces), ["a", "b\"]"]);
        assert!(matches!(json("[1]", 0, 3), Json::NotStrings));
        assert!(matches!(json("[ -f x ]", 0, 8), Json::None));
    }
}
