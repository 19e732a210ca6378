//! The rules of each instruction that its text alone can break: flags, arity, forms, names.
//!
//! What depends on the context, on other stages or on the builder is not looked at here. Each rule is one at which BuildKit's
//! frontend, and so kaniko, refuses the file.

use super::heredoc;
use super::parse::{Flag, Form, Instruction, Keyword, Problem, ProblemKind};
use crate::diagnostics::nearest;
use crate::text::TextRange;

/// Adds what is wrong with an instruction, the `index`th of its file.
pub(super) fn check(instruction: &Instruction, index: usize, problems: &mut Vec<Problem>) {
    let mut report = Report { index, problems };
    report.instruction(instruction);
}

struct Report<'a> {
    index: usize,
    problems: &'a mut Vec<Problem>,
}

/// What a flag takes.
#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Text,
    Bool,
    /// A text, any number of times.
    Texts,
}

/// The flags that BuildKit knows.
fn flags_of(keyword: Keyword) -> &'static [(&'static str, Takes)] {
    match keyword {
        Keyword::Add => &[
            ("checksum", Takes::Text),
            ("chmod", Takes::Text),
            ("chown", Takes::Text),
            ("exclude", Takes::Texts),
            ("keep-git-dir", Takes::Bool),
            ("link", Takes::Bool),
            ("unpack", Takes::Bool),
        ],
        Keyword::Copy => &[
            ("chmod", Takes::Text),
            ("chown", Takes::Text),
            ("exclude", Takes::Texts),
            ("from", Takes::Text),
            ("link", Takes::Bool),
            ("parents", Takes::Bool),
        ],
        Keyword::From => &[("platform", Takes::Text)],
        Keyword::Healthcheck => &[
            ("interval", Takes::Text),
            ("retries", Takes::Text),
            ("start-interval", Takes::Text),
            ("start-period", Takes::Text),
            ("timeout", Takes::Text),
        ],
        Keyword::Run => &[("device", Takes::Texts), ("mount", Takes::Texts), ("network", Takes::Text), ("security", Takes::Text)],
        _ => &[],
    }
}

