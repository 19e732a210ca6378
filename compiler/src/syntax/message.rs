//! The parser's problems as diagnostics: what was found, what was expected, and the commonest slips by name.

use super::kind::Kind;
use super::lexer::Significant;
use super::parser::{Expected, Problem, What};
use crate::diagnostics::catalog::*;
use crate::diagnostics::nearest::nearest;
use crate::diagnostics::{Diagnostic, Edit, Fix};
use crate::text::{Owner, Place, TextRange, TextSize, range};

/// One problem of the parser, told.
pub fn diagnostic(owner: Owner, text: &str, tokens: &[Significant], problem: Problem) -> Diagnostic {
    let telling = Telling { owner, text, tokens, from: problem.tokens.0 as usize, to: problem.tokens.1 as usize };
    let place = telling.place();
    match problem.what {
        What::Unexpected(expected) => telling.unexpected(expected),
        What::NoLine(expected) => telling.no_line(expected),
        What::StatementInBody => misplaced_statement::new(place, &text[place.range]),
        What::DashList => dash_list::new(place),
        What::MissingValue => missing_value::new(place, telling.before()),
        What::Unclosed => unclosed_bracket::new(place, telling.found().map_or("`{`", Kind::shown), None),
        What::StrayCloser => stray_bracket::new(place, telling.found().map_or("`}`", Kind::shown)),
        What::UnclosedString => {
            let end = Place { owner, range: TextRange::empty(place.range.end()) };
            let quotes = if text[place.range].starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
            unclosed_text::new(place, end, quotes)
        }
        What::ColonForEquals => colon_for_equals::new(place, telling.before()),
        What::EqualsForColon => equals_for_colon::new(place, telling.place_with_space_before(), telling.before()),
        What::EqualsEqualsForEquals => equality_for_assignment::new(place),
        What::EqualsInCondition => assignment_in_condition::new(place),
        What::AppendOutsideWith => append_outside_with::new(place),
        What::MissingComma => {
            let end = telling.from.checked_sub(1).map_or(0, |before| tokens[before].end as usize);
            missing_comma::new(place, Place { owner, range: range(end, end) })
        }
        What::Semicolon => stray_semicolon::new(place),
        What::SingleQuotes => single_quotes::new(place, &text[place.range]),
        What::WordOperator => word_operator::new(telling.place_with_space_after("not"), &text[place.range]),
        What::ChainedComparison => chained_comparison::new(place),
        What::MissingElse => missing_else::new(place),
        What::QuotedName => quoted_name::new(place, &text[place.range]),
        What::MisplacedPrivate => misplaced_private::new(telling.place_with_space_after("private")),
        What::BlockInRecord => block_in_record::new(place, &text[place.range]),
        What::TooDeep => nesting_too_deep::new(place, super::parser::DEEPEST),
    }
}

struct Telling<'t> {
    owner: Owner,
    text: &'t str,
    tokens: &'t [Significant],
    from: usize,
    to: usize,
}

