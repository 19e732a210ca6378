//! Tokens to a compact tree: chumsky over the kinds of one item's tokens, a file per family of rules.
//!
//! A rule is a function that returns a chumsky parser; rules that contain themselves go through [`rule`], which also counts how
//! deep they are. A rule's effects are what it appends to the state ([`Parsing`]): finished nodes, children before parents, and
//! problems. Both are cut back when chumsky rewinds. Nothing here reads text.

mod expressions;
mod items;
mod look;
mod members;
mod operators;
mod problem;
mod recovery;
mod rules;
mod type_expressions;

use chumsky::error::EmptyErr;
use chumsky::input::{Checkpoint, Cursor, InputRef};
use chumsky::inspector::Inspector;
use chumsky::prelude::*;

pub use problem::{Expected, Problem, What};

use super::kind::Kind;
use super::lexer::Significant;

/// How deep a tree may be.
pub const DEEPEST: u16 = 256;

/// A finished node. The children of node `n` are the chain that starts at `first` and goes on by `next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    pub kind: Kind,
    /// 1 for a leaf.
    pub height: u16,
    /// The tokens it covers, by index; the second one is past the end.
    pub tokens: (u32, u32),
    /// How many nodes it is, itself included: these lie right before it.
    size: u32,
    first: u32,
    next: u32,
}

/// What one parse made. The root is the last node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    pub nodes: Vec<Node>,
    pub problems: Vec<Problem>,
}

const NOTHING: u32 = u32::MAX;

impl Parsed {
    pub fn root(&self) -> Option<u32> {
        (self.nodes.len() as u32).checked_sub(1)
    }

    pub fn node(&self, node: u32) -> Node {
        self.nodes[node as usize]
    }

    /// The children of a node, in order.
    pub fn children(&self, node: u32) -> Children<'_> {
        Children { parsed: self, at: self.nodes[node as usize].first }
    }
}

#[derive(Clone)]
pub struct Children<'p> {
    parsed: &'p Parsed,
    at: u32,
}

impl Iterator for Children<'_> {
    type Item = (u32, Node);

    fn next(&mut self) -> Option<(u32, Node)> {
        let node = *self.parsed.nodes.get(self.at as usize)?;
        Some((std::mem::replace(&mut self.at, node.next), node))
    }
}

/// Parses one item.
pub fn parse_item(tokens: &[Significant]) -> Parsed {
    parse(tokens, items::item)
}

/// Parses one expression, with nothing around it.
pub fn parse_expression(tokens: &[Significant]) -> Parsed {
    parse(tokens, items::lone_expression)
}

fn parse(tokens: &[Significant], start: Rule) -> Parsed {
    let kinds: Vec<Kind> = tokens.iter().map(|token| token.kind).collect();
    let mut state = Parsing::new(tokens);
    let parsed = rule(start).parse_with_state(&kinds[..], &mut state);
    let Parsing { nodes, mut problems, too_deep, .. } = state;
    if let Some(at) = too_deep {
        // The rest of the item is not looked at: one diagnostic, and an item without content.
        return Parsed { nodes: Vec::new(), problems: vec![Problem::at(at, What::TooDeep)] };
    }
    debug_assert!(parsed.has_output(), "every item is parsed, whatever it holds");
    problems.sort_by_key(|problem| problem.tokens.0);
    Parsed { nodes, problems }
}

type Input<'t> = &'t [Kind];
type Extra<'t> = extra::Full<EmptyErr, Parsing<'t>, ()>;
type Reader<'t, 'p> = InputRef<'t, 'p, Input<'t>, Extra<'t>>;
type Outcome = Result<(), EmptyErr>;
type Rule = for<'t, 'p> fn(&mut Reader<'t, 'p>) -> Outcome;

/// Any parser of this grammar: what it makes is in the state.
trait Grammar<'t, O = ()>: Parser<'t, Input<'t>, O, Extra<'t>> + Clone {}

impl<'t, O, P: Parser<'t, Input<'t>, O, Extra<'t>> + Clone> Grammar<'t, O> for P {}

/// The state of a parse.
struct Parsing<'t> {
    tokens: &'t [Significant],
    nodes: Vec<Node>,
    problems: Vec<Problem>,
    /// The furthest token that no rule could take, and what the rules wanted there. Not rewound.
    furthest: (u32, Expected),
    depth: u16,
    /// Set once: everything fails from then on. Not rewound.
    too_deep: Option<u32>,
}

impl<'t> Parsing<'t> {
    fn new(tokens: &'t [Significant]) -> Parsing<'t> {
        let nodes = Vec::with_capacity(tokens.len());
        Parsing { tokens, nodes, problems: Vec::new(), furthest: (0, Expected::default()), depth: 0, too_deep: None }
    }

    fn token(&self, at: usize) -> Option<&'t Significant> {
        self.tokens.get(at)
    }

    fn want(&mut self, at: usize, kind: Kind) {
        let at = at as u32;
        if self.furthest.0 < at {
            self.furthest = (at, Expected::default());
        }
        if self.furthest.0 == at {
            self.furthest.1.insert(kind);
        }
    }

    /// Finishes a node over the nodes made since there were `nodes` of them, and the tokens from `from` to `to`.
    fn finish(&mut self, kind: Kind, nodes: usize, from: usize, to: usize) -> bool {
        let (mut next, mut height, mut child) = (NOTHING, 0, self.nodes.len());
        while child > nodes {
            child -= 1;
            let node = &mut self.nodes[child];
            node.next = next;
            height = height.max(node.height);
            next = child as u32;
            child -= node.size as usize - 1;
        }
        if height >= DEEPEST {
            self.too_deep.get_or_insert(to.saturating_sub(1) as u32);
            return false;
        }
        let size = (self.nodes.len() - nodes) as u32 + 1;
        let tokens = (from as u32, to as u32);
        self.nodes.push(Node { kind, height: height + 1, tokens, size, first: next, next: NOTHING });
        true
    }
}

