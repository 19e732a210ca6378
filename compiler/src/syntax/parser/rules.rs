//! The bodies of policies and tests: `let`, `require`, `for`, `if`, `assert`.

use super::expressions::{condition, expression, needed_value};
use super::members::{condition_clause, loop_, misplaced_private, needed_name};
use super::recovery::{Until, closed, line_or_error, or_missing, skip, unexpected};
use super::type_expressions::type_expression;
use super::*;

/// `{ rules }` of a policy, or a report that the brace is missing.
pub fn rules<'t>() -> impl Grammar<'t> {
    rule(|input| block(input, policy_rule))
}

/// `{ statements }` of a test, or a report that the brace is missing.
pub fn statements<'t>() -> impl Grammar<'t> {
    rule(|input| block(input, statement))
}

fn block(input: &mut Reader<'_, '_>, line: Rule) -> Outcome {
    if input.peek() != Some(Kind::OpenBrace) {
        unexpected(input, Kind::OpenBrace);
        skip(input, Until::Brace);
        if input.peek() != Some(Kind::OpenBrace) {
            return Ok(());
        }
    }
    let opener = position(input);
    input.skip();
    while !at_end_of_lines(input) {
        let at = position(input);
        if stray_closer(input) {
            continue;
        }
        if input.peek() == Some(Kind::Semicolon) {
            problem(input, at, at + 1, What::Semicolon);
            input.skip();
            continue;
        }
        input.parse(line_or_error(rule(line)))?;
        end_of_line(input, at);
    }
    if input.state().too_deep.is_some() {
        return Err(EmptyErr::default());
    }
    closed(input, opener, Kind::CloseBrace);
    Ok(())
}

/// A rule ends at a new line, a comma or the brace; two on one line need nothing between them, as each starts with a keyword.
fn end_of_line(input: &mut Reader<'_, '_>, start: usize) {
    match input.peek() {
        None | Some(Kind::CloseBrace | Kind::Semicolon) => {}
        Some(Kind::Comma) => input.skip(),
        Some(kind) if position(input) > start && (newline_at(input, 0) || starts_line(kind)) => {}
        Some(_) => {
            unexpected(input, Kind::Newline);
            skip(input, Until::Line);
            if position(input) == start || input.peek() == Some(Kind::Comma) {
                input.skip();
            }
        }
    }
}

fn starts_line(kind: Kind) -> bool {
    matches!(kind, Kind::LetKeyword | Kind::RequireKeyword | Kind::ForKeyword | Kind::IfKeyword | Kind::AssertKeyword)
}

fn policy_rule(input: &mut Reader<'_, '_>) -> Outcome {
    if input.peek() == Some(Kind::PrivateKeyword) {
        misplaced_private(input);
    }
    let start = Start::here(input);
    match input.peek() {
        Some(Kind::LetKeyword) => let_(input),
        Some(Kind::RequireKeyword) => {
            input.skip();
            input.parse(condition())?;
            if input.peek() == Some(Kind::ElseKeyword) {
                input.skip();
                input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::Line))?;
            } else {
                unexpected(input, Kind::ElseKeyword);
                input.parse(absent(Kind::MissingExpression))?;
            }
            start.finish(input, Kind::RuleRequire)
        }
        Some(Kind::ForKeyword) => {
            input.parse(loop_())?;
            if input.peek() == Some(Kind::IfKeyword) {
                input.parse(condition_clause())?;
            }
            input.parse(rules())?;
            start.finish(input, Kind::RuleFor)
        }
        Some(Kind::IfKeyword) => {
            input.parse(condition_clause())?;
            input.parse(rules())?;
            start.finish(input, Kind::RuleIf)
        }
        _ => {
            for kind in [Kind::LetKeyword, Kind::ForKeyword, Kind::IfKeyword] {
                let at = position(input);
                input.state().want(at, kind);
            }
            wanted(input, Kind::RequireKeyword)
        }
    }
}

fn statement(input: &mut Reader<'_, '_>) -> Outcome {
    if input.peek() == Some(Kind::PrivateKeyword) {
        misplaced_private(input);
    }
    let start = Start::here(input);
    match input.peek() {
        Some(Kind::LetKeyword) => let_(input),
        Some(Kind::AssertKeyword) => {
            input.skip();
            input.parse(condition())?;
            start.finish(input, Kind::StatementAssert)
        }
        _ => {
            let at = position(input);
            input.state().want(at, Kind::LetKeyword);
            wanted(input, Kind::AssertKeyword)
        }
    }
}

/// `let name [: type] = value`, in a policy or a test.
fn let_(input: &mut Reader<'_, '_>) -> Outcome {
    input.parse(node(Kind::StatementLet, token(Kind::LetKeyword).then(constant())))
}

/// `name [: type] = value`
pub fn constant<'t>() -> impl Grammar<'t> {
    let type_ = token(Kind::Colon).then(or_missing(rule(type_expression), Kind::MissingType, Until::Line));
    needed_name().then(type_.or_not()).then(needed_value()).ignored()
}
