//! An item's tree to data: names, expressions and types without layout.
//!
//! What the parser left out or could not read becomes `Missing`; it was reported, or is reported here. Nothing is resolved.

mod expressions;
mod items;
mod members;
mod rules;
mod strings;
mod type_expressions;

use super::docs;
use super::item_start::{ItemKeyword, Mend, item_start};
use super::kind::Kind;
use super::lexer::{self, Significant};
use super::message;
use super::parser::{self, Children, Node, Parsed, Problem, What};
use super::split::first_unclosed;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::{bad_name, missing_let, not_a_declaration, unknown_keyword};
use crate::hir::{Definition, Expr, ExprId, Item, Name, SmolStr, TypeExpr, TypeId};
use crate::text::{Owner, Place, TextRange, TextSize, range};

/// One item's text to data; ranges are relative to it. `owner` is the item's.
pub fn lower(owner: Owner, text: &str) -> (Item, Vec<Diagnostic>) {
    let (mut tokens, _) = lexer::significant(text);
    let whole = range(0, text.len());
    let mut diagnostics = Vec::new();
    let Some(start) = item_start(&tokens, 0, text).filter(|start| start.keyword != ItemKeyword::Rubbish) else {
        if let Some(first) = tokens.first() {
            let place = Place { owner, range: TextRange::new(TextSize::new(first.start), whole.end()) };
            diagnostics.push(not_a_declaration::new(place, &text[first.range()]));
        }
        return (Item::new(whole), diagnostics);
    };
    let first = tokens[start.at];
    let place = Place { owner, range: first.range() };
    match start.mend {
        Mend::None => {}
        Mend::Keyword(kind) => {
            diagnostics.push(unknown_keyword::new(place, &text[first.range()], kind.shown().trim_matches('`')));
            tokens[start.at].kind = kind;
        }
        Mend::MissingLet => diagnostics.push(missing_let::new(place, &text[first.range()])),
    }
    let parsed = parser::parse_item(&tokens);
    let mut lowering = Lowering::new(owner, text, &tokens, &parsed, diagnostics);
    lowering.problems();
    match parsed.root() {
        Some(root) => lowering.item(root),
        None => lowering.item.name = start.name(&tokens, text).map(|text| Name { text, range: first.range() }),
    }
    lowering.item.docs = docs::text(text, &tokens, 0);
    if let Definition::Import(import) = &mut lowering.item.definition {
        import.broken = lowering.diagnostics.iter().any(Diagnostic::is_error);
    }
    (lowering.item, lowering.diagnostics)
}

/// One expression, in an item of its own: `Definition::Enforce`.
pub fn lower_expression(owner: Owner, text: &str) -> (Item, Vec<Diagnostic>) {
    let (tokens, _) = lexer::significant(text);
    let parsed = parser::parse_expression(&tokens);
    let mut lowering = Lowering::new(owner, text, &tokens, &parsed, Vec::new());
    lowering.unclosed_brackets();
    lowering.problems();
    let expression = parsed.root().and_then(|root| parsed.children(root).next());
    let expression = match expression {
        Some((id, _)) => lowering.expression(id),
        None => lowering.missing(range(0, text.len())),
    };
    lowering.item.definition = Definition::Enforce(expression);
    (lowering.item, lowering.diagnostics)
}

/// Without what follows from an earlier problem on the same line: a text that is not closed makes nonsense of its line, and so does
/// whatever the parser could make nothing of. Slips that it read past all stay.
fn first_of_each_line(tokens: &[Significant], problems: &[Problem]) -> Vec<Problem> {
    if problems.len() < 2 {
        return problems.to_vec();
    }
    let mut line = 0;
    let lines: Vec<u32> = tokens
        .iter()
        .map(|token| {
            line += u32::from(token.newline);
            line
        })
        .collect();
    let line_of = |problem: &Problem| {
        let at = problem.tokens.0 as usize;
        let at_the_end = matches!(problem.what, What::Unexpected(_)) && tokens.get(at).is_none_or(|token| token.newline);
        let at = if at_the_end { at.saturating_sub(1) } else { at };
        lines.get(at).or(lines.last()).copied().unwrap_or_default()
    };
    let unclosed: Vec<u32> = problems.iter().filter(|problem| problem.what == What::UnclosedString).map(line_of).collect();
    let mut last = None;
    let kept = problems.iter().filter(|problem| {
        let line = line_of(problem);
        match problem.what {
            What::UnclosedString => true,
            what if makes_no_sense(what) => unclosed.binary_search(&line).is_err() && last.replace(line) != Some(line),
            _ => true,
        }
    });
    kept.copied().collect()
}

/// Problems after which the parser is not sure where it is.
fn makes_no_sense(what: What) -> bool {
    matches!(
        what,
        What::Unexpected(_)
            | What::NoLine(_)
            | What::MissingComma
            | What::StrayCloser
            | What::Unclosed
            | What::MissingValue
            | What::MissingElse
    )
}