/// What chumsky cuts back to.
#[derive(Clone, Copy)]
struct Before {
    nodes: usize,
    problems: usize,
}

impl<'t> Inspector<'t, Input<'t>> for Parsing<'t> {
    type Checkpoint = Before;

    #[inline(always)]
    fn on_token(&mut self, _: &Kind) {}

    #[inline(always)]
    fn on_save<'p>(&self, _: &Cursor<'t, 'p, Input<'t>>) -> Before {
        Before { nodes: self.nodes.len(), problems: self.problems.len() }
    }

    #[inline(always)]
    fn on_rewind<'p>(&mut self, marker: &Checkpoint<'t, 'p, Input<'t>, Before>) {
        self.nodes.truncate(marker.inspector().nodes);
        self.problems.truncate(marker.inspector().problems);
    }
}

/// A rule that may contain itself. Past the deepest level it fails, and so does everything around it.
fn rule<'t>(run: Rule) -> impl Grammar<'t> {
    custom(move |input: &mut Reader<'t, '_>| {
        let at = position(input);
        let state = input.state();
        if state.depth >= DEEPEST * 2 {
            state.too_deep.get_or_insert(at as u32);
        }
        if state.too_deep.is_some() {
            return Err(EmptyErr::default());
        }
        state.depth += 1;
        // Every so often through `recursive`, which sees to it that the stack is large enough.
        let outcome = if input.state().depth % 16 == 0 { input.parse(recursive(|_| custom(run))) } else { run(input) };
        input.state().depth -= 1;
        outcome
    })
}

/// A node of this kind around what `parser` takes.
fn node<'t, O>(kind: Kind, parser: impl Grammar<'t, O>) -> impl Grammar<'t> {
    custom(move |input: &mut Reader<'t, '_>| {
        let start = Start::here(input);
        input.parse(&parser)?;
        start.finish(input, kind)
    })
}

/// Where a node starts, for nodes whose kind shows only later.
#[derive(Clone, Copy)]
struct Start {
    nodes: usize,
    token: usize,
}

impl Start {
    #[inline]
    fn here(input: &mut Reader<'_, '_>) -> Start {
        Start { token: position(input), nodes: input.state().nodes.len() }
    }

    #[inline]
    fn finish(self, input: &mut Reader<'_, '_>, kind: Kind) -> Outcome {
        let to = position(input);
        if input.state().finish(kind, self.nodes, self.token, to) { Ok(()) } else { Err(EmptyErr::default()) }
    }
}

/// Takes one token of this kind.
fn token<'t>(kind: Kind) -> impl Grammar<'t> + Copy {
    custom(move |input: &mut Reader<'t, '_>| take(input, kind))
}

#[inline]
fn take(input: &mut Reader<'_, '_>, kind: Kind) -> Outcome {
    if input.peek() == Some(kind) {
        input.skip();
        return Ok(());
    }
    wanted(input, kind)
}

/// Fails, having wanted `kind` here.
#[cold]
fn wanted(input: &mut Reader<'_, '_>, kind: Kind) -> Outcome {
    let at = position(input);
    input.state().want(at, kind);
    Err(EmptyErr::default())
}

/// A name, keywords included: what a declaration, a field or a parameter is called.
fn declared_name<'t>() -> impl Grammar<'t> + Copy {
    custom(|input: &mut Reader<'t, '_>| {
        let start = Start::here(input);
        match input.peek() {
            Some(kind) if kind.is_word() || kind == Kind::Underscore => {
                input.skip();
                start.finish(input, Kind::DeclaredName)
            }
            _ => wanted(input, Kind::Name),
        }
    })
}

/// An empty node: something that should stand here and does not.
fn absent<'t>(kind: Kind) -> impl Grammar<'t> + Copy {
    custom(move |input: &mut Reader<'t, '_>| Start::here(input).finish(input, kind))
}

/// Adds a problem over these tokens, unless one was already reported at the first.
fn problem(input: &mut Reader<'_, '_>, from: usize, to: usize, what: What) {
    let (from, to) = (from as u32, to as u32);
    let problems = &mut input.state().problems;
    if problems.iter().rev().take(4).all(|earlier| earlier.tokens.0 != from) {
        problems.push(Problem { tokens: (from, to), what });
    }
}

/// Whether lines between braces end here: at the brace, at the end, or where the interpolation around them ends.
fn at_end_of_lines(input: &mut Reader<'_, '_>) -> bool {
    matches!(input.peek(), None | Some(Kind::CloseBrace | Kind::InterpolationEnd)) || input.state().too_deep.is_some()
}

/// Reports and takes a `)` or `]` that closes nothing between these braces.
fn stray_closer(input: &mut Reader<'_, '_>) -> bool {
    let stray = matches!(input.peek(), Some(Kind::CloseParen | Kind::CloseBracket));
    if stray {
        let at = position(input);
        problem(input, at, at + 1, What::StrayCloser);
        input.skip();
    }
    stray
}

#[inline]
fn position(input: &mut Reader<'_, '_>) -> usize {
    *input.cursor().inner()
}

/// The kind of the `ahead`th token from here.
#[inline]
fn kind_at(input: &mut Reader<'_, '_>, ahead: usize) -> Option<Kind> {
    let at = position(input) + ahead;
    input.state().token(at).map(|token| token.kind)
}

/// Whether a new line stands before the `ahead`th token from here.
#[inline]
fn newline_at(input: &mut Reader<'_, '_>, ahead: usize) -> bool {
    let at = position(input) + ahead;
    input.state().token(at).is_some_and(|token| token.newline)
}
