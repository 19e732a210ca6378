//! A text as what a layout orders: its tokens and comments, and the brackets that they stand in.
//!
//! A text in quotes is one piece, with whatever is interpolated in it. Which lines there are is decided elsewhere.

use crate::syntax::tree::{SyntaxElement, SyntaxNode, SyntaxToken, tree};
use crate::syntax::{Kind, Split, lexer};

/// A token or comment.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Of a text in quotes, `StringLiteral`.
    pub kind: Kind,
    pub text: String,
    /// New lines between the piece before and this one.
    pub newlines: usize,
    pub role: Role,
    /// The bracket that it opens.
    pub opens: Option<usize>,
    /// No space stands before it on its line.
    pub tight: bool,
    /// Of an `=` or `=>` that is put below others: the first piece of its field or arm.
    pub aligned_in: Option<usize>,
    pub comma: Comma,
}

/// What a piece is to the lines around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It goes on with what is before it.
    Inside,
    /// The first of a declaration, or a comment outside all.
    Top,
    /// The first of a part of a bracket.
    Part(usize),
    /// A comma between parts, or a comment.
    Beside(usize),
    Closer(usize),
}

/// What becomes of the commas of a bracket whose parts are on lines of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comma {
    Kept,
    /// A comma that the end of its line says as well.
    NeedlessOnLines(usize),
    /// A comma before the closer, which only lines want.
    NeedlessOnOne(usize),
    /// One follows this piece, where there was none.
    AddedOnLines(usize),
}

/// A pair of brackets.
#[derive(Clone, Copy, Debug)]
pub struct Bracket {
    pub opener: usize,
    pub closer: usize,
    /// Brackets of one group stand on one line, or on several, together: the arms of an `if`.
    pub group: usize,
    pub width: Width,
}

/// How a bracket that was written on one line is spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// When it does not fit.
    Fits,
    Never,
    Always,
}

/// The pieces of a text, and its brackets.
pub fn pieces(text: &str, split: &Split) -> (Vec<Piece>, Vec<Bracket>) {
    let mut reader = Reader::default();
    let mut at = 0;
    for item in &split.items {
        let (start, end) = (usize::from(item.range.start()), usize::from(item.range.end()));
        reader.between(&text[at..start]);
        reader.next = Some(Role::Top);
        reader.node(&tree(&text[start..end]));
        at = end;
    }
    reader.between(&text[at..]);
    (reader.pieces, reader.brackets)
}

#[derive(Default)]
struct Reader {
    pieces: Vec<Piece>,
    brackets: Vec<Bracket>,
    groups: usize,
    /// Since the last piece.
    newlines: usize,
    /// What the next piece is, where that was decided by a node around it.
    next: Option<Role>,
    /// The piece before clings to the next one.
    clings: bool,
}

/// The node that is read.
struct Around {
    node: Kind,
    /// The first piece in it.
    first: usize,
    /// Its brackets that are open; those of nodes in it have their own.
    open: Vec<Open>,
    /// The group of its brackets, by how many are open around them.
    groups: Vec<usize>,
}

/// A bracket that is open.
struct Open {
    bracket: usize,
    closer: Kind,
    is_empty: bool,
}

impl Reader {
    /// Comments, and whatever else stands outside all declarations.
    fn between(&mut self, text: &str) {
        for token in lexer::tokens(text) {
            match token.kind {
                Kind::Newline => self.newlines += 1,
                Kind::Whitespace => {}
                kind => self.push(kind, text[token.range].to_owned(), Role::Top, false),
            }
        }
    }

    fn push(&mut self, kind: Kind, text: String, role: Role, tight: bool) {
        let tight = std::mem::take(&mut self.clings) || tight;
        let newlines = std::mem::take(&mut self.newlines);
        self.pieces.push(Piece { kind, text, newlines, role, opens: None, tight, aligned_in: None, comma: Comma::Kept });
    }

    /// What the next piece is, unless it is inside something.
    fn role(&mut self) -> Role {
        self.next.take().unwrap_or(Role::Inside)
    }

    fn node(&mut self, node: &SyntaxNode) {
        if node.kind() == Kind::StringLiteral {
            let role = self.role();
            return self.push(Kind::StringLiteral, node.text().to_string(), role, false);
        }
        let mut around = Around { node: node.kind(), first: self.pieces.len(), open: Vec::new(), groups: Vec::new() };
        for element in node.children_with_tokens() {
            match element {
                SyntaxElement::Node(child) => {
                    if let Some(Open { bracket, is_empty, .. }) = around.open.last_mut()
                        && (*is_empty || has_parts(node.kind()))
                        && !child.text().is_empty()
                    {
                        self.next = self.next.or(Some(Role::Part(*bracket)));
                        *is_empty = false;
                    }
                    self.node(&child);
                }
                SyntaxElement::Token(token) => self.token(&token, &mut around),
            }
        }
    }

