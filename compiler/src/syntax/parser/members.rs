//! Bodies and records: fields and blocks, one a line or separated by commas.

use super::expressions::{condition, expression};
use super::recovery::{Until, closed, forget_value, line_or_error, needed, or_missing, report_furthest, skip, unexpected};
use super::type_expressions::type_expression;
use super::{look, *};

/// Where members stand, which decides what they can be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// A declaration's or a block's body.
    Body,
    /// The changes after `with`, and the blocks in them.
    With,
    /// A record literal: fields only.
    Record,
}

/// `{ members }` as a node of this kind.
pub fn body<'t>(kind: Kind, context: Context) -> impl Grammar<'t> + Copy {
    custom(move |input: &mut Reader<'t, '_>| {
        let start = Start::here(input);
        braced(input, context)?;
        start.finish(input, kind)
    })
}

/// `{ members }`, or a report that the brace is missing and a node for the missing body.
pub fn body_or_missing<'t>(context: Context) -> impl Grammar<'t> + Copy {
    custom(move |input: &mut Reader<'t, '_>| {
        if input.peek() != Some(Kind::OpenBrace) {
            unexpected(input, Kind::OpenBrace);
            skip(input, Until::Brace);
        }
        if input.peek() == Some(Kind::OpenBrace) {
            input.parse(body(Kind::Body, context))
        } else {
            input.parse(absent(Kind::MissingExpression))
        }
    })
}

fn braced(input: &mut Reader<'_, '_>, context: Context) -> Outcome {
    let opener = position(input);
    take(input, Kind::OpenBrace)?;
    let members: Rule = match context {
        Context::Body => |input| input.parse(members(Context::Body)),
        Context::With => |input| input.parse(members(Context::With)),
        Context::Record => |input| input.parse(members(Context::Record)),
    };
    input.parse(rule(members))?;
    closed(input, opener, Kind::CloseBrace);
    Ok(())
}

/// Members up to a closing brace or the end.
fn members<'t>(context: Context) -> impl Grammar<'t> {
    let more = custom(|input: &mut Reader<'t, '_>| if at_end_of_lines(input) { Err(EmptyErr::default()) } else { Ok(()) });
    let all = more.ignore_then(member_line(context)).repeated().collect::<()>();
    custom(move |input: &mut Reader<'t, '_>| {
        input.parse(all)?;
        if input.state().too_deep.is_some() { Err(EmptyErr::default()) } else { Ok(()) }
    })
}

/// One member and what ends it. Always takes something.
fn member_line<'t>(context: Context) -> impl Grammar<'t> + Copy {
    custom(move |input: &mut Reader<'t, '_>| {
        let at = position(input);
        if stray_closer(input) {
            return Ok(());
        }
        if input.peek() == Some(Kind::Semicolon) {
            problem(input, at, at + 1, What::Semicolon);
            input.skip();
            return Ok(());
        }
        input.parse(line_or_error(member(context)))?;
        end_of_member(input);
        if position(input) == at && !at_end_of_lines(input) {
            input.skip();
        }
        Ok(())
    })
}

/// A member ends at a new line, a comma or the brace. What else follows it is reported, and skipped unless it is a member.
fn end_of_member(input: &mut Reader<'_, '_>) {
    let at = position(input);
    match input.peek() {
        None => return,
        Some(kind) if kind.is_closer() => return,
        Some(Kind::Comma) => return input.skip(),
        Some(Kind::Semicolon) => {
            problem(input, at, at + 1, What::Semicolon);
            return input.skip();
        }
        Some(_) => {}
    }
    let tokens = input.state().tokens;
    let reported = input.state().problems.iter().any(|problem| problem.tokens.0 as usize == at);
    if newline_at(input, 0) {
        return;
    }
    if look::starts_member(tokens, at) && !reported {
        problem(input, at, at + 1, What::MissingComma);
        return;
    }
    input.state().want(at, Kind::Newline);
    input.state().want(at, Kind::Comma);
    report_furthest(input);
    if !reported {
        forget_value(input);
    }
    skip(input, Until::Line);
    if input.peek() == Some(Kind::Comma) {
        input.skip();
    }
}

