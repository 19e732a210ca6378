//! Top-level declarations, one rule each.

use super::expressions::{expression, needed_value};
use super::members::{Context, body_or_missing, declared_if, loop_, needed_name, parameters};
use super::recovery::{Until, needed, or_missing, report_furthest, skip, unexpected};
use super::type_expressions::type_expression;
use super::*;

/// One item and everything up to the end of its tokens.
pub fn item(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    if input.peek() == Some(Kind::PrivateKeyword) {
        let hidden = matches!(
            kind_at(input, 1),
            Some(
                Kind::LetKeyword
                    | Kind::TypeKeyword
                    | Kind::FnKeyword
                    | Kind::ImageKeyword
                    | Kind::EnvironmentKeyword
                    | Kind::PolicyKeyword
            )
        );
        if !hidden {
            let at = position(input);
            problem(input, at, at + 1, What::MisplacedPrivate);
        }
        input.skip();
    }
    let (kind, run): (Kind, Rule) = match input.peek() {
        Some(Kind::ImportKeyword) => (Kind::ItemImport, import),
        Some(Kind::LetKeyword) => (Kind::ItemLet, |input| input.parse(token(Kind::LetKeyword).then(rules::constant()).ignored())),
        Some(Kind::TypeKeyword) => (Kind::ItemType, type_),
        Some(Kind::FnKeyword) => (Kind::ItemFn, fn_),
        Some(Kind::ImageKeyword | Kind::EnvironmentKeyword) => (Kind::ItemDecl, decl),
        Some(Kind::ProjectKeyword) => (Kind::ItemProject, project),
        Some(Kind::PolicyKeyword) => (Kind::ItemPolicy, policy),
        Some(Kind::EnforceKeyword) => (Kind::ItemEnforce, enforce),
        Some(Kind::TestKeyword) => (Kind::ItemTest, test),
        // `name = value`: a constant without its `let`, already reported.
        Some(kind) if kind.is_word() && matches!(kind_at(input, 1), Some(Kind::Equals | Kind::Colon)) => {
            (Kind::ItemLet, |input| input.parse(rules::constant()))
        }
        _ => {
            skip(input, Until::End);
            return start.finish(input, Kind::Error);
        }
    };
    let whole = or_missing(rule(run), Kind::Error, Until::End);
    input.parse(whole)?;
    start.finish(input, kind)?;
    rest(input, start)
}

/// An expression and nothing else.
pub fn lone_expression(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::End))?;
    rest(input, start)
}

/// What is left after an item is a mistake; it becomes part of the root, so that no token is lost.
fn rest(input: &mut Reader<'_, '_>, start: Start) -> Outcome {
    if input.state().too_deep.is_some() {
        return Err(EmptyErr::default());
    }
    let at = position(input);
    let semicolon = input.peek() == Some(Kind::Semicolon);
    if semicolon {
        problem(input, at, at + 1, What::Semicolon);
        input.skip();
    }
    if input.peek().is_some() {
        let left = Start::here(input);
        let at = position(input);
        if input.peek().is_some_and(Kind::is_closer) {
            problem(input, at, at + 1, What::StrayCloser);
        } else {
            input.state().want(at, Kind::Newline);
            report_furthest(input);
            if let Some(last) = input.state().problems.last()
                && last.tokens.0 as usize == at
            {
                recovery::forget_value(input);
            }
        }
        skip(input, Until::End);
        left.finish(input, Kind::Error)?;
    }
    start.finish(input, Kind::Root)
}

/// `import "url" [at [branch | tag | commit] "name"] as alias`
fn import(input: &mut Reader<'_, '_>) -> Outcome {
    input.skip();
    string_or_missing(input)?;
    if input.peek() == Some(Kind::AtKeyword) {
        let start = Start::here(input);
        input.skip();
        if matches!(input.peek(), Some(Kind::BranchKeyword | Kind::TagKeyword | Kind::CommitKeyword)) {
            input.skip();
        }
        string_or_missing(input)?;
        start.finish(input, Kind::ImportAt)?;
    }
    input.parse(needed(Kind::AsKeyword))?;
    input.parse(needed_name())
}

fn string_or_missing(input: &mut Reader<'_, '_>) -> Outcome {
    match input.peek() {
        Some(Kind::StringStart) => expressions::string(input),
        Some(Kind::SingleQuoted) => {
            let at = position(input);
            problem(input, at, at + 1, What::SingleQuotes);
            input.parse(node(Kind::Literal, token(Kind::SingleQuoted)))
        }
        _ => {
            unexpected(input, Kind::StringStart);
            input.parse(absent(Kind::MissingExpression))
        }
    }
}

