//! One entry of `personalize`: Dockerfile instructions that become the last layers of an environment's own image.
//!
//! They run as root, on the template's image, with no context but the project's assets. What they say is parsed as a
//! Dockerfile; what cannot stand there is reported at the entry.

use super::check::diagnostic_of;
use super::parse::{Form, Instruction, Keyword, parse};
use super::{bases, heredoc};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::{
    heredoc_differs, ignored_flag, ignored_instruction, personalize_instruction, unsupported_instruction,
};
use crate::text::{Place, TextRange, TextSize};

/// What is wrong with one entry. `place` is the entry's literal; `literal` is its source text, where it is at hand: when the
/// entry stands in it as it is, mistakes are pointed at exactly and fixes are offered.
pub fn check_line(line: &str, place: Place, literal: Option<&str>) -> Vec<Diagnostic> {
    let parsed = parse(line);
    let exact = literal.and_then(|literal| literal.find(line)).filter(|_| !line.is_empty());
    let entry = Entry { place, offset: exact.map(|at| TextSize::new(at as u32)) };
    if parsed.instructions.is_empty() && parsed.problems.is_empty() {
        return vec![personalize_instruction::empty(place)];
    }
    let mut found: Vec<Diagnostic> = Vec::new();
    for (index, instruction) in parsed.instructions.iter().enumerate() {
        if let Some(diagnostic) = refused(&entry, instruction) {
            found.push(diagnostic);
        } else if let Some(problem) = parsed.problems.iter().find(|problem| problem.instruction == index) {
            let mut diagnostic = diagnostic_of(problem, entry.at(problem.range));
            if entry.offset.is_none() {
                diagnostic.fixes.clear();
            }
            found.push(diagnostic);
        } else if instruction.open.is_some() {
            found.push(personalize_instruction::continued(entry.at(instruction.range)));
        } else {
            found.extend(dropped(&entry, instruction, line));
        }
    }
    if found.is_empty() {
        found.extend(parsed.problems.iter().map(|problem| diagnostic_of(problem, entry.at(problem.range))).take(1));
    }
    found
}

struct Entry {
    place: Place,
    /// Where in the literal the entry's text begins.
    offset: Option<TextSize>,
}

impl Entry {
    /// A range of the entry's text, or the whole literal.
    fn at(&self, range: TextRange) -> Place {
        match self.offset.map(|offset| range + offset + self.place.range.start()) {
            Some(range) if self.place.range.contains_range(range) => self.place.at(range),
            _ => self.place,
        }
    }
}

/// An instruction that cannot stand in an entry.
fn refused(entry: &Entry, instruction: &Instruction) -> Option<Diagnostic> {
    match instruction.keyword {
        Keyword::From => Some(personalize_instruction::from(entry.at(instruction.name.range))),
        Keyword::Copy | Keyword::Add => {
            if let Some(from) = instruction.flag("from") {
                let value = from.value.as_deref().unwrap_or_default();
                let is_stage = !value.is_empty() && bases::is_index(value);
                return is_stage.then(|| personalize_instruction::stage(entry.at(from.range), value));
            }
            let (_, words) = instruction.words.split_last()?;
            let local = words.iter().find(|word| {
                let is_heredoc = instruction.form == Form::Shell && heredoc::mark(&word.text, 0).is_some();
                let is_remote = instruction.keyword == Keyword::Add && word.text.contains("://");
                !is_heredoc && !is_remote
            })?;
            let name = instruction.name.text.to_ascii_uppercase();
            Some(personalize_instruction::context(entry.at(local.range), &name, &local.text))
        }
        Keyword::Run => {
            let bind =
                bases::mounts(instruction).into_iter().find(|mount| mount.kind() == "bind" && mount.field("from").is_none())?;
            let source = bind.field("source").or_else(|| bind.field("src")).unwrap_or(".");
            Some(personalize_instruction::context(entry.at(bind.range), "RUN --mount=type=bind", source))
        }
        _ => None,
    }
}

/// What kaniko leaves out of an instruction, or cannot run.
fn dropped(entry: &Entry, instruction: &Instruction, line: &str) -> Option<Diagnostic> {
    match instruction.keyword {
        Keyword::Maintainer => {
            let mut diagnostic = ignored_instruction::maintainer(entry.at(instruction.range), &instruction.rest.text);
            // Its fix has double quotes, which the literal may not hold.
            diagnostic.fixes.clear();
            Some(diagnostic)
        }
        Keyword::Run => {
            for mount in bases::mounts(instruction) {
                match mount.kind().as_str() {
                    "ssh" => return Some(unsupported_instruction::ssh(entry.at(mount.range))),
                    "bind" => {
                        let from = mount.field("from").unwrap_or_default();
                        return Some(unsupported_instruction::bind_from(entry.at(mount.range), from));
                    }
                    "tmpfs" => return Some(ignored_flag::tmpfs(entry.at(mount.range))),
                    _ => {}
                }
            }
            let [heredoc] = instruction.heredocs.as_slice() else { return None };
            let mark = &line[usize::from(heredoc.mark.start())..usize::from(heredoc.mark.end())];
            let is_script = heredoc.mark == instruction.rest.range;
            let runs = instruction.rest.text == format!("<<{}", heredoc.name);
            (is_script && !runs).then(|| {
                let mut diagnostic = heredoc_differs::not_run(entry.at(heredoc.mark), mark, "/bin/sh");
                if entry.offset.is_none() {
                    diagnostic.fixes.clear();
                }
                diagnostic
            })
        }
        _ => None,
    }
}
