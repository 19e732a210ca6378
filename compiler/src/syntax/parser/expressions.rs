//! Expressions: operands, strings, lists, records, `if`, `match` and comprehensions. Operators are next door.

use super::members::{Context, body, condition_clause, loop_};
use super::operators::{changed, operation};
use super::recovery::{Until, closed, forget_value, listed, needed, or_missing, report_furthest, skip, unexpected};
use super::{look, *};

/// Any expression.
pub fn expression(input: &mut Reader<'_, '_>) -> Outcome {
    changed(input)
}

/// An expression that decides: `=` in it is taken for `==`, and reported. Never fails.
pub fn condition<'t>() -> impl Grammar<'t> {
    let run: Rule = |input| {
        let start = Start::here(input);
        changed(input)?;
        if input.peek() == Some(Kind::Equals) && !newline_at(input, 0) {
            let at = position(input);
            problem(input, at, at + 1, What::EqualsInCondition);
            input.skip();
            operation(input, 1)?;
            start.finish(input, Kind::Binary)?;
        }
        Ok(())
    };
    or_missing(rule(run), Kind::MissingExpression, Until::Brace)
}

/// What operators stand around.
pub fn operand(input: &mut Reader<'_, '_>) -> Outcome {
    let Some(kind) = input.peek() else { return wanted(input, Kind::MissingExpression) };
    match kind {
        Kind::Int | Kind::Float | Kind::Quantity | Kind::TrueKeyword | Kind::FalseKeyword | Kind::NoneKeyword => {
            input.parse(node(Kind::Literal, token(kind)))
        }
        Kind::StringStart => string(input),
        Kind::SingleQuoted => {
            let at = position(input);
            problem(input, at, at + 1, What::SingleQuotes);
            input.parse(node(Kind::Literal, token(kind)))
        }
        Kind::OpenBracket => list(input),
        Kind::OpenBrace if look::starts_loop(input, 1) => map_for(input),
        Kind::OpenBrace => input.parse(body(Kind::Record, Context::Record)),
        Kind::OpenParen => parenthesized(input),
        Kind::IfKeyword => if_(input),
        Kind::MatchKeyword => match_(input),
        Kind::ElseKeyword | Kind::InKeyword | Kind::WithKeyword | Kind::WhereKeyword | Kind::ForKeyword => {
            wanted(input, Kind::MissingExpression)
        }
        // `name =` and `name {` on a line of their own start a member: the value is missing, not misspelt.
        kind if kind.is_word() => match kind_at(input, 1) {
            Some(Kind::Equals | Kind::PlusEquals | Kind::OpenBrace) if newline_at(input, 0) => {
                wanted(input, Kind::MissingExpression)
            }
            _ => input.parse(node(Kind::NameReference, token(kind))),
        },
        _ => wanted(input, Kind::MissingExpression),
    }
}

/// `"text \(expr)"`; the lexer sees to it that only a string's tokens follow its start.
pub fn string(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    take(input, Kind::StringStart)?;
    loop {
        match input.peek() {
            Some(Kind::StringText | Kind::StringEscape) => input.skip(),
            Some(Kind::InterpolationStart) => interpolation(input)?,
            Some(Kind::StringEnd) => {
                input.skip();
                break;
            }
            _ => {
                // One report for a line, however many strings it leaves open.
                let inner = input.state().problems.iter().rev();
                let reported = inner.take_while(|problem| problem.tokens.0 as usize > start.token);
                if !reported.into_iter().any(|problem| problem.what == What::UnclosedString) {
                    let end = position(input);
                    problem(input, start.token, end, What::UnclosedString);
                }
                break;
            }
        }
    }
    start.finish(input, Kind::StringLiteral)
}

/// `\(expr)`
fn interpolation(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    input.skip();
    if unclosed(input) {
        input.parse(absent(Kind::MissingExpression))?;
    } else {
        input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::Comma))?;
    }
    if input.peek() == Some(Kind::InterpolationEnd) {
        input.skip();
    } else if !unclosed(input) {
        unexpected(input, Kind::InterpolationEnd);
        let end = end_of_interpolation(input);
        while position(input) < end {
            input.skip();
        }
        if input.peek() == Some(Kind::InterpolationEnd) {
            input.skip();
        }
    }
    start.finish(input, Kind::Interpolation)
}

/// The line ends, or the item: the string around is not closed, and says so itself.
fn unclosed(input: &mut Reader<'_, '_>) -> bool {
    input.peek().is_none() || newline_at(input, 0)
}