/// `type name = type`
fn type_(input: &mut Reader<'_, '_>) -> Outcome {
    input.skip();
    input.parse(needed_name())?;
    input.parse(needed(Kind::Equals))?;
    input.parse(or_missing(rule(type_expression), Kind::MissingType, Until::Line))
}

/// `fn name(parameters) -> type = expr`
fn fn_(input: &mut Reader<'_, '_>) -> Outcome {
    input.skip();
    input.parse(needed_name())?;
    if input.peek() == Some(Kind::OpenParen) {
        input.parse(parameters())?;
    } else {
        unexpected(input, Kind::OpenParen);
        input.parse(absent(Kind::Parameters))?;
    }
    match input.peek() {
        Some(Kind::Arrow) => {
            input.skip();
            input.parse(or_missing(rule(type_expression), Kind::MissingType, Until::Line))?;
        }
        _ => {
            unexpected(input, Kind::Arrow);
            if input.peek() == Some(Kind::Colon) {
                input.skip();
                input.parse(or_missing(rule(type_expression), Kind::MissingType, Until::Line))?;
            } else {
                input.parse(absent(Kind::MissingType))?;
            }
        }
    }
    input.parse(needed_value())
}

/// `kind name [(parameters)] [loop] [condition] (body | = expr)`
fn decl(input: &mut Reader<'_, '_>) -> Outcome {
    input.skip();
    quotable_name(input)?;
    if input.peek() == Some(Kind::OpenParen) {
        input.parse(parameters())?;
    }
    if input.peek() == Some(Kind::ForKeyword) {
        input.parse(loop_())?;
    }
    if input.peek() == Some(Kind::IfKeyword) {
        input.parse(declared_if())?;
    }
    if matches!(input.peek(), Some(Kind::Equals | Kind::EqualsEquals)) {
        return input.parse(needed_value());
    }
    if input.peek() != Some(Kind::OpenBrace) {
        let at = position(input);
        input.state().want(at, Kind::Equals);
    }
    if input.peek() == Some(Kind::Colon) {
        unexpected(input, Kind::OpenBrace);
        input.skip();
    }
    input.parse(body_or_missing(Context::Body))?;
    lines_without_brace(input);
    Ok(())
}

/// Lines after a declaration whose brace is missing were meant to be in it: the missing brace is the one mistake.
fn lines_without_brace(input: &mut Reader<'_, '_>) {
    let (at, tokens) = (position(input), input.state().tokens);
    if at > 0 && tokens[at - 1].kind != Kind::CloseBrace {
        skip(input, Until::End);
    }
}

/// A declaration's name; one in quotes is taken, with a report.
fn quotable_name(input: &mut Reader<'_, '_>) -> Outcome {
    if input.peek() != Some(Kind::StringStart) {
        return input.parse(needed_name());
    }
    let from = position(input);
    expressions::string(input)?;
    let to = position(input);
    problem(input, from, to, What::QuotedName);
    Ok(())
}

/// `project { … }`
fn project(input: &mut Reader<'_, '_>) -> Outcome {
    input.skip();
    input.parse(body_or_missing(Context::Body))?;
    lines_without_brace(input);
    Ok(())
}

/// `policy name(parameters) { rules }`
fn policy(input: &mut Reader<'_, '_>) -> Outcome {
    input.skip();
    quotable_name(input)?;
    if input.peek() == Some(Kind::OpenParen) {
        input.parse(parameters())?;
    } else {
        unexpected(input, Kind::OpenParen);
        input.parse(absent(Kind::Parameters))?;
    }
    input.parse(rules::rules())?;
    lines_without_brace(input);
    Ok(())
}

/// `enforce expr`
fn enforce(input: &mut Reader<'_, '_>) -> Outcome {
    input.skip();
    input.parse(or_missing(rule(expression), Kind::MissingExpression, Until::Line))
}

/// `test "name" { statements }`
fn test(input: &mut Reader<'_, '_>) -> Outcome {
    input.skip();
    if input.peek().is_some_and(|kind| kind == Kind::StringStart || kind == Kind::SingleQuoted) {
        string_or_missing(input)?;
    } else {
        unexpected(input, Kind::StringStart);
        if input.peek().is_some_and(|kind| kind.is_word()) {
            input.parse(declared_name())?;
        } else {
            input.parse(absent(Kind::MissingExpression))?;
        }
    }
    input.parse(rules::statements())?;
    lines_without_brace(input);
    Ok(())
}
