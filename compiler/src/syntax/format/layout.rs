//! Pieces to lines: which brackets are spread, and where each line begins.
//!
//! A new line that was there stays, unless nothing needs it; one is added only where a part of a bracket begins or a bracket ends.

use super::pieces::{Bracket, Comma, Piece, Role, Width};
use crate::syntax::Kind;

/// What a line should not be longer than, in characters.
const WIDEST: usize = 100;
pub const INDENTATION: usize = 2;

/// A line, or several where a text in quotes has some.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// In steps of [`INDENTATION`].
    pub indent: usize,
    pub text: String,
    /// A comment at its end.
    pub comment: Option<String>,
    pub blank_before: bool,
    /// The bracket of which this line is, or begins, a part; `None` of what goes on or closes. Declarations are parts of 0.
    pub part_of: Option<usize>,
    /// Where in `text` the `=` or `=>` of the field or arm stands that the line begins with.
    pub operator: Option<usize>,
}

/// The lines of some pieces.
pub fn lines(pieces: &[Piece], brackets: &[Bracket]) -> Vec<Line> {
    let groups = brackets.iter().map(|bracket| bracket.group + 1).max().unwrap_or(0);
    let mut layout = Layout {
        pieces,
        brackets,
        spread: vec![false; groups],
        frames: vec![Frame { part_of: 0, outer: 0, inner: 0 }],
        lines: Vec::new(),
        first: 0,
    };
    layout.spread_as_written();
    let sums = layout.sums();
    for at in 0..pieces.len() {
        layout.piece(at, &sums);
    }
    layout.lines
}

struct Layout<'p> {
    pieces: &'p [Piece],
    brackets: &'p [Bracket],
    /// Of each group.
    spread: Vec<bool>,
    frames: Vec<Frame>,
    lines: Vec<Line>,
    /// The piece that the current line began with.
    first: usize,
}

/// A bracket that is spread over lines and open; the first is the file.
#[derive(Clone, Copy)]
struct Frame {
    part_of: usize,
    /// Indentation of the line of the opener, and of the closer.
    outer: usize,
    inner: usize,
}

/// Of all pieces before each: their width on one line, and how many must not be on one.
struct Sums {
    width: Vec<usize>,
    breaks: Vec<usize>,
}