impl Telling<'_> {
    fn found(&self) -> Option<Kind> {
        self.tokens.get(self.from).map(|token| token.kind)
    }

    /// The text of the token before; empty at the start.
    fn before(&self) -> &str {
        self.from.checked_sub(1).map_or("", |before| &self.text[self.tokens[before].range()])
    }

    /// The tokens' bytes; past the end, the last token's.
    fn place(&self) -> Place {
        let last = self.tokens.len().saturating_sub(1);
        let (from, to) =
            (self.from.min(last), self.to.max(self.from + 1).min(self.tokens.len()).saturating_sub(1).max(self.from.min(last)));
        let range = match (self.tokens.get(from), self.tokens.get(to)) {
            (Some(from), Some(to)) => TextRange::new(TextSize::new(from.start), TextSize::new(to.end)),
            _ => range(0, self.text.len()),
        };
        Place { owner: self.owner, range }
    }

    /// The token with the white space before it.
    fn place_with_space_before(&self) -> Place {
        let range = self.place().range;
        let start = self.text[..usize::from(range.start())].trim_end_matches([' ', '\t']).len();
        Place { owner: self.owner, range: TextRange::new(TextSize::new(start as u32), range.end()) }
    }

    /// The token, with the white space after it if it is this word.
    fn place_with_space_after(&self, word: &str) -> Place {
        let place = self.place();
        if &self.text[place.range] != word {
            return place;
        }
        let rest = &self.text[usize::from(place.range.end())..];
        let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        Place { owner: self.owner, range: TextRange::new(place.range.start(), place.range.end() + TextSize::new(space as u32)) }
    }

    /// A line of a body that starts with nothing a line starts with, a keyword misspelt perhaps.
    fn no_line(&self, expected: Expected) -> Diagnostic {
        let place = self.place();
        let text = &self.text[place.range];
        let diagnostic = unexpected_text::new(place, text, &names(expected));
        let keywords = expected.kinds().filter(|kind| kind.is_keyword()).map(|kind| kind.shown().trim_matches('`'));
        match nearest(text, keywords) {
            Some(near) => {
                diagnostic.help(format!("did you mean `{near}`?")).replace(format!("write `{near}`"), true, place, near)
            }
            None => diagnostic,
        }
    }

    fn unexpected(&self, expected: Expected) -> Diagnostic {
        let found = self.tokens.get(self.from);
        let names = names(expected);
        let ended = found.is_none_or(|token| token.newline) && self.from > 0;
        if ended {
            // What is missing is missing at the end of the line before, not where the next line starts.
            let last = self.tokens[self.from - 1];
            let place = Place { owner: self.owner, range: last.range() };
            let shown = if last.kind == Kind::StringEnd { "a text" } else { &self.text[last.range()] };
            return unexpected_text::at_the_end(place, shown, &names);
        }
        let place = self.place();
        let text = &self.text[place.range];
        let diagnostic = unexpected_text::new(place, text, &names);
        let before = self.from.checked_sub(1).map(|before| self.tokens[before]);
        if let Some(number) = before.filter(|before| matches!(before.kind, Kind::Int | Kind::Float))
            && is_unit(text)
        {
            let space = Place { owner: self.owner, range: TextRange::new(TextSize::new(number.end), place.range.start()) };
            let help = format!("a unit stands right behind its number: `{}{text}`", &self.text[number.range()]);
            return self.with_fix(diagnostic.help(help), space, "remove the space", "");
        }
        let value = expected.contains(Kind::MissingExpression);
        match found.map(|token| token.kind) {
            Some(Kind::Question) => diagnostic.help("a choice is written `if condition { a } else { b }`"),
            Some(Kind::Equals) if expected.contains(Kind::CloseBrace) => {
                diagnostic.help("a record has braces of its own: `{ { name = value } }`")
            }
            Some(Kind::Equals) => diagnostic.help("`=` gives a field its value; `==` compares"),
            Some(Kind::Unknown) if text.starts_with(['\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\'', '`']) => {
                diagnostic.help("a text stands in straight double quotes: `\"text\"`")
            }
            Some(Kind::Unknown) if text == "\u{a0}" => self.with_fix(diagnostic, place, "write a plain space", " "),
            Some(Kind::Unknown) if text == "$" => diagnostic.help("a value is put into a text as `\"\\(name)\"`"),
            Some(Kind::Dot | Kind::Slash) if value => diagnostic.help("a path is a text, in double quotes: `\"./dev\"`"),
            Some(Kind::Colon) if !value => diagnostic.help("a text with `:` in it stands in double quotes: `\"debian:12\"`"),
            Some(Kind::OpenBracket) if self.text[usize::from(place.range.end())..].starts_with(']') => {
                diagnostic.help("the type of a list is written `list<string>`")
            }
            Some(Kind::Comma) if expected.contains(Kind::Greater) => {
                diagnostic.help("the keys of a map are always texts: `map<int>`")
            }
            Some(Kind::FatArrow) => diagnostic.help("`=>` stands only between the pattern and the value of a `match`"),
            _ => diagnostic,
        }
    }

    fn with_fix(&self, diagnostic: Diagnostic, place: Place, title: &str, text: &str) -> Diagnostic {
        let edits = vec![Edit { place, text: text.to_string() }];
        diagnostic.fix(Fix { title: title.to_string(), safe: true, edits })
    }
}

/// Whether a word is a unit of bytes, time or processors, as the language or people elsewhere write it.
fn is_unit(word: &str) -> bool {
    let bytes = word.trim_end_matches(['B', 'b']).trim_end_matches('i');
    matches!(word, "B" | "ms" | "s" | "min" | "h" | "d" | "m") || matches!(bytes, "k" | "K" | "M" | "G" | "T" | "P")
}

/// At most three of the kinds, the most telling first.
fn names(expected: Expected) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    let telling = [Kind::MissingExpression, Kind::MissingType, Kind::Name, Kind::Literal];
    let rest = expected.kinds().filter(|kind| !telling.contains(kind));
    for kind in telling.into_iter().filter(|kind| expected.contains(*kind)).chain(rest) {
        if !names.contains(&kind.shown()) && names.len() < 3 {
            names.push(kind.shown());
        }
    }
    names
}
