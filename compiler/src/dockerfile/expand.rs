//! Variables in a word: `$NAME`, `${NAME}`, `${NAME:-default}` and the other modifiers that BuildKit's shell words have.
//!
//! Where values come from is the caller's. Total: nesting and size are limited, and a value that nobody can know before the
//! build is said to be unknown.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::glob::{self, Token};

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Set(SmolStr),
    Unset,
    /// Set or not only when the image is built (an `ENV` of the base image, say).
    Unknown,
}

/// A word with its variables replaced and its quotes taken off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expanded {
    pub text: String,
    /// Variables that are not set, and stand for nothing.
    pub unset: BTreeSet<SmolStr>,
    /// Variables that make `text` undecided.
    pub unknown: BTreeSet<SmolStr>,
}

impl Expanded {
    /// The text, where it is decided.
    pub fn decided(self) -> Option<String> {
        self.unknown.is_empty().then_some(self.text)
    }
}

/// A longer text is not followed: doubling a variable over and over would never end.
const LONGEST: usize = 64 * 1024;
const DEEPEST: usize = 32;

/// Expands a word. `Err` holds what is wrong with a substitution.
pub fn expand(word: &str, escape: char, lookup: &dyn Fn(&str) -> Value) -> Result<Expanded, String> {
    let mut expander = Expander { rest: word, escape, lookup, result: Expanded::default(), depth: 0 };
    let text = expander.until(None, false)?;
    expander.result.text = text;
    Ok(expander.result)
}

struct Expander<'a> {
    rest: &'a str,
    escape: char,
    lookup: &'a dyn Fn(&str) -> Value,
    result: Expanded,
    depth: usize,
}

impl Expander<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = &self.rest[character.len_utf8()..];
        Some(character)
    }

    fn take(&mut self, character: char) -> bool {
        let rest = self.rest.strip_prefix(character);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Up to `stop`, which is taken, or the end. `raw` keeps escapes, for a pattern to read.
    fn until(&mut self, stop: Option<char>, raw: bool) -> Result<String, String> {
        let mut text = String::new();
        loop {
            if text.len() > LONGEST {
                self.result.unknown.insert("…".into());
                return Ok(String::new());
            }
            match self.next() {
                None if stop.is_some() => return Err("a substitution has no closing `}`".to_owned()),
                None => return Ok(text),
                end if end == stop => return Ok(text),
                Some('$') => text.push_str(&self.dollar()?),
                Some('\'') => {
                    let Some((quoted, rest)) = self.rest.split_once('\'') else {
                        return Err("a single quote is not closed".to_owned());
                    };
                    text.push_str(quoted);
                    self.rest = rest;
                }
                Some('"') => self.double_quoted(&mut text)?,
                Some(character) if character == self.escape => {
                    text.extend(raw.then_some(character));
                    text.extend(self.next());
                }
                Some(character) => text.push(character),
            }
        }
    }

    fn double_quoted(&mut self, text: &mut String) -> Result<(), String> {
        loop {
            match self.next() {
                None => return Err("a double quote is not closed".to_owned()),
                Some('"') => return Ok(()),
                Some('$') => text.push_str(&self.dollar()?),
                Some(character) if character == self.escape && self.rest.starts_with(['"', '$', self.escape]) => {
                    text.extend(self.next());
                }
                Some(character) => text.push(character),
            }
        }
    }

    /// What stands after a `$`.
    fn dollar(&mut self) -> Result<String, String> {
        if !self.take('{') {
            let name = self.name();
            return Ok(if name.is_empty() { "$".to_owned() } else { self.plain(&name) });
        }
        if self.depth >= DEEPEST {
            return Err(format!("substitutions are nested more than {DEEPEST} deep"));
        }
        self.depth += 1;
        let value = self.braced();
        self.depth -= 1;
        value
    }

    fn braced(&mut self) -> Result<String, String> {
        let name = self.name();
        if name.is_empty() {
            return Err("a substitution names no variable".to_owned());
        }
        let bad = || format!("`${{{name}…}}` has a modifier that Dockerfiles do not know");
        let null_is_unset = match self.rest.chars().next() {
            Some('}') => {
                self.next();
                return Ok(self.plain(&name));
            }
            Some(':') => self.next().is_some(),
            _ => false,
        };
        match self.next() {
            Some(modifier @ ('-' | '+' | '?')) => {
                let word = self.until(Some('}'), false)?;
                let value = (self.lookup)(&name);
                let present = match &value {
                    Value::Unknown => None,
                    Value::Unset => Some(false),
                    Value::Set(text) => Some(!(null_is_unset && text.is_empty())),
                };
                match (modifier, present) {
                    (_, None) => Ok(self.unknown(&name)),
                    ('+', Some(true)) => Ok(word),
                    ('+', Some(false)) => Ok(String::new()),
                    (_, Some(true)) => Ok(self.plain(&name)),
                    ('-', Some(false)) => Ok(word),
                    (_, Some(false)) if word.is_empty() => Err(format!("`{name}` is not set")),
                    (_, Some(false)) => Err(format!("`{name}` is not set: {word}")),
                }
            }
            Some(end @ ('#' | '%')) if !null_is_unset => {
                let longest = self.take(end);
                let pattern = self.until(Some('}'), true)?;
                let value = self.plain(&name);
                match glob::tokens(&pattern) {
                    Some(tokens) if value.len() <= 1024 => Ok(trim(&value, &tokens, end == '#', longest)),
                    _ => Ok(self.unknown(&name)),
                }
            }
            Some('/') if !null_is_unset => {
                // Replacement is so rare where a value matters before the build that it counts as unknown.
                self.until(Some('}'), true)?;
                Ok(self.unknown(&name))
            }
            None => Err("a substitution has no closing `}`".to_owned()),
            _ => Err(bad()),
        }
    }

    fn plain(&mut self, name: &str) -> String {
        match (self.lookup)(name) {
            Value::Set(text) => return text.into(),
            Value::Unset => self.result.unset.insert(name.into()),
            Value::Unknown => self.result.unknown.insert(name.into()),
        };
        String::new()
    }

    fn unknown(&mut self, name: &str) -> String {
        self.result.unknown.insert(name.into());
        String::new()
    }

    fn name(&mut self) -> String {
        let digits = self.rest.starts_with(|c: char| c.is_ascii_digit());
        let special = self.rest.starts_with(['@', '*', '#', '?', '-', '$', '!', '0']);
        let length = match (special, digits) {
            (true, _) => 1,
            (_, true) => self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len()),
            _ => self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len()),
        };
        let (name, rest) = self.rest.split_at(length);
        self.rest = rest;
        name.to_owned()
    }
}

