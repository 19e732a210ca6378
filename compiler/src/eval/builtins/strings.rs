//! Functions of texts.

use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::Arguments;
use crate::diagnostics::catalog;
use crate::eval::strings::write_scalar;
use crate::eval::{Data, Interpreter, Value};

pub fn join(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(list) = arguments.list(0) else { return arguments.nothing() };
    let separator = arguments.text(1).map_or("", SmolStr::as_str);
    let mut text = String::new();
    for (index, item) in list.items.iter().enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        if matches!(item.data, Data::Secret(_)) {
            return run.fail(catalog::secret_in_text::new(arguments.places[0]));
        }
        if !write_scalar(&item.data, &mut text) {
            return arguments.nothing();
        }
        // Checked on the way, so that no more is ever held.
        if text.len() > crate::eval::limits::TEXT {
            break;
        }
    }
    run.text(text, arguments.place)
}

/// Without a separator, the characters.
pub fn split(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let (Some(text), Some(separator)) = (arguments.text(0), arguments.text(1)) else { return arguments.nothing() };
    if separator.is_empty() {
        let characters = text.chars().map(|character| SmolStr::from_iter([character]));
        return parts(run, arguments, characters);
    }
    parts(run, arguments, text.split(separator.as_str()).map(SmolStr::from))
}

pub fn lines(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let Some(text) = arguments.text(0) else { return arguments.nothing() };
    parts(run, arguments, text.lines().map(SmolStr::from))
}

fn parts(run: &mut Interpreter<'_>, arguments: &Arguments, parts: impl Iterator<Item = SmolStr>) -> Value {
    let limit = crate::eval::limits::WEIGHT as usize + 1;
    let items: Vec<Value> = parts.take(limit).map(|part| arguments.made(Data::String(part))).collect();
    if !run.steps(items.len() as u64, arguments.place) {
        return arguments.nothing();
    }
    run.list(items, arguments.place)
}

pub fn trim(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    mapped(run, arguments, |text| text.trim().to_owned())
}

pub fn lower(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    mapped(run, arguments, str::to_lowercase)
}

pub fn upper(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    mapped(run, arguments, str::to_uppercase)
}

/// An empty text is found nowhere.
pub fn replace(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let (Some(text), Some(old), Some(new)) = (arguments.text(0), arguments.text(1), arguments.text(2)) else {
        return arguments.nothing();
    };
    if old.is_empty() {
        return arguments.made(Data::String(text.clone()));
    }
    let found = text.matches(old.as_str()).count();
    let length = (text.len() - found * old.len()).saturating_add(found.saturating_mul(new.len()));
    if !run.may_write(length.max(text.len()), arguments.place) {
        return arguments.nothing();
    }
    arguments.made(Data::String(text.replace(old.as_str(), new).into()))
}

pub fn starts_with(_: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    match (arguments.text(0), arguments.text(1)) {
        (Some(text), Some(start)) => arguments.made(Data::Bool(text.starts_with(start.as_str()))),
        _ => arguments.nothing(),
    }
}

pub fn ends_with(_: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    match (arguments.text(0), arguments.text(1)) {
        (Some(text), Some(end)) => arguments.made(Data::Bool(text.ends_with(end.as_str()))),
        _ => arguments.nothing(),
    }
}

pub fn matches(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let (Some(text), Some(pattern)) = (arguments.text(0), arguments.text(1)) else { return arguments.nothing() };
    let work = (text.len() as u64 + 1).saturating_mul(pattern.len() as u64 + 1) / 256;
    if !run.steps(work + 1, arguments.place) {
        return arguments.nothing();
    }
    arguments.made(Data::Bool(matches_pattern(text, pattern)))
}

/// `*` is any text, `?` one character. After a mismatch only the last `*` takes one character more: that suffices.
fn matches_pattern(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut next) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(next) {
            Some('*') => {
                star = Some((next, at));
                next += 1;
            }
            Some(wanted) if *wanted == '?' || *wanted == text[at] => (at, next) = (at + 1, next + 1),
            _ => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    (at, next) = (from + 1, after + 1);
                }
                None => return false,
            },
        }
    }
    pattern[next..].iter().all(|rest| *rest == '*')
}

pub fn slug(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    mapped(run, arguments, slug_of)
}

/// A name for the cluster made of any text; empty where it has neither letter nor digit.
pub fn slug_of(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        if slug.len() >= 63 {
            break;
        }
        if character.is_ascii_lowercase() || character.is_ascii_digit() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

pub fn indent(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    let (Some(text), Some(by)) = (arguments.text(0), arguments.int(1)) else { return arguments.nothing() };
    let by = usize::try_from(by).unwrap_or(0);
    let breaks = text.matches('\n').count();
    if !run.may_write(breaks.saturating_mul(by).saturating_add(text.len()), arguments.place) {
        return arguments.nothing();
    }
    let separator = format!("\n{}", " ".repeat(if breaks == 0 { 0 } else { by }));
    arguments.made(Data::String(text.replace('\n', &separator).into()))
}

pub fn base64(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    mapped(run, arguments, |text| encoded(text.as_bytes()))
}

/// RFC 4648, with padding.
fn encoded(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * position)) as usize & 63];
            text.push(if position <= chunk.len() { letter as char } else { '=' });
        }
    }
    text
}

pub fn sha256(run: &mut Interpreter<'_>, arguments: &Arguments) -> Value {
    mapped(run, arguments, |text| Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn mapped(run: &mut Interpreter<'_>, arguments: &Arguments, change: impl Fn(&str) -> String) -> Value {
    let Some(text) = arguments.text(0) else { return arguments.nothing() };
    if !run.steps(text.len() as u64 / 256, arguments.place) {
        return arguments.nothing();
    }
    run.text(change(text), arguments.place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_pads() {
        assert_eq!(["", "f", "fo", "foo", "foob"].map(|text| encoded(text.as_bytes())), ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }

    #[test]
    fn patterns_match_whole_texts() {
        for (text, pattern) in [("", ""), ("", "*"), ("abc", "a?c"), ("abc", "*"), ("aXbXc", "a*b*c"), ("aab", "*ab"), ("é", "?")]
        {
            assert!(matches_pattern(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [("a", ""), ("abc", "ab"), ("abc", "a?"), ("", "?"), ("abab", "a*ba")] {
            assert!(!matches_pattern(text, pattern), "{text} {pattern}");
        }
    }
}