    fn token(&mut self, token: &SyntaxToken, around: &mut Around) {
        let (kind, text) = (token.kind(), token.text().to_owned());
        let node = around.node;
        match kind {
            Kind::Newline => self.newlines += 1,
            Kind::Whitespace => {}
            Kind::Comment | Kind::DocComment | Kind::HashComment | Kind::BlockComment => {
                // Documentation is in the node that it is of, whose first word has the same role.
                let role = match (self.next, around.open.last()) {
                    (Some(role), _) => role,
                    (None, Some(open)) => Role::Beside(open.bracket),
                    (None, None) => Role::Inside,
                };
                self.push(kind, text, role, false);
            }
            kind if around.open.last().is_some_and(|open| open.closer == kind) => {
                if let Some(open) = around.open.pop() {
                    self.close(kind, text, &open, around);
                }
            }
            Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen => self.open(kind, text, around),
            Kind::Comma => {
                let role = around.open.last().map_or(Role::Inside, |open| Role::Beside(open.bracket));
                self.push(kind, text, role, true);
            }
            _ => {
                let role = match (self.role(), around.open.last_mut()) {
                    // `{for …}`: what begins is no node of its own.
                    (Role::Inside, Some(Open { bracket, is_empty: is_empty @ true, .. })) => {
                        *is_empty = false;
                        Role::Part(*bracket)
                    }
                    (role, _) => role,
                };
                let tight = self.is_tight(kind, node);
                self.push(kind, text, role, tight);
                self.clings = clings(kind, node);
                if kind == Kind::FatArrow || matches!(kind, Kind::Equals | Kind::PlusEquals) && node == Kind::Field {
                    let at = self.pieces.len() - 1;
                    self.pieces[at].aligned_in = Some(around.first);
                }
            }
        }
    }

    fn open(&mut self, kind: Kind, text: String, around: &mut Around) {
        let (node, depth, bracket) = (around.node, around.open.len(), self.brackets.len());
        if around.groups.len() == depth {
            around.groups.push(self.groups);
            self.groups += 1;
        }
        let group = around.groups[depth];
        let width = match node {
            Kind::Parenthesized | Kind::IndexAccess | Kind::TypeParenthesized => Width::Never,
            Kind::ItemPolicy | Kind::ItemTest | Kind::RuleFor | Kind::RuleIf => Width::Always,
            _ => Width::Fits,
        };
        let opener = self.pieces.len();
        self.brackets.push(Bracket { opener, closer: opener, group, width });
        let role = self.role();
        self.push(kind, text, role, matches!(node, Kind::Call | Kind::Parameters | Kind::IndexAccess));
        self.pieces[opener].opens = Some(bracket);
        self.clings = kind != Kind::OpenBrace || node == Kind::MapFor && depth == 0;
        let closer = match kind {
            Kind::OpenBrace => Kind::CloseBrace,
            Kind::OpenBracket => Kind::CloseBracket,
            _ => Kind::CloseParen,
        };
        around.open.push(Open { bracket, closer, is_empty: true });
    }

    fn close(&mut self, kind: Kind, text: String, open: &Open, around: &Around) {
        let (bracket, closer, node) = (open.bracket, self.pieces.len(), around.node);
        let inside = self.brackets[bracket].opener + 1..closer;
        self.brackets[bracket].closer = closer;
        let clings_to_closer = node == Kind::MapFor && around.open.is_empty();
        self.push(kind, text, Role::Closer(bracket), kind != Kind::CloseBrace || inside.is_empty() || clings_to_closer);
        let is_comma = |piece: &Piece| piece.kind == Kind::Comma && piece.role == Role::Beside(bracket);
        let last = inside.clone().rev().find(|at| !self.pieces[*at].kind.is_trivia());
        let Some(last) = last else { return };
        if matches!(node, Kind::List | Kind::Call | Kind::Parameters) {
            let comma = if is_comma(&self.pieces[last]) { Comma::NeedlessOnOne(bracket) } else { Comma::AddedOnLines(bracket) };
            self.pieces[last].comma = comma;
            return;
        }
        for at in inside {
            if !is_comma(&self.pieces[at]) {
                continue;
            }
            let next = self.pieces[at + 1..].iter().map(|piece| piece.kind).find(|kind| !kind.is_trivia());
            self.pieces[at].comma = match next {
                // Any other word could go on with the line before.
                Some(Kind::Name | Kind::StringLiteral) => Comma::NeedlessOnLines(bracket),
                _ if at == last => Comma::NeedlessOnLines(bracket),
                _ => Comma::Kept,
            };
        }
    }

    /// Whether a token stands close to the one before it.
    fn is_tight(&self, kind: Kind, node: Kind) -> bool {
        match kind {
            Kind::Comma | Kind::Semicolon | Kind::Colon | Kind::Dot | Kind::QuestionDot => true,
            Kind::Question | Kind::QuestionQuestion => node == Kind::TypeOptional,
            Kind::Less | Kind::Greater => node == Kind::TypeApply,
            // `>=` is two tokens.
            Kind::Equals => node == Kind::Binary,
            _ => false,
        }
    }
}

/// Whether what follows a token stands close to it.
fn clings(kind: Kind, node: Kind) -> bool {
    match kind {
        Kind::Dot | Kind::QuestionDot => true,
        Kind::Less => node == Kind::TypeApply,
        Kind::Bang | Kind::Minus => node == Kind::Unary,
        _ => false,
    }
}

/// Whether the brackets of a node hold several parts, rather than one that may be several nodes.
fn has_parts(node: Kind) -> bool {
    use Kind::{IfExpression, IndexAccess, ListFor, MapFor, Parenthesized, TypeParenthesized};
    !matches!(node, IfExpression | IndexAccess | ListFor | MapFor | Parenthesized | TypeParenthesized)
}