fn member<'t>(context: Context) -> impl Grammar<'t> + Copy {
    custom(move |input: &mut Reader<'t, '_>| match input.peek() {
        Some(Kind::StringStart) => field(input, context),
        Some(Kind::PrivateKeyword) if look::starts_private(input) => {
            misplaced_private(input);
            input.parse(rule(member_of(context)))
        }
        Some(Kind::LetKeyword | Kind::ForKeyword | Kind::IfKeyword) if starts_statement(input) => statement(input),
        Some(kind) if kind.is_word() => match kind_at(input, 1) {
            Some(Kind::Equals | Kind::PlusEquals | Kind::Colon | Kind::EqualsEquals) => field(input, context),
            Some(Kind::OpenBrace | Kind::StringStart) if !newline_at(input, 1) => block(input, context),
            Some(kind) if kind.is_word() && !newline_at(input, 1) => block(input, context),
            _ => {
                input.skip();
                let at = position(input);
                if context != Context::Record {
                    input.state().want(at, Kind::OpenBrace);
                }
                wanted(input, Kind::Equals)
            }
        },
        _ => wanted(input, Kind::Name),
    })
}

/// A member in the place of one that was `private`.
fn member_of(context: Context) -> Rule {
    match context {
        Context::Body => |input| input.parse(member(Context::Body)),
        Context::With => |input| input.parse(member(Context::With)),
        Context::Record => |input| input.parse(member(Context::Record)),
    }
}

/// Reports and takes a `private` where nothing can be hidden.
pub fn misplaced_private(input: &mut Reader<'_, '_>) {
    let at = position(input);
    problem(input, at, at + 1, What::MisplacedPrivate);
    input.skip();
}

/// `let name =`, `for name in`, `if expr`: not the name of a field or the word of a block.
fn starts_statement(input: &mut Reader<'_, '_>) -> bool {
    let third = kind_at(input, 2);
    match (input.peek(), kind_at(input, 1)) {
        (Some(Kind::LetKeyword), Some(name)) => name.is_word() && matches!(third, Some(Kind::Equals | Kind::Colon)),
        (Some(Kind::ForKeyword), _) => look::starts_loop(input, 0),
        (Some(Kind::IfKeyword), Some(next)) => {
            !matches!(next, Kind::Equals | Kind::PlusEquals | Kind::Colon | Kind::EqualsEquals | Kind::OpenBrace)
        }
        _ => false,
    }
}

/// A statement that has no place here: reported at its keyword and skipped as a whole.
fn statement(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    problem(input, start.token, start.token + 1, What::StatementInBody);
    skip(input, Until::Line);
    start.finish(input, Kind::Error)
}

/// `name = value`
fn field(input: &mut Reader<'_, '_>, context: Context) -> Outcome {
    let start = Start::here(input);
    input.parse(member_name())?;
    let operator = position(input);
    match input.peek() {
        Some(Kind::Equals) => {}
        Some(Kind::PlusEquals) if context == Context::With => {}
        Some(Kind::PlusEquals) => problem(input, operator, operator + 1, What::AppendOutsideWith),
        Some(Kind::Colon) => problem(input, operator, operator + 1, What::ColonForEquals),
        Some(Kind::EqualsEquals) => problem(input, operator, operator + 1, What::EqualsEqualsForEquals),
        _ => return wanted(input, Kind::Equals),
    }
    input.skip();
    value(input, Until::Line)?;
    start.finish(input, Kind::Field)
}

/// The value after an `=` that was just taken: an expression, or a report that there is none.
pub fn value(input: &mut Reader<'_, '_>, until: Until) -> Outcome {
    if look::no_value_here(input) {
        let operator = position(input).saturating_sub(1);
        problem(input, operator, operator + 1, What::MissingValue);
        return input.parse(absent(Kind::MissingExpression));
    }
    if input.peek() == Some(Kind::Minus) && newline_at(input, 0) && !look::glued(input, 1) {
        return dash_list(input);
    }
    input.parse(or_missing(rule(expression), Kind::MissingExpression, until))
}

