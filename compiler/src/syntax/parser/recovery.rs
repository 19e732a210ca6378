//! Going on after a mistake: report it once, skip to where the grammar is certain again, and leave a node for what is missing.

use super::look;
use super::*;

/// How far a mistake reaches.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// The end of the line, unless the line cannot end there; a comma; a closer.
    Line,
    /// A comma or a closer; a new line only before what is certainly a field.
    Comma,
    /// As `Line`, or an opening brace.
    Brace,
    /// The end of the item.
    End,
}

/// `parser`, or a problem and a node of the kind `missing` over what is skipped.
pub fn or_missing<'t>(parser: impl Grammar<'t>, missing: Kind, until: Until) -> impl Grammar<'t> {
    let skipped = custom(move |input: &mut Reader<'t, '_>| {
        if input.state().too_deep.is_some() {
            return Err(EmptyErr::default());
        }
        let start = Start::here(input);
        report_furthest(input);
        skip(input, until);
        start.finish(input, missing)
    });
    parser.recover_with(via_parser(skipped))
}

/// `parser`, a line of a body, or a problem and a node over the skipped line.
pub fn line_or_error<'t>(parser: impl Grammar<'t>) -> impl Grammar<'t> {
    let skipped = custom(move |input: &mut Reader<'t, '_>| {
        if input.state().too_deep.is_some() {
            return Err(EmptyErr::default());
        }
        let start = Start::here(input);
        let (at, expected) = input.state().furthest;
        if at as usize == start.token {
            problem(input, start.token, start.token + 1, What::NoLine(expected));
        } else {
            report_furthest(input);
        }
        skip(input, Until::Line);
        start.finish(input, Kind::Error)
    });
    parser.recover_with(via_parser(skipped))
}

/// Makes the value or the type that was finished last a missing one: what follows it is wrong, so it is not what was meant.
pub fn forget_value(input: &mut Reader<'_, '_>) {
    for node in input.state().nodes.iter_mut().rev() {
        if node.kind.is_expression() {
            if node.kind != Kind::Body {
                node.kind = Kind::MissingExpression;
            }
            return;
        }
        if node.kind.is_type() {
            node.kind = Kind::MissingType;
            return;
        }
        if !matches!(node.kind, Kind::Field | Kind::ItemType | Kind::ItemLet | Kind::ItemFn | Kind::ItemDecl | Kind::StatementLet)
        {
            return;
        }
    }
}

/// Takes a token of this kind, or reports that it is missing and takes nothing.
pub fn needed<'t>(kind: Kind) -> impl Grammar<'t> + Copy {
    custom(move |input: &mut Reader<'t, '_>| {
        if input.peek() == Some(kind) {
            input.skip();
        } else {
            unexpected(input, kind);
        }
        Ok(())
    })
}

/// Reports the next token, where `kind` was wanted.
pub fn unexpected(input: &mut Reader<'_, '_>, kind: Kind) {
    let at = position(input);
    input.state().want(at, kind);
    report_furthest(input);
}

/// Reports the furthest token that no rule took.
pub fn report_furthest(input: &mut Reader<'_, '_>) {
    let (at, expected) = std::mem::take(&mut input.state().furthest);
    problem(input, at as usize, at as usize + 1, What::Unexpected(expected));
}

/// Skips to where `until` says; brackets are skipped as a whole. Takes at least one token, unless it is a stop itself.
pub fn skip(input: &mut Reader<'_, '_>, until: Until) {
    let tokens = input.state().tokens;
    let first = position(input);
    let mut open: Vec<Kind> = Vec::new();
    let mut at = first;
    while let Some(token) = tokens.get(at) {
        let loose = open.last().is_none_or(|opener| *opener != Kind::OpenBrace);
        if until != Until::End {
            if open.is_empty() && (token.kind == Kind::Comma || token.kind.is_closer()) {
                break;
            }
            if open.is_empty() && until == Until::Brace && token.kind == Kind::OpenBrace {
                break;
            }
            if at > first && token.newline && loose {
                let ended = open.is_empty() && until != Until::Comma && tokens[at - 1].kind.ends_operand();
                let member = if until == Until::Comma { look::starts_field(tokens, at) } else { look::starts_member(tokens, at) };
                if ended || member {
                    break;
                }
            }
        }
        if token.kind.is_opener() {
            open.push(token.kind);
        } else if token.kind.is_closer() {
            open.pop();
        }
        at += 1;
    }
    for _ in first..at {
        input.skip();
    }
}

/// The closer of a bracket that was opened at token `opener`. At the end of the item its absence is the splitter's to report.
pub fn closed(input: &mut Reader<'_, '_>, opener: usize, kind: Kind) {
    match input.peek() {
        Some(next) if next == kind => input.skip(),
        None => {}
        Some(_) => problem(input, opener, opener + 1, What::Unclosed),
    }
}

/// `open`, then `element`s with a comma after each but the last, then `close`.
pub fn listed<'t>(open: Kind, element: impl Grammar<'t>, close: Kind) -> impl Grammar<'t> {
    let more = custom(move |input: &mut Reader<'t, '_>| if at_end_of_list(input) { Err(EmptyErr::default()) } else { Ok(()) });
    let elements = more.ignore_then(element).then_ignore(separator()).repeated().collect::<()>();
    custom(move |input: &mut Reader<'t, '_>| {
        let opener = position(input);
        take(input, open)?;
        input.parse(&elements)?;
        if input.state().too_deep.is_some() {
            return Err(EmptyErr::default());
        }
        closed(input, opener, close);
        Ok(())
    })
}

/// No element follows: a closer, the end, or a field of the body around a list that nothing closes.
fn at_end_of_list(input: &mut Reader<'_, '_>) -> bool {
    let at = position(input);
    let tokens = input.state().tokens;
    match tokens.get(at) {
        None => true,
        Some(token) if token.kind.is_closer() => true,
        Some(token) => {
            let after_element = at > 0 && tokens[at - 1].kind.ends_operand();
            token.newline && after_element && look::starts_field(tokens, at)
        }
    }
}

/// What stands between two elements: a comma, or nothing before a closer.
fn separator<'t>() -> impl Grammar<'t> + Copy {
    custom(|input: &mut Reader<'t, '_>| {
        if input.state().too_deep.is_some() {
            return Err(EmptyErr::default());
        }
        if input.peek() == Some(Kind::Comma) {
            input.skip();
            return Ok(());
        }
        if at_end_of_list(input) {
            return Ok(());
        }
        if input.peek().is_some_and(starts_operand) {
            let at = position(input);
            problem(input, at, at + 1, What::MissingComma);
            return Ok(());
        }
        unexpected(input, Kind::Comma);
        forget_value(input);
        skip(input, Until::Comma);
        if input.peek() == Some(Kind::Comma) {
            input.skip();
        }
        Ok(())
    })
}

/// A token that an element can start with, and that goes on with nothing before it.
fn starts_operand(kind: Kind) -> bool {
    kind.is_word() && !matches!(kind, Kind::ElseKeyword | Kind::InKeyword | Kind::WithKeyword | Kind::WhereKeyword)
        || matches!(
            kind,
            Kind::StringStart
                | Kind::Int
                | Kind::Float
                | Kind::Quantity
                | Kind::OpenBrace
                | Kind::OpenBracket
                | Kind::OpenParen
                | Kind::SingleQuoted
        )
}
