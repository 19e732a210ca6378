//! What a top-level declaration starts with: its keyword, or what was meant as one.
//!
//! Used by the splitter and by lowering, which must see the same item in the same text.

use smol_str::SmolStr;

use super::kind::Kind;
use super::lexer::Significant;
use crate::diagnostics::nearest::nearest;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemKeyword {
    Import,
    Let,
    Type,
    Fn,
    Image,
    Environment,
    Project,
    Policy,
    Enforce,
    Test,
    /// Text between items that is none.
    Rubbish,
}

/// How an item's start has to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// As it is.
    None,
    /// The keyword is misspelt, or another language's.
    Keyword(Kind),
    /// `name = value` without its `let`.
    MissingLet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemStart {
    pub keyword: ItemKeyword,
    pub mend: Mend,
    /// The token of the keyword; with a missing one, of the name.
    pub at: usize,
}

/// The item that starts at token `first`, if one does.
pub fn item_start(tokens: &[Significant], first: usize, text: &str) -> Option<ItemStart> {
    let at = first + usize::from(tokens.get(first)?.kind == Kind::PrivateKeyword);
    let private = at > first;
    let token = *tokens.get(at)?;
    let next = tokens.get(at + 1).map(|token| token.kind);
    if !token.kind.is_word() {
        return None;
    }
    if let Some(keyword) = ItemKeyword::of(token.kind)
        && (fits(token.kind, next) || private || unfinished(tokens, at))
    {
        return Some(ItemStart { keyword, mend: Mend::None, at });
    }
    if next == Some(Kind::Equals) {
        return Some(ItemStart { keyword: ItemKeyword::Let, mend: Mend::MissingLet, at });
    }
    if token.kind != Kind::Name || !next.is_some_and(|next| next.is_word() || matches!(next, Kind::StringStart | Kind::OpenBrace))
    {
        return None;
    }
    let word = &text[token.start as usize..token.end as usize];
    let kind = meant(word).filter(|kind| fits(*kind, next))?;
    Some(ItemStart { keyword: ItemKeyword::of(kind)?, mend: Mend::Keyword(kind), at })
}

impl ItemStart {
    /// The name that the item declares, read without parsing.
    pub fn name(self, tokens: &[Significant], text: &str) -> Option<SmolStr> {
        let word = |token: &Significant| SmolStr::new(&text[token.start as usize..token.end as usize]);
        match (self.keyword, self.mend) {
            (ItemKeyword::Project | ItemKeyword::Enforce | ItemKeyword::Rubbish, _) => None,
            (_, Mend::MissingLet) => tokens.get(self.at).map(word),
            (ItemKeyword::Import, _) => {
                let mut rest = tokens[self.at..].iter().take(12).skip_while(|token| token.kind != Kind::AsKeyword);
                rest.nth(1).filter(|token| token.kind.is_word()).map(word)
            }
            _ => match tokens.get(self.at + 1)? {
                token if token.kind.is_word() => Some(word(token)),
                token if token.kind == Kind::StringStart => {
                    tokens.get(self.at + 2).filter(|token| token.kind == Kind::StringText).map(word)
                }
                _ => None,
            },
        }
    }
}

impl ItemKeyword {
    fn of(kind: Kind) -> Option<ItemKeyword> {
        Some(match kind {
            Kind::ImportKeyword => ItemKeyword::Import,
            Kind::LetKeyword => ItemKeyword::Let,
            Kind::TypeKeyword => ItemKeyword::Type,
            Kind::FnKeyword => ItemKeyword::Fn,
            Kind::ImageKeyword => ItemKeyword::Image,
            Kind::EnvironmentKeyword => ItemKeyword::Environment,
            Kind::ProjectKeyword => ItemKeyword::Project,
            Kind::PolicyKeyword => ItemKeyword::Policy,
            Kind::EnforceKeyword => ItemKeyword::Enforce,
            Kind::TestKeyword => ItemKeyword::Test,
            _ => return None,
        })
    }
}

/// Whether `next` is what follows this keyword in a declaration.
fn fits(keyword: Kind, next: Option<Kind>) -> bool {
    let Some(next) = next else { return false };
    match keyword {
        Kind::ImportKeyword | Kind::TestKeyword => next == Kind::StringStart,
        Kind::ProjectKeyword => next == Kind::OpenBrace,
        Kind::ImageKeyword | Kind::EnvironmentKeyword => next.is_word() || matches!(next, Kind::StringStart | Kind::OpenBrace),
        _ => next.is_word(),
    }
}

/// A keyword at the start of a line, with something that is certainly no operator after it: a declaration that is being typed.
fn unfinished(tokens: &[Significant], at: usize) -> bool {
    let next = tokens.get(at + 1);
    let stops = next.is_none_or(|next| next.newline);
    let odd = next.is_some_and(|next| {
        !(Kind::Equals..=Kind::Bang).contains(&next.kind) && !next.kind.is_closer() && next.kind != Kind::OpenParen
    });
    tokens[at].newline && (stops || odd && next.is_some_and(|next| next.kind != Kind::OpenBracket))
}

/// The keyword that a word stands for: another language's, or the nearest one.
fn meant(word: &str) -> Option<Kind> {
    match word {
        "const" | "var" | "val" | "local" | "constant" => return Some(Kind::LetKeyword),
        "function" | "func" | "fun" | "def" => return Some(Kind::FnKeyword),
        "env" => return Some(Kind::EnvironmentKeyword),
        _ => {}
    }
    let near = nearest(word, KEYWORDS.iter().map(|(word, _)| *word))?;
    KEYWORDS.iter().find(|(word, _)| *word == near).map(|(_, kind)| *kind)
}

/// The keywords of declarations.
pub const KEYWORDS: [(&str, Kind); 10] = [
    ("import", Kind::ImportKeyword),
    ("let", Kind::LetKeyword),
    ("type", Kind::TypeKeyword),
    ("fn", Kind::FnKeyword),
    ("image", Kind::ImageKeyword),
    ("environment", Kind::EnvironmentKeyword),
    ("project", Kind::ProjectKeyword),
    ("policy", Kind::PolicyKeyword),
    ("enforce", Kind::EnforceKeyword),
    ("test", Kind::TestKeyword),
];