/// `- a`, `- b`, each on its line: reported once, and skipped.
fn dash_list(input: &mut Reader<'_, '_>) -> Outcome {
    let start = Start::here(input);
    problem(input, start.token, start.token + 1, What::DashList);
    while input.peek() == Some(Kind::Minus) && newline_at(input, 0) {
        skip(input, Until::Line);
    }
    start.finish(input, Kind::MissingExpression)
}

/// The name of a field or the label of a block: a word or a string.
fn member_name<'t>() -> impl Grammar<'t> + Copy {
    custom(|input: &mut Reader<'t, '_>| match input.peek() {
        Some(Kind::StringStart) => expressions::string(input),
        _ => input.parse(declared_name()),
    })
}

/// `word { … }`, `word name { … }`, `word "name" for x in xs if c { … }`
fn block(input: &mut Reader<'_, '_>, context: Context) -> Outcome {
    let start = Start::here(input);
    input.parse(declared_name())?;
    if context == Context::Record {
        let at = position(input);
        problem(input, at - 1, at, What::BlockInRecord);
    }
    if input.peek() != Some(Kind::OpenBrace) {
        input.parse(member_name())?;
        input.parse(loop_and_condition())?;
    }
    let within = if context == Context::With { Context::With } else { Context::Body };
    input.parse(body_or_missing(within))?;
    start.finish(input, Kind::Block)
}

/// `[ for x in xs ] [ if c ]`, each a node.
pub fn loop_and_condition<'t>() -> impl Grammar<'t> + Copy {
    custom(|input: &mut Reader<'t, '_>| {
        if input.peek() == Some(Kind::ForKeyword) {
            input.parse(loop_())?;
        }
        if input.peek() == Some(Kind::IfKeyword) {
            input.parse(condition_clause())?;
        }
        Ok(())
    })
}

/// `for name [, name] in expr`
pub fn loop_<'t>() -> impl Grammar<'t> {
    let iterable = or_missing(rule(expression), Kind::MissingExpression, Until::Brace);
    let binders = needed_name().then(token(Kind::Comma).then(needed_name()).or_not());
    node(Kind::Loop, token(Kind::ForKeyword).then(binders).then(needed(Kind::InKeyword)).then(iterable))
}

/// `if expr`
pub fn condition_clause<'t>() -> impl Grammar<'t> {
    node(Kind::Condition, token(Kind::IfKeyword).then(condition()))
}

/// `if expr` of a declaration, whose value may follow: `=` ends the condition.
pub fn declared_if<'t>() -> impl Grammar<'t> {
    let condition = or_missing(rule(expression), Kind::MissingExpression, Until::Brace);
    node(Kind::Condition, token(Kind::IfKeyword).then(condition))
}

/// A name, or a report that it is missing and an empty node for it.
pub fn needed_name<'t>() -> impl Grammar<'t> + Copy {
    custom(|input: &mut Reader<'t, '_>| match input.peek() {
        Some(kind) if kind.is_word() || kind == Kind::Underscore => input.parse(declared_name()),
        _ => {
            unexpected(input, Kind::Name);
            input.parse(absent(Kind::DeclaredName))
        }
    })
}

/// `(name: type = default, …)`
pub fn parameters<'t>() -> impl Grammar<'t> {
    node(Kind::Parameters, recovery::listed(Kind::OpenParen, parameter(), Kind::CloseParen))
}

fn parameter<'t>() -> impl Grammar<'t> + Copy {
    custom(|input: &mut Reader<'t, '_>| {
        let start = Start::here(input);
        if !input.peek().is_some_and(Kind::is_word) {
            unexpected(input, Kind::Name);
            skip(input, Until::Comma);
            return start.finish(input, Kind::Error);
        }
        input.parse(declared_name())?;
        typed_and_default(input)?;
        start.finish(input, Kind::Parameter)
    })
}

/// `: type [= default]`, of a parameter or of a field of a record type.
pub fn typed_and_default(input: &mut Reader<'_, '_>) -> Outcome {
    input.parse(needed(Kind::Colon))?;
    input.parse(or_missing(rule(type_expression), Kind::MissingType, Until::Comma))?;
    if input.peek() == Some(Kind::Equals) {
        input.skip();
        value(input, Until::Comma)?;
    }
    Ok(())
}
