//! The lossless tree of one item, for what works on text as it stands: formatting, renaming, hover, completion.
//!
//! Every byte is in it, in order. It is made of the same nodes that declarations are lowered from, so both always agree; checking
//! never needs it.

use rowan::GreenNodeBuilder;

use super::item_start::{Mend, item_start};
use super::kind::Kind;
use super::lexer;
use super::parser::{self, Parsed};

/// The language, as rowan asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Coder {}

impl rowan::Language for Coder {
    type Kind = Kind;

    fn kind_from_raw(raw: rowan::SyntaxKind) -> Kind {
        Kind::ALL.get(raw.0 as usize).copied().unwrap_or(Kind::Unknown)
    }

    fn kind_to_raw(kind: Kind) -> rowan::SyntaxKind {
        rowan::SyntaxKind(kind as u16)
    }
}

pub type SyntaxNode = rowan::SyntaxNode<Coder>;
pub type SyntaxToken = rowan::SyntaxToken<Coder>;
pub type SyntaxElement = rowan::SyntaxElement<Coder>;

/// The tree of one item's text. Its root is of the kind `Root`; the text of the tree is `text`.
pub fn tree(text: &str) -> SyntaxNode {
    let (mut tokens, _) = lexer::significant(text);
    if let Some(start) = item_start(&tokens, 0, text)
        && let Mend::Keyword(kind) = start.mend
    {
        tokens[start.at].kind = kind;
    }
    let parsed = parser::parse_item(&tokens);
    let mut all = lexer::tokens(text);
    // The mended keyword is one in the tree too.
    for (token, significant) in all.iter_mut().filter(|token| !token.kind.is_trivia()).zip(&tokens) {
        token.kind = significant.kind;
    }
    let mut builder = Builder { text, all: &all, at: 0, taken: 0, builder: GreenNodeBuilder::new() };
    match parsed.root() {
        Some(root) if parsed.node(root).kind == Kind::Root => builder.root(&parsed, root),
        _ => {
            // Rubbish, or nested too deeply: the tokens alone.
            builder.builder.start_node(raw(Kind::Root));
            builder.up_to(u32::MAX);
            builder.builder.finish_node();
        }
    }
    SyntaxNode::new_root(builder.builder.finish())
}

struct Builder<'t> {
    text: &'t str,
    all: &'t [lexer::Token],
    /// The next token, trivia counted.
    at: usize,
    /// How many significant ones were taken.
    taken: u32,
    builder: GreenNodeBuilder<'static>,
}

impl Builder<'_> {
    fn root(&mut self, parsed: &Parsed, root: u32) {
        self.builder.start_node(raw(Kind::Root));
        for (child, _) in parsed.children(root) {
            self.node(parsed, child);
        }
        self.up_to(u32::MAX);
        self.builder.finish_node();
    }

    /// A node. Trivia before it stays outside, but for its documentation.
    fn node(&mut self, parsed: &Parsed, id: u32) {
        let node = parsed.node(id);
        self.up_to(node.tokens.0);
        if node.tokens.0 < node.tokens.1 {
            self.trivia(documented(node.kind));
        }
        self.builder.start_node(raw(node.kind));
        for (child, _) in parsed.children(id) {
            self.node(parsed, child);
        }
        self.up_to(node.tokens.1);
        self.builder.finish_node();
    }

    /// Takes tokens until `count` significant ones are taken.
    fn up_to(&mut self, count: u32) {
        while self.taken < count && self.at < self.all.len() {
            self.token();
        }
    }

    /// Takes the trivia here, up to the first documentation comment if `until_docs`.
    fn trivia(&mut self, until_docs: bool) {
        while let Some(token) = self.all.get(self.at) {
            if !token.kind.is_trivia() || until_docs && token.kind == Kind::DocComment {
                break;
            }
            self.token();
        }
    }

    fn token(&mut self) {
        let token = self.all[self.at];
        self.builder.token(raw(token.kind), &self.text[token.range]);
        self.at += 1;
        self.taken += u32::from(!token.kind.is_trivia());
    }
}

/// Nodes that own the documentation before them.
fn documented(kind: Kind) -> bool {
    matches!(kind, Kind::Field | Kind::Block | Kind::TypeField) || (Kind::ItemImport..=Kind::ItemTest).contains(&kind)
}

fn raw(kind: Kind) -> rowan::SyntaxKind {
    rowan::SyntaxKind(kind as u16)
}
