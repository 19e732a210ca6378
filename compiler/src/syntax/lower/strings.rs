//! Strings: escapes resolved, and the common indentation of `"""` removed.

use super::*;
use crate::diagnostics::catalog::unknown_escape;
use crate::hir::StringPart;

/// A piece of a string before its indentation is looked at.
enum Piece<'t> {
    /// As it stands in the source.
    Text(&'t str),
    /// An escape's character: never white space of the layout.
    Character(char),
    Expression(u32),
}

impl<'p> Lowering<'p> {
    pub(super) fn string_parts(&mut self, id: u32, node: Node) -> Vec<StringPart> {
        let opening = self.tokens[node.tokens.0 as usize];
        let pieces = self.pieces(id, node);
        if opening.end - opening.start == 3 {
            return self.block_parts(pieces);
        }
        if let [Piece::Text(text)] = pieces[..] {
            return vec![StringPart::Text(SmolStr::new(text))];
        }
        let mut parts = Parts::default();
        for piece in pieces {
            match piece {
                Piece::Text(text) => parts.text.push_str(text),
                Piece::Character(character) => parts.text.push(character),
                Piece::Expression(inner) => {
                    let expression = self.expression_in(inner);
                    parts.expression(expression);
                }
            }
        }
        parts.finish()
    }

    /// A string where no value can be put in: a URL, a name, a key. Interpolations are reported by leaving them as they are typed.
    pub(super) fn plain_string(&mut self, id: u32) -> Name {
        let node = self.parsed.node(id);
        let range = self.range(node);
        if node.kind != Kind::StringLiteral {
            return Name { text: SmolStr::new(self.text[range].trim_matches('\'')), range };
        }
        let mut text = String::new();
        for part in self.string_parts(id, node) {
            match part {
                StringPart::Text(part) => text.push_str(&part),
                StringPart::Expr(inner) => {
                    let inner = self.item.expr_range(inner);
                    text.push_str(&self.text[inner]);
                }
            }
        }
        Name { text: SmolStr::from(text), range }
    }

    fn pieces(&mut self, id: u32, node: Node) -> Vec<Piece<'p>> {
        let mut pieces = Vec::new();
        let mut interpolations = self.children(id).peekable();
        let mut at = node.tokens.0 + 1;
        while at < node.tokens.1 {
            if let Some((inner, interpolation)) = interpolations.next_if(|(_, inner)| inner.tokens.0 == at) {
                pieces.push(Piece::Expression(inner));
                at = interpolation.tokens.1.max(at + 1);
                continue;
            }
            match self.token_kind(at) {
                Some(Kind::StringText) => pieces.push(Piece::Text(self.token_text(at))),
                Some(Kind::StringEscape) => pieces.push(Piece::Character(self.escape(at))),
                _ => {}
            }
            at += 1;
        }
        pieces
    }

    fn escape(&mut self, token: u32) -> char {
        let text = self.token_text(token);
        let place = self.place(self.tokens[token as usize].range());
        match text {
            "\\n" => '\n',
            "\\t" => '\t',
            "\\\"" => '"',
            "\\\\" => '\\',
            _ => {
                let digits = text.strip_prefix("\\u{").and_then(|rest| rest.strip_suffix('}'));
                let character = digits.filter(|digits| digits.len() <= 6).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                match character.and_then(char::from_u32) {
                    Some(character) => character,
                    None => {
                        self.diagnostics.push(unknown_escape::new(place, text));
                        char::REPLACEMENT_CHARACTER
                    }
                }
            }
        }
    }

    /// The parts of a `"""` string. The line of the opening quotes is dropped if it is empty, that of the closing ones if it is
    /// blank; what white space all other lines begin with is taken off; lines end with `\n`.
    fn block_parts(&mut self, pieces: Vec<Piece<'p>>) -> Vec<StringPart> {
        let mut lines: Vec<Vec<Piece<'p>>> = vec![Vec::new()];
        for piece in pieces {
            let Piece::Text(text) = piece else {
                if let Some(line) = lines.last_mut() {
                    line.push(piece);
                }
                continue;
            };
            for (index, part) in text.split('\n').enumerate() {
                if index > 0 {
                    lines.push(Vec::new());
                }
                if let Some(line) = lines.last_mut() {
                    line.push(Piece::Text(part.strip_suffix('\r').unwrap_or(part)));
                }
            }
        }
        if lines.len() > 1 && lines.last().is_some_and(|line| is_blank(line)) {
            lines.pop();
        }
        let opening_is_empty = lines.len() > 1 && is_blank(&lines[0]) || lines.len() == 1 && lines[0].is_empty();
        let indentation = common_indentation(&lines[1..]);
        let mut parts = Parts::default();
        for (index, line) in lines.into_iter().enumerate() {
            if index == 0 && opening_is_empty {
                continue;
            }
            if index > usize::from(opening_is_empty) {
                parts.text.push('\n');
            }
            let mut to_strip = if index == 0 { 0 } else { indentation };
            for piece in line {
                match piece {
                    Piece::Text(text) => {
                        let cut = to_strip.min(text.len() - text.trim_start_matches([' ', '\t']).len());
                        to_strip -= cut;
                        parts.text.push_str(&text[cut..]);
                    }
                    Piece::Character(character) => parts.text.push(character),
                    Piece::Expression(inner) => {
                        let expression = self.expression_in(inner);
                        parts.expression(expression);
                    }
                }
            }
        }
        parts.finish()
    }
}

fn is_blank(line: &[Piece<'_>]) -> bool {
    line.iter().all(|piece| matches!(piece, Piece::Text(text) if text.trim_matches([' ', '\t']).is_empty()))
}

/// The length of the white space that all lines with text begin with.
fn common_indentation(lines: &[Vec<Piece<'_>>]) -> usize {
    let mut common: Option<String> = None;
    for line in lines.iter().filter(|line| !is_blank(line)) {
        let mut indentation = String::new();
        for piece in line {
            let Piece::Text(text) = piece else { break };
            let rest = text.trim_start_matches([' ', '\t']);
            indentation.push_str(&text[..text.len() - rest.len()]);
            if !rest.is_empty() {
                break;
            }
        }
        common = Some(match common {
            None => indentation,
            Some(common) => common.chars().zip(indentation.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect(),
        });
    }
    common.map_or(0, |common| common.len())
}

/// Parts in the making: text is gathered until an expression comes.
#[derive(Default)]
struct Parts {
    text: String,
    parts: Vec<StringPart>,
}

impl Parts {
    fn expression(&mut self, expression: ExprId) {
        self.flush();
        self.parts.push(StringPart::Expr(expression));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(StringPart::Text(SmolStr::new(&self.text)));
            self.text.clear();
        }
    }

    fn finish(mut self) -> Vec<StringPart> {
        self.flush();
        self.parts
    }
}
