//! Unary and binary operators, by precedence, and what follows an operand: `.name`, `[index]`, `(arguments)`, `with { … }`.

use super::expressions::{expression, operand};
use super::members::{Context, body};
use super::recovery::{Until, closed, or_missing};
use super::*;

const COMPARISON: u8 = 4;

/// Operators that bind at least as tightly as `least`, around operands.
pub fn operation(input: &mut Reader<'_, '_>, least: u8) -> Outcome {
    let start = Start::here(input);
    prefixed(input)?;
    let mut compared = false;
    while let Some((level, width, word)) = infix(input) {
        if level < least {
            break;
        }
        let at = position(input);
        let chained = level == COMPARISON && compared;
        if word {
            problem(input, at, at + 1, What::WordOperator);
        } else if chained {
            problem(input, at, at + width, What::ChainedComparison);
        }
        compared = level == COMPARISON;
        for _ in 0..width {
            input.skip();
        }
        operation(input, level + 1)?;
        start.finish(input, if chained { Kind::MissingExpression } else { Kind::Binary })?;
    }
    Ok(())
}

/// `base with { … }`
pub fn changed(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    operation(input, 1)?;
    while input.peek() == Some(Kind::WithKeyword) && kind_at(input, 1) == Some(Kind::OpenBrace) {
        input.skip();
        input.parse(body(Kind::Body, Context::With))?;
        start.finish(input, Kind::With)?;
    }
    if input.peek() == Some(Kind::WithKeyword) && !newline_at(input, 0) {
        input.skip();
        return wanted(input, Kind::OpenBrace);
    }
    Ok(())
}

/// The binary operator here: its precedence, how many tokens it is, and whether it is another language's word.
fn infix(input: &mut Reader<'_, '_>) -> Option<(u8, usize, bool)> {
    let level = match input.peek()? {
        Kind::QuestionQuestion => 1,
        Kind::PipePipe => 2,
        Kind::AmpersandAmpersand => 3,
        Kind::EqualsEquals | Kind::BangEquals | Kind::Less | Kind::LessEquals => COMPARISON,
        Kind::Greater if kind_at(input, 1) == Some(Kind::Equals) && look::glued(input, 1) => return Some((COMPARISON, 2, false)),
        Kind::Greater => COMPARISON,
        // On a line of its own, `- x` goes on and `-x` starts something new.
        Kind::Minus if newline_at(input, 0) && look::glued(input, 1) => return None,
        Kind::Plus | Kind::Minus => 5,
        Kind::Star | Kind::Slash | Kind::Percent => 6,
        Kind::OrKeyword if is_word_operator(input) => return Some((2, 1, true)),
        Kind::AndKeyword if is_word_operator(input) => return Some((3, 1, true)),
        _ => return None,
    };
    Some((level, 1, false))
}

/// `and` or `or` on the line of its operand, and not the name of a field.
fn is_word_operator(input: &mut Reader<'_, '_>) -> bool {
    !newline_at(input, 0) && !matches!(kind_at(input, 1), Some(Kind::Equals | Kind::Colon | Kind::OpenBrace) | None)
}

/// `!` and `-` before an operand, as many as there are.
fn prefixed(input: &mut Reader<'_, '_>) -> Outcome {
    let mut starts: Vec<Start> = Vec::new();
    loop {
        match input.peek() {
            Some(Kind::Bang | Kind::Minus) => {}
            Some(Kind::NotKeyword) if kind_at(input, 1).is_some_and(|kind| kind.is_word() && kind != Kind::WithKeyword) => {
                let at = position(input);
                problem(input, at, at + 1, What::WordOperator);
            }
            _ => break,
        }
        if starts.len() > DEEPEST as usize {
            let at = position(input) as u32;
            input.state().too_deep.get_or_insert(at);
            return Err(EmptyErr::default());
        }
        starts.push(Start::here(input));
        input.skip();
    }
    followed(input)?;
    while let Some(start) = starts.pop() {
        start.finish(input, Kind::Unary)?;
    }
    Ok(())
}

/// An operand and what follows it.
fn followed(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    operand(input)?;
    loop {
        match input.peek() {
            Some(Kind::Dot | Kind::QuestionDot) => {
                input.skip();
                let (at, tokens) = (position(input), input.state().tokens);
                if newline_at(input, 0) && look::starts_member(tokens, at) {
                    return wanted(input, Kind::Name);
                }
                input.parse(declared_name())?;
                start.finish(input, Kind::FieldAccess)?;
            }
            Some(Kind::OpenBracket) if !newline_at(input, 0) => {
                let opener = position(input);
                input.skip();
                input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::Comma))?;
                closed(input, opener, Kind::CloseBracket);
                start.finish(input, Kind::IndexAccess)?;
            }
            Some(Kind::OpenParen) if !newline_at(input, 0) => {
                input.parse(recovery::listed(Kind::OpenParen, argument(), Kind::CloseParen))?;
                start.finish(input, Kind::Call)?;
            }
            _ => return Ok(()),
        }
    }
}

/// `value`, `name: value`
fn argument<'t>() -> impl Grammar<'t> + Copy {
    custom(|input: &mut Reader<'t, '_>| {
        let start = Start::here(input);
        let named = input.peek().is_some_and(Kind::is_word);
        match kind_at(input, 1) {
            Some(separator @ (Kind::Colon | Kind::Equals)) if named => {
                input.parse(declared_name())?;
                if separator == Kind::Equals {
                    let at = position(input);
                    problem(input, at, at + 1, What::EqualsForColon);
                }
                input.skip();
                members::value(input, Until::Comma)?;
            }
            _ => input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::Comma))?,
        }
        start.finish(input, Kind::Argument)
    })
}
