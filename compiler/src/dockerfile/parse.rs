//! The parser: a Dockerfile's text to instructions and stages, each word with its range in the file.
//!
//! Total: whatever is wrong is a [`Problem`] beside the instructions that could be read. Substitutes no variable and knows
//! neither context nor builder.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::lines::{Joined, Line, continued, is_comment, lines};
use super::words::{self, Json, Piece};
use super::{grammar, heredoc};
use crate::text::{TextRange, range};

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dockerfile {
    /// The escape character: `\`, or `` ` `` after `# escape`.
    pub escape: char,
    /// `# syntax=…`, if there is one.
    pub syntax: Option<Word>,
    /// Indices of the `ARG` instructions before the first `FROM`.
    pub global_args: Vec<usize>,
    pub stages: Vec<Stage>,
    /// In the order of the file.
    pub instructions: Vec<Instruction>,
    /// In the order of the file.
    pub problems: Vec<Problem>,
    /// The stages of each name, in order.
    names: BTreeMap<SmolStr, Vec<usize>>,
}

/// A text and where it stands; the text is that of the logical line, so continuations in the range are not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub text: SmolStr,
    pub range: TextRange,
}

/// A build stage: a `FROM` and what follows it up to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// In lower case, as it is compared.
    pub name: Option<Word>,
    /// What `FROM` names, variables in place; see [`super::bases::base`].
    pub base: Word,
    /// The index of its `FROM`.
    pub from: usize,
    /// Indices of its instructions, `FROM` not among them.
    pub body: std::ops::Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub keyword: Keyword,
    /// The keyword as typed.
    pub name: Word,
    /// From the keyword to the end of its last line, heredocs included; without the line ending.
    pub range: TextRange,
    pub flags: Vec<Flag>,
    /// Everything after the flags, as one text.
    pub rest: Word,
    pub form: Form,
    /// The arguments: of a list, a JSON array or `HEALTHCHECK` one each, of a shell command or `USER` the whole text.
    pub words: Vec<Word>,
    /// The names and values of `ARG`, `ENV` and `LABEL`, quotes in place.
    pub pairs: Vec<Pair>,
    pub heredocs: Vec<Heredoc>,
    /// The instruction that `ONBUILD` holds.
    pub trigger: Option<Box<Instruction>>,
    /// The escape character at the very end of the file that would continue this instruction if anything followed.
    pub open: Option<TextRange>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Shell,
    Json,
}

/// `--name` or `--name=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    pub name: SmolStr,
    pub value: Option<SmolStr>,
    pub range: TextRange,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    pub name: Word,
    pub value: Option<Word>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The terminator, without quotes.
    pub name: SmolStr,
    /// The mark: `<<EOF`.
    pub mark: TextRange,
    pub expand: bool,
    pub chomp: bool,
    /// The lines between, with their endings.
    pub body: TextRange,
}

/// Something that is wrong with the text alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub range: TextRange,
    /// The index of the instruction it belongs to.
    pub instruction: usize,
    pub kind: ProblemKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    Syntax {
        message: String,
        help: Option<String>,
        /// What to write in place of the range, where only one thing can be meant.
        instead: Option<String>,
    },
    UnknownInstruction {
        name: SmolStr,
    },
}

macro_rules! keywords {
    ($($keyword:ident $text:literal),* $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Keyword {
            $($keyword,)*
            Unknown,
        }

        impl Keyword {
            /// Every keyword, in upper case.
            pub const ALL: &[&str] = &[$($text),*];

            /// The keyword of this name, in any case.
            pub fn of(name: &str) -> Keyword {
                match name.to_ascii_uppercase().as_str() {
                    $($text => Keyword::$keyword,)*
                    _ => Keyword::Unknown,
                }
            }
        }
    };
}

keywords! {
    Add "ADD", Arg "ARG", Cmd "CMD", Copy "COPY", Entrypoint "ENTRYPOINT", Env "ENV", Expose "EXPOSE", From "FROM",
    Healthcheck "HEALTHCHECK", Label "LABEL", Maintainer "MAINTAINER", Onbuild "ONBUILD", Run "RUN", Shell "SHELL",
    Stopsignal "STOPSIGNAL", User "USER", Volume "VOLUME", Workdir "WORKDIR",
}

/// The longest line that BuildKit's parser, and so kaniko, reads.
const LONGEST_LINE: usize = 65_535;

