//! What the parser found wrong, as data: token indices and kinds, without text.
//!
//! Messages are made elsewhere, where the text is at hand.

use crate::syntax::kind::Kind;

/// One mistake, over these tokens (by index; the second one is past the end).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    pub tokens: (u32, u32),
    pub what: What,
}

impl Problem {
    pub fn at(token: u32, what: What) -> Problem {
        Problem { tokens: (token, token + 1), what }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// No rule takes this token.
    Unexpected(Expected),
    /// A line of a body starts with something that no line starts with.
    NoLine(Expected),
    /// `let`, `for` or `if` where only fields and blocks stand.
    StatementInBody,
    /// `- a` on lines of its own: a list as YAML writes it.
    DashList,
    /// Nothing follows this `=`, or `:` in its place.
    MissingValue,
    /// This opener is closed by nothing, though something else around it is.
    Unclosed,
    /// This closer closes nothing.
    StrayCloser,
    UnclosedString,
    /// `:` where `=` belongs.
    ColonForEquals,
    /// `=` where `:` belongs.
    EqualsForColon,
    /// `==` where `=` belongs.
    EqualsEqualsForEquals,
    /// `=` where `==` belongs.
    EqualsInCondition,
    /// `+=` outside of `with`.
    AppendOutsideWith,
    MissingComma,
    Semicolon,
    SingleQuotes,
    /// `and`, `or`, `not`.
    WordOperator,
    /// A second comparison without parentheses.
    ChainedComparison,
    MissingElse,
    /// The name of a declaration in quotes.
    QuotedName,
    MisplacedPrivate,
    /// A block where only fields can be.
    BlockInRecord,
    TooDeep,
}

/// A set of kinds that a rule would have taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected(u128);

impl Expected {
    pub fn of(kinds: &[Kind]) -> Expected {
        let mut expected = Expected::default();
        kinds.iter().for_each(|kind| expected.insert(*kind));
        expected
    }

    pub fn insert(&mut self, kind: Kind) {
        debug_assert!((kind as u16) < 128);
        self.0 |= 1u128.checked_shl(kind as u32).unwrap_or(0);
    }

    pub fn contains(self, kind: Kind) -> bool {
        self.0 & 1u128.checked_shl(kind as u32).unwrap_or(0) != 0
    }

    pub fn kinds(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().take(128).filter(move |kind| self.contains(*kind))
    }
}