/// Takes the shortest or longest match of a pattern off the start or the end of a value. `*` matches anything here.
fn trim(value: &str, tokens: &[Token], start: bool, longest: bool) -> String {
    let mut cuts: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
    if start == longest {
        cuts.reverse();
    }
    let matching = cuts.into_iter().find(|cut| {
        let (before, after) = value.split_at(*cut);
        whole(tokens, if start { before } else { after })
    });
    match matching {
        Some(cut) if start => value[cut..].to_owned(),
        Some(cut) => value[..cut].to_owned(),
        None => value.to_owned(),
    }
}

fn whole(tokens: &[Token], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for token in tokens {
        let mut next = vec![false; text.len() + 1];
        for at in 0..=text.len() {
            match token {
                Token::Star => next[at] = reached[at] || at > 0 && next[at - 1],
                Token::One => next[at] = at > 0 && reached[at - 1],
                single => next[at] = at > 0 && reached[at - 1] && single.accepts(text[at - 1]),
            }
        }
        reached = next;
    }
    reached[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Value {
        match name {
            "V" => Value::Set("1.2.3".into()),
            "E" => Value::Set("".into()),
            "B" => Value::Unknown,
            _ => Value::Unset,
        }
    }

    #[test]
    fn each_form() {
        for (word, expected) in [
            ("debian:$V", "debian:1.2.3"),
            ("a${V}b", "a1.2.3b"),
            ("${N:-x}", "x"),
            ("${E:-x}${E-y}", "x"),
            ("${V:+x}${N:+y}", "x"),
            ("${N:-${V}}", "1.2.3"),
            ("${V%.*}", "1.2"),
            ("${V%%.*}", "1"),
            ("${V#*.}", "2.3"),
            ("${V##*.}", "3"),
            ("'$V'\"$V\"", "$V1.2.3"),
            ("\\$V", "$V"),
            ("a$", "a$"),
        ] {
            assert_eq!(expand(word, '\\', &value).map(|found| found.text).as_deref(), Ok(expected), "{word}");
        }
    }

    #[test]
    fn what_nobody_knows_and_what_is_wrong() {
        assert_eq!(expand("$B", '\\', &value).ok().and_then(Expanded::decided), None);
        assert_eq!(expand("${B:-x}", '\\', &value).ok().and_then(Expanded::decided), None);
        assert!(expand("$N", '\\', &value).is_ok_and(|found| found.unset.contains("N")));
        for word in ["${", "${V", "${}", "${V^^}", "${N:?}", "'a", "\"a", &"${N:-".repeat(100_000)] {
            assert!(expand(word, '\\', &value).is_err());
        }
    }
}