/// Parses any text.
pub fn parse(text: &str) -> Dockerfile {
    let mut parser =
        Parser { text, lines: lines(text), at: 0, escape: '\\', syntax: None, instructions: Vec::new(), problems: Vec::new() };
    parser.directives();
    while parser.at < parser.lines.len() {
        parser.instruction();
    }
    if let Some(line) = parser.lines.iter().find(|line| line.end - line.start > LONGEST_LINE) {
        let message =
            format!("a line of a Dockerfile holds at most {LONGEST_LINE} bytes, this one has {}", line.end - line.start);
        let help = Some("continue it on further lines, or copy the content from a file".to_owned());
        let start = range(line.start, line.start);
        let kind = ProblemKind::Syntax { message, help, instead: None };
        parser.problems.push(Problem { range: start, instruction: usize::MAX, kind });
    }
    parser.problems.sort_by_key(|problem| problem.range.start());
    let Parser { escape, syntax, instructions, problems, .. } = parser;
    let (global_args, stages) = stages(&instructions);
    let mut names = BTreeMap::<SmolStr, Vec<usize>>::new();
    for (index, stage) in stages.iter().enumerate() {
        if let Some(name) = &stage.name {
            names.entry(name.text.clone()).or_default().push(index);
        }
    }
    Dockerfile { escape, syntax, global_args, stages, instructions, problems, names }
}

impl Dockerfile {
    /// The stage that an image of this target is: the named one, or the last.
    pub fn target(&self, target: Option<&str>) -> Option<usize> {
        match target {
            None => self.stages.len().checked_sub(1),
            Some(name) => self.stage(name),
        }
    }

    /// The last stage of this name, in any case.
    pub fn stage(&self, name: &str) -> Option<usize> {
        self.names.get(name.to_lowercase().as_str())?.last().copied()
    }

    /// The last stage of this name before stage `before`.
    pub fn earlier_stage(&self, name: &str, before: usize) -> Option<usize> {
        let named = self.names.get(name.to_lowercase().as_str())?;
        named[..named.partition_point(|stage| *stage < before)].last().copied()
    }

    /// The instructions of a stage with their indices, `FROM` not among them.
    pub fn body(&self, stage: usize) -> impl DoubleEndedIterator<Item = (usize, &Instruction)> {
        let body = self.stages[stage].body.clone();
        body.clone().zip(&self.instructions[body])
    }
}

impl Instruction {
    /// The first flag of this name.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name == name)
    }
}

