//! What a build says while it runs: which instruction it is at, what it fetches and pushes, and the error that it ends with.
//!
//! Pure. kaniko writes `time="…" level=info msg="RUN make"` for itself, and what `RUN` lines print as it is.

use std::collections::{BTreeMap, VecDeque};

use compiler::dockerfile::{self, Keyword};
use compiler::text::LineIndex;

use crate::execute::Phase;

/// Lines of each container that a failure shows.
const KEPT: usize = 20;

/// The errors of git that say more than the line after them.
const OF_GIT: [&str; 4] = ["fatal: ", "error: ", "remote: ", "ERROR: "];

#[derive(Clone, Debug)]
pub struct Log {
    instructions: Vec<Instruction>,
    froms: Vec<Instruction>,
    /// Index of the instruction that runs, or ran last.
    at: Option<usize>,
    /// The image that was asked for last.
    retrieving: Option<String>,
    last: BTreeMap<&'static str, VecDeque<String>>,
    errors: BTreeMap<&'static str, String>,
}

/// An instruction of the final Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// From 1.
    pub line: u32,
    pub keyword: Keyword,
    /// On one line, single spaces between its words.
    pub text: String,
}

impl Log {
    pub fn new(text: &str) -> Log {
        let parsed = dockerfile::parse(text);
        let lines = LineIndex::new(text);
        let of = |instruction: &dockerfile::Instruction| {
            let source = text.get(usize::from(instruction.range.start())..usize::from(instruction.range.end()));
            Instruction {
                line: lines.line_column(text, instruction.range.start()).line,
                keyword: instruction.keyword,
                text: on_one_line(source.unwrap_or_default(), parsed.escape),
            }
        };
        let (mut instructions, mut froms) = (Vec::new(), Vec::new());
        for (index, instruction) in parsed.instructions.iter().enumerate() {
            match instruction.keyword {
                Keyword::From => froms.push(of(instruction)),
                _ if parsed.global_args.contains(&index) => {}
                _ => instructions.push(of(instruction)),
            }
        }
        Log { instructions, froms, at: None, retrieving: None, last: BTreeMap::new(), errors: BTreeMap::new() }
    }

    /// Reads one line of a container: what to show of it, and where the build is now, where the line says so.
    pub fn read(&mut self, container: &'static str, line: &str) -> (String, Option<Phase>) {
        let (own, message) = message(line);
        let message = message.trim_end().to_owned();
        let last = self.last.entry(container).or_default();
        if !message.is_empty() {
            last.push_back(message.clone());
        }
        if last.len() > KEPT {
            last.pop_front();
        }
        self.error(container, &message);
        let phase = match container {
            "build" if own => self.of_kaniko(&message),
            "push" if own && message.starts_with("Pushing image to ") => Some(Phase::Pushing { bytes: None }),
            _ => None,
        };
        (message, phase)
    }

    /// The instruction that runs, or ran last.
    pub fn instruction(&self) -> Option<&Instruction> {
        self.instructions.get(self.at?)
    }

    /// The `FROM` of the image that was asked for last, else the first.
    pub fn from(&self) -> Option<&Instruction> {
        let asked = self.retrieving.as_deref().and_then(|image| self.froms.iter().find(|from| from.text.contains(image)));
        asked.or(self.froms.first())
    }

    /// The image that was asked for last.
    pub fn retrieving(&self) -> Option<&str> {
        self.retrieving.as_deref()
    }

    /// The first instruction that copies this file.
    pub fn copying(&self, file: &str) -> Option<&Instruction> {
        let copies = |each: &&Instruction| matches!(each.keyword, Keyword::Copy | Keyword::Add) && each.text.contains(file);
        self.instructions.iter().find(copies)
    }

    /// What a container ended with, in its words; empty where it said nothing.
    pub fn ended_with(&self, container: &str) -> &str {
        self.errors
            .get(container)
            .map_or_else(|| self.last.get(container).and_then(VecDeque::back).map_or("", String::as_str), String::as_str)
    }

    /// The last lines of a container, up to its error.
    pub fn tail(&self, container: &str) -> Vec<String> {
        let lines = self.last.get(container).into_iter().flatten().cloned();
        // A command line that was refused is explained at length.
        lines.take_while(|line| line != "Usage:").collect()
    }

    fn error(&mut self, container: &'static str, message: &str) {
        let is_error = match container {
            "source" => OF_GIT.iter().any(|start| message.starts_with(start)) || message.starts_with("coderc: "),
            _ => ["error ", "Error: ", "kaniko should only"].iter().any(|start| message.starts_with(start)),
        };
        if is_error {
            // What git said and what became of it belong together.
            let text = match self.errors.get(container) {
                Some(before) if container == "source" && message.starts_with("coderc: ") => format!("{message}: {before}"),
                _ => message.to_owned(),
            };
            self.errors.insert(container, text);
        }
    }

    fn of_kaniko(&mut self, message: &str) -> Option<Phase> {
        if let Some(image) = message.strip_prefix("Retrieving image manifest ") {
            self.retrieving = Some(image.to_owned());
            return Some(Phase::Fetching { what: image.to_owned() });
        }
        if message.starts_with("Unpacking rootfs") {
            return Some(Phase::Fetching { what: "the base's files".to_owned() });
        }
        let index = self.find(message)?;
        self.at = Some(index);
        let instruction = self.instructions[index].text.clone();
        Some(Phase::Step { number: index as u32 + 1, of: self.instructions.len() as u32, instruction })
    }