/// The token that closes the interpolation around the next one, or the first that is certainly not in it.
fn end_of_interpolation(input: &mut Reader<'_, '_>) -> usize {
    let (tokens, first) = (input.state().tokens, position(input));
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(first) {
        match token.kind {
            _ if token.newline => return at,
            Kind::InterpolationStart => depth += 1,
            Kind::InterpolationEnd if depth == 0 => return at,
            Kind::InterpolationEnd => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// `[a, b]`, `[for x in xs if c { e }]`
fn list(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    if !look::starts_loop(input, 1) {
        let element = or_missing(rule(expression), Kind::MissingExpression, Until::Comma);
        input.parse(listed(Kind::OpenBracket, element, Kind::CloseBracket))?;
        return start.finish(input, Kind::List);
    }
    let opener = position(input);
    input.skip();
    input.parse(loop_())?;
    if input.peek() == Some(Kind::IfKeyword) {
        input.parse(condition_clause())?;
    }
    arm(input)?;
    end_of_comprehension(input, opener, Kind::CloseBracket);
    start.finish(input, Kind::ListFor)
}

/// `{for k, v in m if c { key = value }}`
fn map_for(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    let opener = position(input);
    input.skip();
    input.parse(loop_())?;
    if input.peek() == Some(Kind::IfKeyword) {
        input.parse(condition_clause())?;
    }
    let inner = position(input);
    if input.peek() == Some(Kind::OpenBrace) {
        input.skip();
        input.parse(key())?;
        match input.peek() {
            Some(Kind::Colon) => {
                let at = position(input);
                problem(input, at, at + 1, What::ColonForEquals);
                input.skip();
                members::value(input, Until::Line)?;
            }
            Some(Kind::Equals) => {
                input.skip();
                members::value(input, Until::Line)?;
            }
            _ => {
                unexpected(input, Kind::Equals);
                skip(input, Until::Line);
                input.parse(absent(Kind::MissingExpression))?;
            }
        }
        end_of_comprehension(input, inner, Kind::CloseBrace);
    } else {
        unexpected(input, Kind::OpenBrace);
        input.parse(absent(Kind::MissingExpression))?;
        input.parse(absent(Kind::MissingExpression))?;
    }
    end_of_comprehension(input, opener, Kind::CloseBrace);
    start.finish(input, Kind::MapFor)
}

/// The key of a map comprehension: any expression, also a name with `=` after it on a line of its own.
fn key<'t>() -> impl Grammar<'t> {
    custom(|input: &mut Reader<'t, '_>| match input.peek() {
        Some(kind) if kind.is_word() && kind_at(input, 1) == Some(Kind::Equals) => {
            input.parse(node(Kind::NameReference, token(kind)))
        }
        _ => input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::Line)),
    })
}

/// Skips what stands before the closer, with a report, and takes the closer.
fn end_of_comprehension(input: &mut Reader<'_, '_>, opener: usize, close: Kind) {
    if input.peek().is_some_and(|kind| !kind.is_closer()) {
        input.state().want(0, close);
        unexpected(input, close);
        skip(input, Until::Line);
    }
    closed(input, opener, close);
}

fn parenthesized(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    let opener = position(input);
    input.skip();
    input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::Comma))?;
    if input.peek().is_some_and(|kind| !kind.is_closer()) {
        unexpected(input, Kind::CloseParen);
        skip(input, Until::Line);
    }
    closed(input, opener, Kind::CloseParen);
    start.finish(input, Kind::Parenthesized)
}

/// `if c { a } else if d { b } else { e }`; a chain is a loop here, nested to the right in the tree.
fn if_(input: &mut Reader<'_, '_>) -> Outcome {
    let mut starts: Vec<Start> = Vec::new();
    loop {
        if starts.len() >= DEEPEST as usize {
            let at = position(input) as u32;
            input.state().too_deep.get_or_insert(at);
            return Err(EmptyErr::default());
        }
        starts.push(Start::here(input));
        let keyword = position(input);
        take(input, Kind::IfKeyword)?;
        input.parse(condition())?;
        arm(input)?;
        match (input.peek(), kind_at(input, 1)) {
            (Some(Kind::ElseKeyword), Some(Kind::IfKeyword)) => input.skip(),
            (Some(Kind::ElseKeyword), _) => {
                input.skip();
                arm(input)?;
                break;
            }
            _ => {
                // Not where its arm is already in question.
                if input.state().problems.last().is_none_or(|problem| (problem.tokens.0 as usize) < keyword) {
                    problem(input, keyword, keyword + 1, What::MissingElse);
                }
                input.parse(absent(Kind::MissingExpression))?;
                break;
            }
        }
    }
    while let Some(start) = starts.pop() {
        start.finish(input, Kind::IfExpression)?;
    }
    Ok(())
}