impl Flag {
    /// The range of its value; the flag's own when it has none.
    pub fn value_range(&self) -> TextRange {
        let skipped = self.name.len() + "--=".len();
        match self.value {
            Some(_) if usize::from(self.range.len()) >= skipped => {
                range(usize::from(self.range.start()) + skipped, self.range.end().into())
            }
            _ => self.range,
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    lines: Vec<Line>,
    /// The next line to read.
    at: usize,
    escape: char,
    syntax: Option<Word>,
    instructions: Vec<Instruction>,
    problems: Vec<Problem>,
}

impl<'a> Parser<'a> {
    fn line(&self, line: Line) -> &'a str {
        &self.text[line.start..line.end]
    }

    fn syntax_problem(&mut self, range: TextRange, message: impl Into<String>, help: Option<&str>) {
        let kind = ProblemKind::Syntax { message: message.into(), help: help.map(str::to_owned), instead: None };
        self.problems.push(Problem { range, instruction: self.instructions.len(), kind });
    }

    /// `# name=value` lines at the very top; the first line of any other kind ends them.
    fn directives(&mut self) {
        let mut seen: Vec<String> = Vec::new();
        while let Some(line) = self.lines.get(self.at).copied() {
            let Some((name, value)) = directive(self.line(line)) else { return };
            let name = name.to_ascii_lowercase();
            let end = line.start + self.line(line).trim_end().len();
            let value_range = range(end - value.len(), end);
            if seen.contains(&name) {
                self.syntax_problem(value_range, format!("`# {name}` stands twice"), Some("keep one of them"));
            } else if name == "escape" {
                match value {
                    "\\" | "`" => self.escape = value.chars().next().unwrap_or('\\'),
                    _ => {
                        let message = format!("the escape character is `\\` or a backquote, not `{value}`");
                        self.syntax_problem(value_range, message, None);
                    }
                }
            } else if name == "syntax" {
                self.syntax = Some(Word { text: value.into(), range: value_range });
            }
            seen.push(name);
            self.at += 1;
        }
    }

    /// Skips what is no instruction, then reads one with its continuations and heredocs.
    fn instruction(&mut self) {
        let line = self.lines[self.at];
        self.at += 1;
        let source = self.line(line);
        if source.trim().is_empty() || is_comment(source) {
            return;
        }
        let indent = source.len() - source.trim_start().len();
        let mut joined = Joined::default();
        let (mut last, mut open) = self.piece(&mut joined, line, indent);
        while open.is_some() && self.at < self.lines.len() {
            let line = self.lines[self.at];
            self.at += 1;
            if !is_comment(self.line(line)) && !self.line(line).trim().is_empty() {
                (last, open) = self.piece(&mut joined, line, 0);
            }
        }
        if joined.text.trim().is_empty() {
            self.syntax_problem(range(line.start + indent, line.end), "this line is continued, but no instruction follows", None);
            return;
        }
        let mut instruction = self.logical(&joined, 0);
        instruction.open = open;
        let end = self.heredocs(&mut instruction, &joined).unwrap_or(last);
        instruction.range = range(instruction.range.start().into(), end.max(instruction.range.end().into()));
        grammar::check(&instruction, self.instructions.len(), &mut self.problems);
        self.instructions.push(instruction);
    }

    /// Adds a line to the logical one. Gives the end of what it added, and the escape that continues it.
    fn piece(&self, joined: &mut Joined, line: Line, indent: usize) -> (usize, Option<TextRange>) {
        let source = &self.line(line)[indent..];
        let start = line.start + indent;
        match continued(source, self.escape) {
            Some(kept) => {
                joined.push(start, &source[..kept]);
                (start + kept, Some(range(start + kept, start + kept + self.escape.len_utf8())))
            }
            None => {
                joined.push(start, source);
                (line.end, None)
            }
        }
    }

    /// The instruction of a logical line from byte `start`. Its heredocs are not read yet.
    fn logical(&mut self, joined: &Joined, start: usize) -> Instruction {
        let line = joined.text.as_str();
        let (start, end) = words::trimmed(line, start, line.len());
        let name_end = line[start..end].find(words::is_separator).map_or(end, |at| start + at);
        let word = |piece: &Piece| Word { text: piece.text.as_str().into(), range: joined.range(piece.start, piece.end) };
        let part = |start: usize, end: usize| Word { text: line[start..end].into(), range: joined.range(start, end) };
        let keyword = Keyword::of(&line[start..name_end]);
        let (flags, arguments) = words::flags(&line[..end], name_end, self.escape);
        let (from, to) = words::trimmed(line, arguments.min(end), end);
        let mut instruction = Instruction {
            keyword,
            name: part(start, name_end),
            range: joined.range(start, end),
            flags: flags.iter().map(|piece| flag(piece, joined.range(piece.start, piece.end))).collect(),
            rest: part(from, to),
            form: Form::Shell,
            words: Vec::new(),
            pairs: Vec::new(),
            heredocs: Vec::new(),
            trigger: None,
            open: None,
        };
        let whole = || if from == to { Vec::new() } else { vec![part(from, to)] };
        match keyword {
            Keyword::From | Keyword::Expose => instruction.words = words::list(line, from, to).iter().map(word).collect(),
            Keyword::Add
            | Keyword::Copy
            | Keyword::Volume
            | Keyword::Run
            | Keyword::Cmd
            | Keyword::Entrypoint
            | Keyword::Shell => match words::json(line, from, to) {
                Json::Words(pieces) => {
                    instruction.form = Form::Json;
                    instruction.words = pieces.iter().map(word).collect();
                }
                Json::NotStrings => {
                    let message = "a JSON array of arguments holds strings only";
                    self.syntax_problem(joined.range(from, to), message, Some("put each argument in double quotes"));
                }
                Json::None if matches!(keyword, Keyword::Add | Keyword::Copy | Keyword::Volume) => {
                    instruction.words = words::list(line, from, to).iter().map(word).collect();
                }
                Json::None => instruction.words = whole(),
            },
            Keyword::Arg | Keyword::Env | Keyword::Label => {
                let pieces = words::quoted(line, from, to, self.escape);
                let spaced = keyword != Keyword::Arg && pieces.first().is_some_and(|piece| !piece.text.contains('='));
                instruction.pairs = match pieces.first() {
                    // The old form, `ENV name value with spaces`.
                    Some(first) if spaced => {
                        let (value, end) = words::trimmed(line, first.end, to);
                        vec![Pair { name: word(first), value: (value < end).then(|| part(value, end)) }]
                    }
                    _ => pieces.iter().map(|piece| pair(piece, joined)).collect(),
                };
            }
            Keyword::Healthcheck => {
                let typ = line[from..to].find(char::is_whitespace).map_or(to, |at| from + at);
                let (command, end) = words::trimmed(line, typ, to);
                instruction.words = if from == typ { Vec::new() } else { vec![part(from, typ)] };
                if command < end {
                    match words::json(line, command, end) {
                        Json::Words(pieces) => {
                            instruction.form = Form::Json;
                            instruction.words.extend(pieces.iter().map(word));
                        }
                        _ => instruction.words.push(part(command, end)),
                    }
                }
            }
            Keyword::Onbuild => {
                let inner = line[from..to].split(words::is_separator).next().unwrap_or_default();
                // Chains are refused by the grammar, and never followed.
                if from < to && Keyword::of(inner) != Keyword::Onbuild {
                    instruction.trigger = Some(Box::new(self.logical(joined, from)));
                }
                instruction.words = whole();
            }
            Keyword::Maintainer | Keyword::Stopsignal | Keyword::User | Keyword::Workdir => instruction.words = whole(),
            Keyword::Unknown => {}
        }
        instruction
    }

    /// Reads the bodies that the logical line announces. Gives the end of the last one's terminator.
    fn heredocs(&mut self, instruction: &mut Instruction, joined: &Joined) -> Option<usize> {
        let holder = match &mut instruction.trigger {
            Some(trigger) => trigger.as_mut(),
            None => instruction,
        };
        if !matches!(holder.keyword, Keyword::Add | Keyword::Copy | Keyword::Run) || holder.form == Form::Json {
            return None;
        }
        let mut end = None;
        for mark in heredoc::marks(&joined.text) {
            let at = joined.range(mark.start, mark.end);
            let start = self.lines.get(self.at).map_or(self.text.len(), |line| line.start);
            let mut heredoc = Heredoc {
                name: mark.name.as_str().into(),
                mark: at,
                expand: mark.expand,
                chomp: mark.chomp,
                body: range(start, start),
            };
            let terminator = self.lines[self.at..].iter().position(|line| {
                let line = &self.text[line.start..line.end];
                let line = if mark.chomp { line.trim_start_matches('\t') } else { line };
                line == mark.name
            });
            match terminator {
                Some(count) => {
                    let line = self.lines[self.at + count];
                    heredoc.body = range(start, line.start);
                    end = Some(line.end);
                    self.at += count + 1;
                }
                None => {
                    let message = format!("this heredoc never ends: no line is `{}`", mark.name);
                    let help = format!("end it with a line that holds `{}` and nothing else", mark.name);
                    self.syntax_problem(at, message, Some(&help));
                    heredoc.body = range(start, self.text.len());
                    end = Some(self.text.len());
                    self.at = self.lines.len();
                }
            }
            holder.heredocs.push(heredoc);
        }
        end
    }
}

/// The name and value of a directive line; `None` for any other line.
fn directive(line: &str) -> Option<(&str, &str)> {
    let comment = line.trim_start().strip_prefix('#')?.trim_start();
    let (name, value) = comment.split_once('=')?;
    let (name, value) = (name.trim_end(), value.trim());
    let known = ["escape", "syntax", "check"].iter().any(|known| name.eq_ignore_ascii_case(known));
    (known && !value.is_empty()).then_some((name, value))
}

fn flag(piece: &Piece, range: TextRange) -> Flag {
    let text = piece.text.strip_prefix("--").unwrap_or(&piece.text);
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value.into())));
    Flag { name: name.into(), value, range }
}