impl Layout<'_> {
    fn is_spread(&self, bracket: usize) -> bool {
        let bracket = self.brackets[bracket];
        self.spread[bracket.group] && bracket.closer > bracket.opener + 1
    }

    /// Brackets that were written on several lines stay so.
    fn spread_as_written(&mut self) {
        for bracket in self.brackets {
            self.spread[bracket.group] |= bracket.width == Width::Always;
        }
        for (at, piece) in self.pieces.iter().enumerate() {
            let (Role::Part(bracket) | Role::Beside(bracket) | Role::Closer(bracket)) = piece.role else { continue };
            let pair = self.brackets[bracket];
            let was_broken = piece.newlines > 0 && piece.kind != Kind::Comma && pair.closer > pair.opener + 1;
            let breaks = matches!(piece.kind, Kind::Comment | Kind::DocComment) && at != pair.opener;
            self.spread[pair.group] |= was_broken || breaks;
        }
    }

    fn sums(&self) -> Sums {
        let mut sums = Sums { width: vec![0], breaks: vec![0] };
        let (mut width, mut breaks) = (0, 0);
        for (at, piece) in self.pieces.iter().enumerate() {
            let spread = piece.opens.is_some_and(|bracket| self.is_spread(bracket));
            breaks += usize::from(spread || piece.text.contains('\n') || at > 0 && self.must_break(at) || self.keeps_newline(at));
            if !self.is_gone(piece) {
                width += piece.text.chars().count() + usize::from(!piece.tight);
            }
            sums.width.push(width);
            sums.breaks.push(breaks);
        }
        sums
    }

    /// The comment before a piece ends its line.
    fn must_break(&self, at: usize) -> bool {
        matches!(self.pieces[at - 1].kind, Kind::Comment | Kind::DocComment | Kind::HashComment)
    }

    /// Whether a new line before a piece that is in no place for one stays.
    fn keeps_newline(&self, at: usize) -> bool {
        let piece = &self.pieces[at];
        let after_brace = at > 0 && self.pieces[at - 1].kind == Kind::CloseBrace;
        piece.newlines > 0
            && !matches!(piece.role, Role::Closer(_))
            && match piece.kind {
                Kind::OpenBrace | Kind::Comma => false,
                Kind::ElseKeyword | Kind::WithKeyword => !after_brace,
                _ => true,
            }
    }

    fn piece(&mut self, at: usize, sums: &Sums) {
        let piece = &self.pieces[at];
        if self.is_gone(piece) {
            return;
        }
        if let Role::Closer(bracket) = piece.role
            && self.is_spread(bracket)
        {
            let frame = self.frames.pop();
            self.begin(at, frame.map_or(0, |frame| frame.outer), None);
        } else {
            self.place(at);
        }
        self.write(at);
        if let Comma::AddedOnLines(bracket) = piece.comma
            && self.is_spread(bracket)
        {
            self.line().text.push(',');
        }
        if let Some(bracket) = piece.opens {
            self.spread_if_wide(bracket, sums);
            if self.is_spread(bracket) {
                let outer = self.line().indent;
                self.frames.push(Frame { part_of: bracket + 1, outer, inner: outer + 1 });
            }
        }
    }

    /// Begins a line where the piece begins one.
    fn place(&mut self, at: usize) {
        let piece = &self.pieces[at];
        let Frame { inner, part_of, .. } = self.frames[self.frames.len() - 1];
        let is_comment = matches!(piece.kind, Kind::Comment | Kind::BlockComment | Kind::HashComment);
        let begins = match piece.role {
            _ if at == 0 => true,
            // A comment stays on the line that it was on.
            Role::Top | Role::Part(_) | Role::Beside(_) if is_comment => piece.newlines > 0 || self.must_break(at),
            Role::Top => !self.follows_own_comment(at),
            Role::Part(bracket) => self.is_spread(bracket) && !self.follows_own_comment(at),
            _ => false,
        };
        if begins {
            return self.begin(at, inner, Some(part_of));
        }
        if at > 0 && self.pieces[at - 1].kind == Kind::DocComment {
            let (indent, part_of) = (self.line().indent, self.line().part_of);
            self.begin(at, indent, part_of);
        } else if at > 0 && self.must_break(at) || self.keeps_newline(at) && !is_comment_here(piece) {
            self.begin(at, inner + 1, None);
        }
    }

    /// `/* about it */ part`: both on the line that the comment begins.
    fn follows_own_comment(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| &self.pieces[before]);
        before.is_some_and(|before| before.kind == Kind::BlockComment) && self.pieces[at].newlines == 0 && self.first == at - 1
    }

    fn begin(&mut self, at: usize, indent: usize, part_of: Option<usize>) {
        let piece = &self.pieces[at];
        let after_opener = at > 0 && self.pieces[at - 1].opens.is_some();
        let is_closer = matches!(piece.role, Role::Closer(_));
        let blank_before = at > 0 && piece.newlines > 1 && !after_opener && !is_closer;
        self.lines.push(Line { indent, part_of, blank_before, ..Line::default() });
        self.first = at;
    }

    fn line(&mut self) -> &mut Line {
        if self.lines.is_empty() {
            self.lines.push(Line::default());
        }
        let last = self.lines.len() - 1;
        &mut self.lines[last]
    }

    fn write(&mut self, at: usize) {
        let piece = &self.pieces[at];
        let is_first = self.first == at;
        let aligned = piece.aligned_in == Some(self.first);
        let line = self.line();
        if piece.kind == Kind::Comment && !is_first {
            line.comment = Some(piece.text.trim_end().to_owned());
            return;
        }
        if !is_first && !piece.tight {
            line.text.push(' ');
        }
        if aligned {
            line.operator = Some(line.text.len());
        }
        let is_line_comment = matches!(piece.kind, Kind::Comment | Kind::DocComment);
        line.text.push_str(if is_line_comment { piece.text.trim_end() } else { &piece.text });
    }

    /// Spreads a bracket that was just opened where it, and what clings to its end, do not fit on the line.
    fn spread_if_wide(&mut self, bracket: usize, sums: &Sums) {
        let Bracket { opener, group, width, .. } = self.brackets[bracket];
        if self.spread[group] || width != Width::Fits {
            return;
        }
        let of_group = self.brackets[bracket..].iter().filter(|other| other.group == group);
        let closer = of_group.map(|other| other.closer).max().unwrap_or(opener);
        let column = {
            let line = self.line();
            line.indent * INDENTATION + line.text.rsplit('\n').next().unwrap_or("").chars().count()
        };
        let breaks = sums.breaks[closer + 1] - sums.breaks[opener + 1];
        let rest = sums.width[closer + 1] - sums.width[opener + 1] + self.tail(closer);
        self.spread[group] = breaks == 0 && column + rest > WIDEST;
    }

    /// The width of the commas and closers that follow a closer without a space.
    fn tail(&self, closer: usize) -> usize {
        let clinging = self.pieces[closer + 1..].iter().take_while(|piece| {
            let on_new_line = matches!(piece.role, Role::Closer(bracket) if self.is_spread(bracket));
            piece.tight && !on_new_line
        });
        let added = |piece: &Piece| usize::from(matches!(piece.comma, Comma::AddedOnLines(bracket) if self.is_spread(bracket)));
        let width = |piece: &Piece| if self.is_gone(piece) { 0 } else { piece.text.chars().count() };
        added(&self.pieces[closer]) + clinging.map(|piece| width(piece) + added(piece)).sum::<usize>()
    }

    /// Whether a piece is a comma that nothing needs.
    fn is_gone(&self, piece: &Piece) -> bool {
        match piece.comma {
            Comma::NeedlessOnLines(bracket) => self.is_spread(bracket),
            Comma::NeedlessOnOne(bracket) => piece.kind == Kind::Comma && !self.is_spread(bracket),
            Comma::Kept | Comma::AddedOnLines(_) => false,
        }
    }
}

fn is_comment_here(piece: &Piece) -> bool {
    piece.kind == Kind::BlockComment && piece.newlines == 0
}