/// `{ expr }`, the arm of an `if` or the element of a comprehension. Never fails.
fn arm(input: &mut Reader<'_, '_>) -> Outcome {
    let opener = position(input);
    if input.peek() != Some(Kind::OpenBrace) {
        unexpected(input, Kind::OpenBrace);
        return input.parse(absent(Kind::MissingExpression));
    }
    input.skip();
    if kind_at(input, 1) == Some(Kind::Equals) && input.peek().is_some_and(Kind::is_word) {
        // The fields of a record without its own braces.
        let at = position(input);
        problem(input, at + 1, at + 2, What::Unexpected(Expected::of(&[Kind::CloseBrace])));
        input.parse(absent(Kind::MissingExpression))?;
    } else {
        input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::Line))?;
    }
    if input.peek().is_some_and(|kind| kind != Kind::CloseBrace) {
        if input.state().problems.last().is_none_or(|problem| problem.tokens.0 as usize <= opener) {
            unexpected(input, Kind::CloseBrace);
            forget_value(input);
        }
        while !at_end_of_lines(input) {
            skip(input, Until::Line);
            if !at_end_of_lines(input) {
                input.skip();
            }
        }
    }
    closed(input, opener, Kind::CloseBrace);
    Ok(())
}

/// `match x { "a" => 1, _ => 2 }`
fn match_(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    input.skip();
    input.parse(condition())?;
    let opener = position(input);
    if input.peek() == Some(Kind::OpenBrace) {
        input.skip();
        while !at_end_of_lines(input) {
            if !stray_closer(input) {
                match_arm(input)?;
            }
        }
        closed(input, opener, Kind::CloseBrace);
    } else {
        unexpected(input, Kind::OpenBrace);
    }
    start.finish(input, Kind::MatchExpression)
}

/// `pattern => value` and the comma or new line after it. Always takes something.
fn match_arm(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    match pattern(input).and_then(|()| take(input, Kind::FatArrow)) {
        Ok(()) => {
            members::value(input, Until::Line)?;
            start.finish(input, Kind::MatchArm)?;
        }
        Err(_) => {
            report_furthest(input);
            skip(input, Until::Line);
            let nodes = start.nodes;
            input.state().nodes.truncate(nodes);
            start.finish(input, Kind::Error)?;
        }
    }
    match input.peek() {
        Some(Kind::Comma) => input.skip(),
        None | Some(Kind::CloseBrace) => {}
        Some(kind) if !kind.is_closer() && (newline_at(input, 0) && position(input) > start.token) => {}
        Some(_) => {
            unexpected(input, Kind::Comma);
            skip(input, Until::Line);
            match input.peek() {
                Some(Kind::Comma) => input.skip(),
                _ if position(input) == start.token && !at_end_of_lines(input) => input.skip(),
                _ => {}
            }
        }
    }
    Ok(())
}

/// A literal or `_`.
fn pattern(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    match input.peek() {
        Some(Kind::Underscore) => input.parse(node(Kind::Wildcard, token(Kind::Underscore))),
        Some(Kind::Minus) => {
            input.skip();
            operand(input)?;
            start.finish(input, Kind::Unary)
        }
        Some(
            Kind::StringStart
            | Kind::SingleQuoted
            | Kind::Int
            | Kind::Float
            | Kind::Quantity
            | Kind::TrueKeyword
            | Kind::FalseKeyword
            | Kind::NoneKeyword,
        ) => operand(input),
        _ => wanted(input, Kind::Literal),
    }
}

/// Takes `=` and the value after it, or reports that the `=` is missing.
pub fn needed_value<'t>() -> impl Grammar<'t> {
    custom(|input: &mut Reader<'t, '_>| {
        let at = position(input);
        match input.peek() {
            Some(Kind::Equals) => input.skip(),
            Some(Kind::EqualsEquals) => {
                problem(input, at, at + 1, What::EqualsEqualsForEquals);
                input.skip();
            }
            Some(Kind::Comma | Kind::CloseBrace) | None => {
                unexpected(input, Kind::Equals);
                return input.parse(absent(Kind::MissingExpression));
            }
            Some(_) => {
                input.parse(needed(Kind::Equals))?;
                return input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::Line));
            }
        }
        members::value(input, Until::Line)
    })
}
