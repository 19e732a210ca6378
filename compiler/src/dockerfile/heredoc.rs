//! The heredocs that a logical line announces: `<<EOF`, `<<-EOF`, `<<'EOF'`, `3<<EOF`.
//!
//! Finds the marks only; reading the bodies is the parser's. Words are split as a shell would, always with `\` as escape,
//! and a line that does not lex as a shell word list (an open quote, say) announces none: so does BuildKit.

/// One mark, as byte offsets in the logical line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub name: String,
    /// False when any part of the name was quoted: the body is taken as it stands.
    pub expand: bool,
    /// `<<-`: tabs at the start of each line, and before the terminator, are dropped.
    pub chomp: bool,
    pub start: usize,
    pub end: usize,
}

/// The marks of a logical line, in order.
pub(super) fn marks(line: &str) -> Vec<Mark> {
    if !line.contains("<<") {
        return Vec::new();
    }
    let Some(words) = shell_words(line) else { return Vec::new() };
    words.into_iter().filter_map(|(start, end)| mark(&line[start..end], start)).collect()
}

/// The mark that a single word is, if any.
pub(super) fn mark(word: &str, start: usize) -> Option<Mark> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (chomp, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start();
    if rest.is_empty() || rest.contains('<') || rest.contains(char::is_whitespace) && shell_words(rest)?.len() != 1 {
        return None;
    }
    let (name, quoted) = unquote(rest)?;
    Some(Mark { name, expand: !quoted, chomp, start, end: start + word.len() })
}

/// The name without its quotes, and whether it had any; `None` for an open quote.
fn unquote(word: &str) -> Option<(String, bool)> {
    let (mut name, mut quoted) = (String::new(), false);
    let mut characters = word.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' | '"' => {
                quoted = true;
                loop {
                    match characters.next()? {
                        end if end == character => break,
                        '\\' if character == '"' => name.extend(characters.next()),
                        inner => name.push(inner),
                    }
                }
            }
            '\\' => name.extend(characters.next()),
            other => name.push(other),
        }
    }
    Some((name, quoted))
}

/// Words as byte ranges, split at white space outside quotes; `None` where BuildKit's lexer gives up.
fn shell_words(line: &str) -> Option<Vec<(usize, usize)>> {
    let mut words = Vec::new();
    let mut start = None;
    let mut at = 0;
    while let Some(character) = line[at..].chars().next() {
        if character.is_whitespace() {
            if let Some(start) = start.take() {
                words.push((start, at));
            }
            at += character.len_utf8();
            continue;
        }
        start.get_or_insert(at);
        at = match character {
            '\'' => at + 2 + line[at + 1..].find('\'')?,
            '"' => double_quoted(line, at, 0)?,
            '\\' => {
                let after = at + 1;
                after + line[after..].chars().next().map_or(0, char::len_utf8)
            }
            '$' => dollar(line, at, 0)?,
            '<' if line[at + 1..].starts_with('<') => {
                let rest = &line[at + 2..];
                line.len() - rest.trim_start_matches([' ', '\t', '\r']).len()
            }
            other => at + other.len_utf8(),
        };
    }
    words.extend(start.map(|start| (start, line.len())));
    Some(words)
}

/// The offset after the closing quote. `depth` counts nesting of quotes and substitutions, which is limited.
fn double_quoted(line: &str, start: usize, depth: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match line[at..].chars().next()? {
            '"' => return Some(at + 1),
            '$' => at = dollar(line, at, depth + 1)?,
            '\\' => at += 1 + line[at + 1..].chars().next().map_or(0, char::len_utf8),
            other => at += other.len_utf8(),
        }
    }
}

/// The offset after `$name` or `${name…}`; `None` for a substitution that BuildKit's lexer refuses.
fn dollar(line: &str, start: usize, depth: usize) -> Option<usize> {
    let Some(inner) = line[start + 1..].strip_prefix('{') else { return Some(start + 1) };
    if depth > 64 || inner.starts_with(['{', '}', ':']) || inner.is_empty() {
        return None;
    }
    let name = inner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inner.len()).max(usize::from(special(inner)));
    let mut at = start + 2 + name;
    let mut modifier = line[at..].chars().next()?;
    if modifier == ':' {
        at += 1;
        modifier = line[at..].chars().next().filter(|c| matches!(c, '+' | '-' | '?'))?;
    }
    if !matches!(modifier, '}' | '+' | '-' | '?' | '#' | '%' | '/') {
        return None;
    }
    loop {
        match line[at..].chars().next()? {
            '}' => return Some(at + 1),
            '\'' => at += 2 + line[at + 1..].find('\'')?,
            '"' => at = double_quoted(line, at, depth + 1)?,
            '$' => at = dollar(line, at, depth + 1)?,
            '\\' => at += 1 + line[at + 1..].chars().next().map_or(0, char::len_utf8),
            other => at += other.len_utf8(),
        }
    }
}

/// Whether a name starts with one of the shell's special parameters, which are one character long.
fn special(name: &str) -> bool {
    name.starts_with(['@', '*', '#', '?', '-', '$', '!', '0'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<(String, bool, bool)> {
        marks(line).into_iter().map(|mark| (mark.name, mark.expand, mark.chomp)).collect()
    }

    #[test]
    fn each_form_of_mark() {
        let one = |name: &str, expand, chomp| vec![(name.to_owned(), expand, chomp)];
        assert_eq!(found("RUN <<EOF"), one("EOF", true, false));
        assert_eq!(found("RUN <<-EOF"), one("EOF", true, true));
        assert_eq!(found("RUN cat <<'E F' > x"), one("E F", false, false));
        assert_eq!(found("RUN cat 3<<\"EOF\""), one("EOF", false, false));
        assert_eq!(found("RUN cat << EOF"), one("EOF", true, false));
        assert_eq!(found("RUN cat <<A <<B").len(), 2);
    }

    #[test]
    fn what_is_no_mark() {
        for line in
            ["RUN cat <<<x", "RUN echo $((1<<3))", "RUN echo \"<<EOF\"", "RUN echo 'a <<EOF", "RUN echo ${x^^} <<EOF", "RUN a<<"]
        {
            assert_eq!(found(line), [], "{line}");
        }
    }
}