impl Report<'_> {
    fn add(&mut self, range: TextRange, message: impl Into<String>, help: Option<String>, instead: Option<String>) {
        let kind = ProblemKind::Syntax { message: message.into(), help, instead };
        self.problems.push(Problem { range, instruction: self.index, kind });
    }

    fn syntax(&mut self, range: TextRange, message: impl Into<String>, help: &str) {
        self.add(range, message, Some(help.to_owned()), None);
    }

    fn instruction(&mut self, instruction: &Instruction) {
        let name = instruction.name.text.to_ascii_uppercase();
        let head = instruction.name.range;
        if instruction.keyword == Keyword::Unknown {
            let kind = ProblemKind::UnknownInstruction { name: instruction.name.text.clone() };
            self.problems.push(Problem { range: head, instruction: self.index, kind });
            return;
        }
        let before = self.problems.len();
        self.flags(instruction, &name);
        if self.problems.len() > before {
            return;
        }
        let count = instruction.words.len();
        match instruction.keyword {
            Keyword::From => self.from(instruction),
            Keyword::Add | Keyword::Copy => self.copy(instruction, &name),
            Keyword::Arg | Keyword::Env | Keyword::Label => self.pairs(instruction, &name),
            Keyword::Shell if instruction.form != Form::Json && instruction.rest.text.starts_with('[') => {
                self.syntax(instruction.rest.range, "this is no JSON array of strings", "write `SHELL [\"/bin/bash\", \"-c\"]`");
            }
            Keyword::Shell if instruction.form != Form::Json || count == 0 => {
                self.syntax(head, "`SHELL` takes a JSON array of strings", "write `SHELL [\"/bin/bash\", \"-c\"]`");
            }
            Keyword::Healthcheck => self.healthcheck(instruction),
            Keyword::Onbuild => self.onbuild(instruction),
            Keyword::Volume if instruction.words.iter().any(|word| word.text.trim().is_empty()) => {
                self.syntax(instruction.rest.range, "a volume's path is empty", "name a path");
            }
            Keyword::Run if instruction.rest.text.is_empty() => {
                self.syntax(head, "`RUN` needs a command", "write it after `RUN`, or remove the line");
            }
            Keyword::Expose | Keyword::Volume | Keyword::User | Keyword::Workdir | Keyword::Stopsignal | Keyword::Maintainer
                if count == 0 =>
            {
                self.syntax(head, format!("`{name}` needs an argument"), "write it after the instruction, or remove the line");
            }
            Keyword::Run => self.mounts(instruction),
            _ => {}
        }
    }

    fn flags(&mut self, instruction: &Instruction, name: &str) {
        let known = flags_of(instruction.keyword);
        let mut seen: Vec<&str> = Vec::new();
        for flag in &instruction.flags {
            let Some((_, takes)) = known.iter().find(|(known, _)| *known == flag.name) else {
                self.unknown_flag(flag, name, known);
                continue;
            };
            match (takes, flag.value.as_deref()) {
                (Takes::Bool, None) => {}
                (Takes::Bool, Some(value)) if value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false") => {}
                (Takes::Bool, Some(_)) => {
                    self.syntax(flag.range, format!("`--{}` is `true` or `false`", flag.name), "leave the value out")
                }
                (_, None) => {
                    let message = format!("`--{}` needs a value", flag.name);
                    self.add(flag.range, message, Some(format!("write `--{}=…`", flag.name)), None);
                }
                _ => {}
            }
            if *takes != Takes::Texts && seen.contains(&flag.name.as_str()) {
                self.syntax(flag.range, format!("`--{}` stands twice", flag.name), "keep one of them");
            }
            seen.push(&flag.name);
        }
    }

    fn unknown_flag(&mut self, flag: &Flag, name: &str, known: &[(&str, Takes)]) {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let message = format!("`{name}` has no flag `--{}`", flag.name);
        match nearest::nearest(&flag.name, names.iter().copied()) {
            Some(near) => {
                let value = flag.value.as_ref().map(|value| format!("={value}")).unwrap_or_default();
                self.add(flag.range, message, Some(format!("did you mean `--{near}`?")), Some(format!("--{near}{value}")));
            }
            None if names.is_empty() => self.add(flag.range, message, Some("it takes no flags".to_owned()), None),
            None => {
                let flags: Vec<String> = names.iter().map(|name| format!("--{name}")).collect();
                self.add(flag.range, message, Some(format!("its flags are {}", nearest::list(&flags))), None);
            }
        }
    }

    fn from(&mut self, instruction: &Instruction) {
        let words = &instruction.words;
        match words.as_slice() {
            [] => self.syntax(instruction.name.range, "`FROM` needs an image", "write `FROM image` or `FROM image AS name`"),
            [_] => {}
            [_, word, name] if word.text.eq_ignore_ascii_case("as") => {
                let lower = name.text.to_lowercase();
                let valid = lower.starts_with(|c: char| c.is_ascii_lowercase())
                    && lower.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.'));
                if !valid {
                    let help = "it starts with a letter and holds letters, digits, `-`, `_` and `.`";
                    self.syntax(name.range, format!("`{}` is no name for a stage", name.text), help);
                }
            }
            [_, rest @ ..] => {
                let range = rest[0].range.cover(rest[rest.len() - 1].range);
                self.syntax(range, "after the image, `FROM` takes `AS name` and nothing else", "write `FROM image AS name`");
            }
        }
    }

    fn copy(&mut self, instruction: &Instruction, name: &str) {
        match instruction.words.as_slice() {
            [] => self.syntax(instruction.name.range, format!("`{name}` needs a source and a destination"), "add both"),
            [only] => self.syntax(
                only.range,
                format!("`{name}` needs a source and a destination, this is one argument"),
                "add the other",
            ),
            [.., last] if instruction.form == Form::Shell && heredoc::mark(&last.text, 0).is_some() => {
                self.syntax(last.range, "a heredoc is a source, it cannot be the destination", "write the destination after it");
            }
            _ => {}
        }
    }

    fn pairs(&mut self, instruction: &Instruction, name: &str) {
        if instruction.pairs.is_empty() {
            let form = if instruction.keyword == Keyword::Arg { "NAME` or `NAME=value" } else { "NAME=value" };
            self.syntax(instruction.name.range, format!("`{name}` needs a name"), &format!("write `{name} {form}`"));
        }
        for pair in &instruction.pairs {
            if pair.name.text.is_empty() {
                self.syntax(pair.name.range, "the name before `=` is missing", "write `NAME=value`");
            } else if pair.value.is_none() && instruction.keyword != Keyword::Arg {
                let message = format!("`{}` has no value", pair.name.text);
                self.syntax(pair.name.range, message, &format!("write `{name} {}=value`", pair.name.text));
            }
        }
    }

    fn healthcheck(&mut self, instruction: &Instruction) {
        let head = instruction.name.range;
        let Some(kind) = instruction.words.first() else {
            return self.syntax(head, "`HEALTHCHECK` needs `CMD` or `NONE`", "write `HEALTHCHECK CMD command`");
        };
        let arguments = instruction.words.len() - 1;
        match kind.text.to_ascii_uppercase().as_str() {
            "NONE" if arguments > 0 => self.syntax(kind.range, "`HEALTHCHECK NONE` takes no arguments", "remove them"),
            "NONE" => {}
            "CMD" if arguments == 0 => self.syntax(kind.range, "`HEALTHCHECK CMD` needs a command", "write it after `CMD`"),
            "CMD" => {}
            _ => self.syntax(
                kind.range,
                format!("a health check is `CMD` or `NONE`, not `{}`", kind.text),
                "write `HEALTHCHECK CMD command`",
            ),
        }
    }

    fn onbuild(&mut self, instruction: &Instruction) {
        match &instruction.trigger {
            None if instruction.words.is_empty() => {
                self.syntax(instruction.name.range, "`ONBUILD` needs an instruction", "write it after `ONBUILD`");
            }
            None => self.syntax(instruction.rest.range, "`ONBUILD` cannot hold another `ONBUILD`", "write it once"),
            Some(trigger) if matches!(trigger.keyword, Keyword::From | Keyword::Maintainer) => {
                let message = format!("`ONBUILD` cannot hold `{}`", trigger.name.text.to_ascii_uppercase());
                self.syntax(trigger.name.range, message, "remove the line");
            }
            Some(trigger) => self.instruction(trigger),
        }
    }

    fn mounts(&mut self, instruction: &Instruction) {
        for flag in instruction.flags.iter().filter(|flag| flag.name == "mount") {
            for field in flag.value.as_deref().unwrap_or_default().split(',') {
                let (key, value) = field.split_once('=').map_or((field, None), |(key, value)| (key, Some(value)));
                let key = key.to_ascii_lowercase();
                if !MOUNT_KEYS.contains(&key.as_str()) {
                    let help = match nearest::nearest(&key, MOUNT_KEYS.iter().copied()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("its options are {}", nearest::list(MOUNT_KEYS)),
                    };
                    self.add(flag.range, format!("a mount has no option `{key}`"), Some(help), None);
                } else if let ("type", Some(value)) = (key.as_str(), value)
                    && !value.contains('$')
                    && !MOUNT_TYPES.contains(&value.to_ascii_lowercase().as_str())
                {
                    let help = format!("a mount's type is one of {}", nearest::list(MOUNT_TYPES));
                    self.add(flag.range, format!("a mount has no type `{value}`"), Some(help), None);
                }
            }
        }
    }
}

const MOUNT_TYPES: &[&str] = &["bind", "cache", "secret", "ssh", "tmpfs"];

const MOUNT_KEYS: &[&str] = &[
    "type",
    "source",
    "target",
    "id",
    "from",
    "src",
    "dst",
    "destination",
    "readonly",
    "ro",
    "readwrite",
    "rw",
    "required",
    "size",
    "sharing",
    "mode",
    "uid",
    "gid",
    "env",
];
