//! Looking ahead: what the next tokens are the start of. Takes nothing and reports nothing.

use super::*;

/// A field or a block starts here, and a value certainly does not: `name =`, `name {`, `word name {`, `"key" =`.
pub fn starts_member(tokens: &[Significant], at: usize) -> bool {
    let kind = |at: usize| tokens.get(at).map(|token| token.kind);
    let Some(first) = kind(at) else { return false };
    if first == Kind::StringStart {
        return after_string(tokens, at).is_some_and(|after| matches!(kind(after), Some(Kind::Equals | Kind::PlusEquals)));
    }
    if !first.is_word() {
        return false;
    }
    match kind(at + 1) {
        Some(Kind::Equals | Kind::PlusEquals | Kind::Colon | Kind::OpenBrace) => true,
        Some(Kind::StringStart) => !starts_with_expression_keyword(first) && !tokens[at + 1].newline,
        Some(Kind::WithKeyword | Kind::AndKeyword | Kind::OrKeyword | Kind::ElseKeyword) => false,
        Some(second) if second.is_word() => !starts_with_expression_keyword(first) && !tokens[at + 1].newline,
        _ => false,
    }
}

/// `private` before a word or a text on its line: meant to hide what follows.
pub fn starts_private(input: &mut Reader<'_, '_>) -> bool {
    input.peek() == Some(Kind::PrivateKeyword)
        && kind_at(input, 1).is_some_and(|kind| kind.is_word() || kind == Kind::StringStart)
        && !newline_at(input, 1)
}

/// `name =` or `name +=`: what starts a field and nothing else.
pub fn starts_field(tokens: &[Significant], at: usize) -> bool {
    let kind = |at: usize| tokens.get(at).map(|token| token.kind);
    kind(at).is_some_and(Kind::is_word) && matches!(kind(at + 1), Some(Kind::Equals | Kind::PlusEquals))
}

/// A keyword that begins an expression when a word or a text follows.
fn starts_with_expression_keyword(kind: Kind) -> bool {
    matches!(kind, Kind::IfKeyword | Kind::MatchKeyword | Kind::NotKeyword)
}

/// The first token after the string that starts at `at`, if it is closed.
fn after_string(tokens: &[Significant], at: usize) -> Option<usize> {
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(at).take(64) {
        match token.kind {
            Kind::StringStart => depth += 1,
            Kind::StringEnd => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

/// `{ for name in`, `{ for name, name in`: with `ahead` at the `for`.
pub fn starts_loop(input: &mut Reader<'_, '_>, ahead: usize) -> bool {
    kind_at(input, ahead) == Some(Kind::ForKeyword)
        && kind_at(input, ahead + 1).is_some_and(|kind| kind.is_word() || kind == Kind::Underscore)
        && matches!(kind_at(input, ahead + 2), Some(Kind::InKeyword | Kind::Comma))
}

/// Whether a value cannot start at the next token, because something else certainly does.
pub fn no_value_here(input: &mut Reader<'_, '_>) -> bool {
    let at = position(input);
    let tokens = input.state().tokens;
    match tokens.get(at) {
        None => true,
        Some(token) if token.kind.is_closer() || token.kind == Kind::Comma => true,
        Some(token) => token.newline && starts_member(tokens, at),
    }
}

/// Whether the `ahead`th token touches the one before it.
pub fn glued(input: &mut Reader<'_, '_>, ahead: usize) -> bool {
    let at = position(input) + ahead;
    let tokens = input.state().tokens;
    at > 0 && tokens.get(at).is_some_and(|token| token.start == tokens[at - 1].end)
}
