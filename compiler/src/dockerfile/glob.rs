//! Wildcards in sources of `COPY` and `ADD`, as Go's `filepath.Match` reads them.
//!
//! `*` and `?` never match a `/`. `.dockerignore` has a pattern language of its own.

/// Whether the pattern has wildcards; one without is a plain path.
pub(super) fn has_wildcards(pattern: &str) -> bool {
    pattern.contains(['*', '?', '['])
}

/// Whether the whole of `path` matches; false for a malformed pattern.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let Some(tokens) = tokens(pattern) else { return false };
    let path: Vec<char> = path.chars().collect();
    // The last `*` passed, and how far it reached: matching resumes there, one character on. Earlier ones need no retry,
    // since none of them can match a `/` either.
    let (mut token, mut at, mut star) = (0, 0, None);
    while at < path.len() || token < tokens.len() {
        match tokens.get(token) {
            Some(Token::Star) => {
                star = Some((token, at));
                token += 1;
                continue;
            }
            Some(single) if at < path.len() && single.accepts(path[at]) => {
                (token, at) = (token + 1, at + 1);
                continue;
            }
            _ => {}
        }
        match star {
            Some((of, reached)) if reached < path.len() && path[reached] != '/' => {
                star = Some((of, reached + 1));
                (token, at) = (of + 1, reached + 1);
            }
            _ => return false,
        }
    }
    true
}

pub(super) enum Token {
    Star,
    One,
    Literal(char),
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Token {
    pub fn accepts(&self, character: char) -> bool {
        match self {
            Token::Star => false,
            Token::One => character != '/',
            Token::Literal(literal) => *literal == character,
            Token::Class { negated, ranges } => {
                character != '/' && ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
            }
        }
    }
}

/// `None` for a malformed pattern: an open or empty class, an escape at the end.
pub(super) fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        tokens.push(match character {
            '*' => Token::Star,
            '?' => Token::One,
            '[' => class(&mut characters)?,
            '\\' => Token::Literal(characters.next()?),
            literal => Token::Literal(literal),
        });
    }
    Some(tokens)
}

fn class(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Token> {
    let negated = characters.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty() && characters.next_if_eq(&']').is_some() {
            return Some(Token::Class { negated, ranges });
        }
        let low = bound(characters)?;
        let high = if characters.next_if_eq(&'-').is_some() { bound(characters)? } else { low };
        ranges.push((low, high));
    }
}

fn bound(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<char> {
    match characters.next()? {
        '-' | ']' => None,
        '\\' => characters.next(),
        other => Some(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_go_does() {
        for (pattern, path, expected) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "d/a.txt", false),
            ("d/*", "d/a", true),
            ("*/a", "d/a", true),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[^a]x", "bx", true),
            ("a\\*", "a*", true),
            ("[", "[", false),
            ("**", "a/b", false),
            ("*a*b", "xaxxb", true),
            ("*a*b", "xaxx", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