fn pair(piece: &Piece, joined: &Joined) -> Pair {
    let part = |start: usize, end: usize| Word {
        text: piece.text[start - piece.start..end - piece.start].into(),
        range: joined.range(start, end),
    };
    match piece.text.find('=') {
        Some(at) => {
            let equals = piece.start + at;
            Pair { name: part(piece.start, equals), value: Some(part(equals + 1, piece.end)) }
        }
        None => Pair { name: part(piece.start, piece.end), value: None },
    }
}

/// The `ARG`s before the first `FROM`, and the stages.
fn stages(instructions: &[Instruction]) -> (Vec<usize>, Vec<Stage>) {
    let (mut global_args, mut stages) = (Vec::new(), Vec::<Stage>::new());
    for (index, instruction) in instructions.iter().enumerate() {
        if instruction.keyword == Keyword::From {
            let end = instruction.rest.range.end();
            let empty = || Word { text: SmolStr::default(), range: TextRange::empty(end) };
            let named = |word: &Word| Word { text: word.text.to_lowercase().into(), range: word.range };
            let is_named = instruction.words.len() == 3 && instruction.words[1].text.eq_ignore_ascii_case("as");
            stages.push(Stage {
                name: is_named.then(|| named(&instruction.words[2])),
                base: instruction.words.first().cloned().unwrap_or_else(empty),
                from: index,
                body: index + 1..index + 1,
            });
        } else if let Some(stage) = stages.last_mut() {
            stage.body.end = index + 1;
        } else if instruction.keyword == Keyword::Arg {
            global_args.push(index);
        }
    }
    (global_args, stages)
}
