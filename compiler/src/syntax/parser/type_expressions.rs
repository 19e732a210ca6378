//! Type expressions.

use super::members::typed_and_default;
use super::recovery::{Until, closed, skip, unexpected};
use super::*;

/// Any type: a union of postfix types, with a refinement after it.
pub fn type_expression(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    optional(input)?;
    if input.peek() == Some(Kind::Pipe) {
        while input.peek() == Some(Kind::Pipe) {
            input.skip();
            optional(input)?;
        }
        start.finish(input, Kind::TypeUnion)?;
    }
    while input.peek() == Some(Kind::WhereKeyword) {
        input.skip();
        input.parse(condition_of_type())?;
        start.finish(input, Kind::TypeWhere)?;
    }
    Ok(())
}

/// The refinement after `where`. It ends before an `=`, which starts a default.
fn condition_of_type<'t>() -> impl Grammar<'t> {
    recovery::or_missing(rule(expressions::expression), Kind::MissingExpression, Until::Comma)
}

/// `T`, `T?`
fn optional(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    primary(input)?;
    // `??` is one token, and here two question marks.
    while let Some(kind @ (Kind::Question | Kind::QuestionQuestion)) = input.peek() {
        input.skip();
        start.finish(input, Kind::TypeOptional)?;
        if kind == Kind::QuestionQuestion {
            start.finish(input, Kind::TypeOptional)?;
        }
    }
    Ok(())
}

fn primary(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    let opener = position(input);
    match input.peek() {
        Some(Kind::StringStart) => {
            expressions::string(input)?;
            start.finish(input, Kind::TypeLiteral)
        }
        Some(Kind::SingleQuoted) => {
            problem(input, opener, opener + 1, What::SingleQuotes);
            input.skip();
            start.finish(input, Kind::TypeLiteral)
        }
        Some(Kind::OpenBrace) => {
            input.skip();
            input.parse(rule(|input| input.parse(fields())))?;
            closed(input, opener, Kind::CloseBrace);
            start.finish(input, Kind::TypeRecord)
        }
        Some(Kind::OpenParen) => {
            input.skip();
            input.parse(rule(type_expression))?;
            if input.peek().is_some_and(|kind| !kind.is_closer()) {
                unexpected(input, Kind::CloseParen);
                skip(input, Until::Comma);
            }
            closed(input, opener, Kind::CloseParen);
            start.finish(input, Kind::TypeParenthesized)
        }
        Some(kind) if kind.is_word() => named(input),
        _ => wanted(input, Kind::MissingType),
    }
}

/// `name`, `alias.name`, `name<T>`
fn named(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    input.parse(declared_name())?;
    if input.peek() == Some(Kind::Dot) {
        input.skip();
        input.parse(declared_name())?;
        return start.finish(input, Kind::TypeName);
    }
    if input.peek() != Some(Kind::Less) {
        return start.finish(input, Kind::TypeName);
    }
    let opener = position(input);
    input.skip();
    input.parse(rule(type_expression))?;
    if input.peek() == Some(Kind::Greater) {
        input.skip();
    } else if input.peek().is_some() {
        unexpected(input, Kind::Greater);
        // `map<string, int>`: what follows the comma is part of the same mistake.
        while matches!(input.peek(), Some(Kind::Comma)) && closes_later(input) {
            input.skip();
            input.parse(rule(type_expression))?;
            input.state().nodes.pop();
        }
        if input.peek() == Some(Kind::Greater) {
            input.skip();
        }
    } else {
        problem(input, opener, opener + 1, What::Unclosed);
    }
    start.finish(input, Kind::TypeApply)
}

/// A `>` follows on this line, before anything but words, commas and `.`.
fn closes_later(input: &mut Reader<'_, '_>) -> bool {
    let (tokens, at) = (input.state().tokens, position(input));
    let rest = tokens[at..].iter().skip(1).take_while(|token| !token.newline);
    let mut rest = rest.skip_while(|token| token.kind.is_word() || matches!(token.kind, Kind::Comma | Kind::Dot));
    rest.next().is_some_and(|token| token.kind == Kind::Greater)
}

/// The fields of a record type, up to the closing brace.
fn fields<'t>() -> impl Grammar<'t> {
    let more = custom(|input: &mut Reader<'t, '_>| if at_end_of_lines(input) { Err(EmptyErr::default()) } else { Ok(()) });
    let all = more.ignore_then(custom(field)).repeated().collect::<()>();
    custom(move |input: &mut Reader<'t, '_>| {
        input.parse(all)?;
        if input.state().too_deep.is_some() { Err(EmptyErr::default()) } else { Ok(()) }
    })
}

/// `name: type [= default]` and what ends it. Always takes something.
fn field(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    if stray_closer(input) {
        return Ok(());
    }
    if input.peek().is_some_and(Kind::is_word) {
        input.parse(declared_name())?;
        let separator = position(input);
        if input.peek() == Some(Kind::Equals) {
            // `name = type`: as if it were `:`.
            problem(input, separator, separator + 1, What::EqualsForColon);
            input.skip();
            input.parse(recovery::or_missing(rule(type_expression), Kind::MissingType, Until::Line))?;
        } else {
            typed_and_default(input)?;
        }
        start.finish(input, Kind::TypeField)?;
    } else {
        unexpected(input, Kind::Name);
        skip(input, Until::Line);
        start.finish(input, Kind::Error)?;
    }
    match input.peek() {
        Some(Kind::Comma) => input.skip(),
        None | Some(Kind::CloseBrace) => {}
        Some(Kind::Semicolon) => {
            let at = position(input);
            problem(input, at, at + 1, What::Semicolon);
            input.skip();
        }
        Some(kind) if newline_at(input, 0) && !kind.is_closer() && position(input) > start.token => {}
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