struct Lowering<'p> {
    owner: Owner,
    text: &'p str,
    tokens: &'p [Significant],
    parsed: &'p Parsed,
    item: Item,
    diagnostics: Vec<Diagnostic>,
}

impl<'p> Lowering<'p> {
    fn new(
        owner: Owner,
        text: &'p str,
        tokens: &'p [Significant],
        parsed: &'p Parsed,
        diagnostics: Vec<Diagnostic>,
    ) -> Lowering<'p> {
        let mut item = Item::new(range(0, text.len()));
        // A block's name becomes an expression, too.
        item.exprs.reserve(parsed.nodes.iter().filter(|node| node.kind.is_expression() || node.kind == Kind::Block).count());
        Lowering { owner, text, tokens, parsed, item, diagnostics }
    }

    /// Turns the parser's problems into diagnostics. At the end of an item with an open bracket there is only one: the bracket.
    fn problems(&mut self) {
        let end = self.tokens.len() as u32;
        let open = if self.parsed.problems.is_empty() { None } else { first_unclosed(self.tokens) };
        // What follows the bracket on its line was read as if it were inside.
        let line = open.map_or(end, |open| {
            let rest = self.tokens[open..].iter().skip(1);
            open as u32 + 1 + rest.take_while(|token| !token.newline).count() as u32
        });
        let follows = |at: u32| at >= end || open.is_some_and(|open| (open as u32 + 1..line).contains(&at));
        let reported = |problem: &&Problem| !(open.is_some() && makes_no_sense(problem.what) && follows(problem.tokens.0));
        let problems: Vec<Problem> = self.parsed.problems.iter().filter(reported).copied().collect();
        for problem in first_of_each_line(self.tokens, &problems) {
            self.diagnostics.push(message::diagnostic(self.owner, self.text, self.tokens, problem));
        }
        for token in self.tokens.iter().filter(|token| token.kind == Kind::Name) {
            let name = &self.text[token.range()];
            if !name.is_ascii() {
                self.diagnostics.push(bad_name::new(self.place(token.range()), name));
            }
        }
    }

    fn unclosed_brackets(&mut self) {
        if let Some(at) = first_unclosed(self.tokens) {
            let problem = Problem::at(at as u32, What::Unclosed);
            self.diagnostics.push(message::diagnostic(self.owner, self.text, self.tokens, problem));
        }
    }

    fn place(&self, range: TextRange) -> Place {
        Place { owner: self.owner, range }
    }

    fn children(&self, node: u32) -> Children<'p> {
        self.parsed.children(node)
    }

    fn child(&self, node: u32, wanted: impl Fn(Kind) -> bool) -> Option<u32> {
        self.children(node).find(|(_, child)| wanted(child.kind)).map(|(id, _)| id)
    }

    /// The bytes of a node. An empty one is at the end of the token before it.
    fn range(&self, node: Node) -> TextRange {
        let (from, to) = (node.tokens.0 as usize, node.tokens.1 as usize);
        if from < to {
            return TextRange::new(TextSize::new(self.tokens[from].start), TextSize::new(self.tokens[to - 1].end));
        }
        let at = TextSize::new(from.checked_sub(1).map_or(0, |before| self.tokens[before].end));
        TextRange::empty(at)
    }

    fn token_text(&self, token: u32) -> &'p str {
        self.tokens.get(token as usize).map_or("", |token| &self.text[token.range()])
    }

    fn token_kind(&self, token: u32) -> Option<Kind> {
        self.tokens.get(token as usize).map(|token| token.kind)
    }

    /// A declared name; `None` where it is missing.
    fn name(&self, id: u32) -> Option<Name> {
        let node = self.parsed.node(id);
        let range = self.range(node);
        (!range.is_empty()).then(|| Name { text: SmolStr::new(&self.text[range]), range })
    }

    /// A declared name, empty where it is missing.
    fn name_or_empty(&self, id: u32) -> Name {
        self.name(id).unwrap_or(Name { text: SmolStr::default(), range: self.range(self.parsed.node(id)) })
    }

    fn docs(&self, node: Node) -> Option<SmolStr> {
        docs::text(self.text, self.tokens, node.tokens.0 as usize)
    }

    fn missing(&mut self, range: TextRange) -> ExprId {
        self.item.add_expr(Expr::Missing, range)
    }

    fn missing_type(&mut self, range: TextRange) -> TypeId {
        self.item.add_type(TypeExpr::Missing, range)
    }

    /// The first expression among a node's children, or a missing one.
    fn expression_in(&mut self, node: u32) -> ExprId {
        match self.child(node, Kind::is_expression) {
            Some(id) => self.expression(id),
            None => {
                let range = TextRange::empty(self.range(self.parsed.node(node)).end());
                self.missing(range)
            }
        }
    }

    /// The first type among a node's children, or a missing one.
    fn type_in(&mut self, node: u32) -> TypeId {
        match self.child(node, Kind::is_type) {
            Some(id) => self.type_expression(id),
            None => {
                let range = TextRange::empty(self.range(self.parsed.node(node)).end());
                self.missing_type(range)
            }
        }
    }
}