    /// kaniko says each instruction as it begins it, in the order of the file; stages that nothing needs are left out.
    fn find(&self, message: &str) -> Option<usize> {
        let said = on_one_line(message, '\\');
        let keyword = Keyword::of(said.split(' ').next()?);
        if keyword == Keyword::Unknown || said.split(' ').next()? != said.split(' ').next()?.to_ascii_uppercase() {
            return None;
        }
        let start = self.at.map_or(0, |at| at + 1);
        let later = || self.instructions.iter().enumerate().skip(start);
        let same = |instruction: &Instruction| instruction.text.starts_with(&said) || said.starts_with(&instruction.text);
        let exact = later().find(|(_, instruction)| same(instruction));
        exact.or_else(|| later().find(|(_, instruction)| instruction.keyword == keyword)).map(|(index, _)| index)
    }
}

/// The text of a line, and whether kaniko itself speaks.
fn message(line: &str) -> (bool, String) {
    let line = without_colour(line);
    if line.starts_with("time=")
        && line.contains(" level=")
        && let Some((_, message)) = line.split_once(" msg=")
    {
        return (true, unquoted(message));
    }
    for level in ["INFO", "WARN", "ERRO", "DEBU", "FATA"] {
        if let Some((_, message)) =
            line.strip_prefix(level).filter(|rest| rest.starts_with('[')).and_then(|rest| rest.split_once("] "))
        {
            return (true, message.to_owned());
        }
    }
    (false, line)
}

/// As Go's `%q` quotes.
fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"') else { return text.to_owned() };
    let (mut plain, mut characters) = (String::new(), inner.chars());
    while let Some(character) = characters.next() {
        match character {
            '"' => break,
            '\\' => match characters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => {}
                Some(other) => plain.push(other),
                None => break,
            },
            other => plain.push(other),
        }
    }
    plain
}

fn without_colour(line: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(line.len()), line);
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain.push_str(before);
        rest = after.split_once(|end: char| end.is_ascii_alphabetic()).map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

fn on_one_line(text: &str, escape: char) -> String {
    let mut words = Vec::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        words.extend(line.trim_end().trim_end_matches(escape).split_whitespace());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCKERFILE: &str = "ARG V=1\nFROM debian@sha256:aa AS one\nRUN apt-get update && \\\n    apt-get install -y git\n\
        FROM acme/base@sha256:bb\nUSER root\nCOPY <<'E' /tmp/coder/image.json\n{}\nE\nRUN touch /tmp/coder/test3.txt\n";

    fn info(text: &str) -> String {
        format!("time=\"2026-11-22T10:00:00Z\" level=info msg={text:?}")
    }

    #[test]
    fn steps_are_counted_over_all_stages() {
        let mut log = Log::new(DOCKERFILE);
        let (_, phase) = log.read("build", &info("Retrieving image manifest debian@sha256:aa"));
        assert_eq!(phase, Some(Phase::Fetching { what: "debian@sha256:aa".into() }));
        assert_eq!(log.from().map(|from| from.line), Some(2));
        let (shown, phase) = log.read("build", &info("RUN apt-get update &&     apt-get install -y git"));
        assert_eq!(shown, "RUN apt-get update &&     apt-get install -y git");
        let instruction = "RUN apt-get update && apt-get install -y git".to_owned();
        assert_eq!(phase, Some(Phase::Step { number: 1, of: 4, instruction }));
        log.read("build", &info("Running: [/bin/sh -c apt-get update]"));
        log.read("build", "RUN is a word of this output too");
        assert_eq!(log.instruction().map(|at| at.line), Some(3));
        log.read("build", &info("USER root"));
        log.read("build", &info("Cmd: USER"));
        log.read("build", &info("COPY <<'E' /tmp/coder/image.json"));
        let (_, phase) = log.read("build", "\x1b[36mINFO\x1b[0m[0004] RUN touch /tmp/coder/test3.txt");
        assert!(matches!(phase, Some(Phase::Step { number: 4, of: 4, .. })), "{phase:?}");
        assert_eq!(log.instruction().map(|at| at.line), Some(10));
    }

    #[test]
    fn what_it_ended_with_is_kept_with_the_lines_before() {
        let mut log = Log::new(DOCKERFILE);
        for number in 0..40 {
            log.read("build", &format!("line {number}"));
        }
        let error =
            "error building image: error building stage: failed to execute command: waiting for process to exit: exit status 100";
        log.read("build", error);
        log.read("build", &info("registry connections: 3"));
        assert_eq!(log.ended_with("build"), error);
        assert_eq!(log.tail("build").len(), KEPT);
        log.read("push", "Error: pushing image: failed to push to destination r/x:1: DENIED: no");
        log.read("push", "Usage:");
        log.read("push", "  executor push <path> [flags]");
        assert_eq!(log.tail("push").len(), 1);
    }

    #[test]
    fn git_says_why_and_the_script_what() {
        let mut log = Log::new("FROM scratch\n");
        log.read("source", "remote: Repository not found.");
        log.read("source", "fatal: could not read Username for 'https://github.com': terminal prompts disabled");
        log.read("source", "coderc: cannot fetch https://github.com/acme/tools");
        let ended = log.ended_with("source");
        assert!(ended.starts_with("coderc: cannot fetch") && ended.contains("could not read Username"), "{ended}");
    }

    #[test]
    fn quotes_of_go_are_read() {
        assert_eq!(message(r#"time="x" level=info msg="RUN echo \"a\\b\"""#), (true, r#"RUN echo "a\b""#.to_owned()));
        assert_eq!(message("time=\"x\" level=info msg=Done"), (true, "Done".to_owned()));
    }
}
