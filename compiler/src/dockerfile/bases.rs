//! What stages stand on and copy from: other stages, images, nothing.
//!
//! References stay as written, variables replaced; resolving them to digests is the plan's.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::expand::{Value, expand};
use super::parse::{Dockerfile, Instruction, Keyword};
use crate::text::{TextRange, range};

/// What a `FROM` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    Scratch,
    /// An earlier stage.
    Stage(usize),
    /// An image reference.
    Image(String),
    /// No reference comes out: `variables` have no value, or `problem` is wrong with a substitution.
    Undecided {
        variables: Vec<SmolStr>,
        problem: Option<String>,
    },
}

/// An image that a build needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUse {
    /// With variables replaced, not normalised.
    pub reference: String,
    /// Where it stands as written.
    pub range: TextRange,
    /// The stage that uses it.
    pub stage: usize,
    /// True for the image that the target stage stands on at last: its user, environment and layers are inherited.
    pub is_final_root: bool,
}

/// What stage `stage` stands on, given the build arguments.
pub fn base(dockerfile: &Dockerfile, stage: usize, args: &[(SmolStr, SmolStr)]) -> Base {
    base_in(dockerfile, stage, &globals(dockerfile, args))
}

/// The images that a build of the target needs, in the order of the file: those of `FROM`, of `COPY --from` and of
/// `RUN --mount=from`. What is undecided is left out, [`super::check::check`] reports it; so is a target that is no stage.
pub fn bases(dockerfile: &Dockerfile, args: &[(SmolStr, SmolStr)], target: Option<&str>) -> Vec<BaseUse> {
    let Some(target) = dockerfile.target(target) else { return Vec::new() };
    let globals = globals(dockerfile, args);
    let root = root_in(dockerfile, target, &globals);
    let mut uses = Vec::new();
    for stage in reachable(dockerfile, args, target) {
        if let Base::Image(reference) = base_in(dockerfile, stage, &globals) {
            let range = dockerfile.stages[stage].base.range;
            uses.push(BaseUse { reference, range, stage, is_final_root: stage == root });
        }
        for (_, instruction) in dockerfile.body(stage) {
            for (from, range) in sources(instruction) {
                if copied_stage(dockerfile, stage, &from).is_none() && !from.contains('$') && !is_index(&from) {
                    uses.push(BaseUse { reference: from.into(), range, stage, is_final_root: false });
                }
            }
        }
    }
    uses
}

/// The stages that a build of `target` needs, in order.
pub fn reachable(dockerfile: &Dockerfile, args: &[(SmolStr, SmolStr)], target: usize) -> Vec<usize> {
    let globals = globals(dockerfile, args);
    let (mut found, mut open) = (BTreeSet::new(), vec![target]);
    while let Some(stage) = open.pop() {
        if !found.insert(stage) {
            continue;
        }
        if let Base::Stage(parent) = base_in(dockerfile, stage, &globals) {
            open.push(parent);
        }
        let sources = dockerfile.body(stage).flat_map(|(_, instruction)| sources(instruction));
        open.extend(sources.filter_map(|(from, _)| copied_stage(dockerfile, stage, &from)));
    }
    found.into_iter().collect()
}

/// The stage at the root of `stage`'s chain of `FROM`s, itself included: the one that stands on no other stage.
pub fn root(dockerfile: &Dockerfile, stage: usize, args: &[(SmolStr, SmolStr)]) -> usize {
    root_in(dockerfile, stage, &globals(dockerfile, args))
}

fn root_in(dockerfile: &Dockerfile, mut stage: usize, globals: &BTreeMap<SmolStr, Value>) -> usize {
    while let Base::Stage(parent) = base_in(dockerfile, stage, globals) {
        stage = parent;
    }
    stage
}

/// The values of the arguments before the first `FROM`.
pub(super) fn globals(dockerfile: &Dockerfile, args: &[(SmolStr, SmolStr)]) -> BTreeMap<SmolStr, Value> {
    let mut globals = BTreeMap::<SmolStr, Value>::new();
    for pair in dockerfile.global_args.iter().flat_map(|index| &dockerfile.instructions[*index].pairs) {
        let given = args.iter().find(|(name, value)| *name == pair.name.text && !value.is_empty());
        let value = match (given, &pair.value) {
            (Some((_, value)), _) => Value::Set(value.clone()),
            (None, None) => Value::Unset,
            (None, Some(default)) => {
                let lookup = |name: &str| globals.get(name).cloned().unwrap_or(Value::Unset);
                match expand(&default.text, dockerfile.escape, &lookup).ok().and_then(|expanded| expanded.decided()) {
                    Some(text) => Value::Set(text.into()),
                    None => Value::Unknown,
                }
            }
        };
        globals.insert(pair.name.text.clone(), value);
    }
    globals
}

pub(super) fn base_in(dockerfile: &Dockerfile, stage: usize, globals: &BTreeMap<SmolStr, Value>) -> Base {
    let word = &dockerfile.stages[stage].base.text;
    let lookup = |name: &str| globals.get(name).cloned().unwrap_or(Value::Unset);
    let expanded = match expand(word, dockerfile.escape, &lookup) {
        Ok(expanded) => expanded,
        Err(problem) => return Base::Undecided { variables: Vec::new(), problem: Some(problem) },
    };
    if !expanded.unknown.is_empty() || !expanded.unset.is_empty() {
        let variables = expanded.unknown.into_iter().chain(expanded.unset).collect();
        return Base::Undecided { variables, problem: None };
    }
    match dockerfile.earlier_stage(&expanded.text, stage) {
        Some(earlier) => Base::Stage(earlier),
        None if expanded.text == "scratch" => Base::Scratch,
        None => Base::Image(expanded.text),
    }
}

/// What an instruction copies or mounts from, other than the context, and where that is written.
pub(super) fn sources(instruction: &Instruction) -> Vec<(SmolStr, TextRange)> {
    let instruction = instruction.trigger.as_deref().unwrap_or(instruction);
    match instruction.keyword {
        Keyword::Copy => {
            let from = instruction.flag("from");
            from.and_then(|flag| Some((flag.value.clone()?, flag.value_range())))
                .filter(|(from, _)| !from.is_empty())
                .into_iter()
                .collect()
        }
        Keyword::Run => mounts(instruction)
            .into_iter()
            .filter_map(|mount| Some((mount.field("from")?.into(), mount.field_range("from"))))
            .filter(|(from, _): &(SmolStr, _)| !from.is_empty() && from != "context")
            .collect(),
        _ => Vec::new(),
    }
}

/// The stage that `--from` names, by name or by number; `None` for an image.
pub(super) fn copied_stage(dockerfile: &Dockerfile, stage: usize, from: &str) -> Option<usize> {
    match from.parse::<usize>() {
        Ok(index) => (index < dockerfile.stages.len() && index != stage).then_some(index),
        Err(_) => dockerfile.stage(from).filter(|found| *found != stage),
    }
}

pub(super) fn is_index(from: &str) -> bool {
    !from.is_empty() && from.bytes().all(|byte| byte.is_ascii_digit())
}

/// One `--mount` of a `RUN`.
pub(super) struct Mount<'a> {
    pub value: &'a str,
    pub range: TextRange,
    /// Where the value starts in the file; `None` when quotes or continuations make that uncertain.
    start: Option<usize>,
}

impl Mount<'_> {
    /// The value of the last field of this name; the empty text for a field without a value.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.find(name).map(|(_, value)| value)
    }

    /// Where that value stands; the whole flag where it cannot be told.
    pub fn field_range(&self, name: &str) -> TextRange {
        match (self.start, self.find(name)) {
            (Some(start), Some((at, value))) => range(start + at, start + at + value.len()),
            _ => self.range,
        }
    }

    /// `bind` unless it says otherwise.
    pub fn kind(&self) -> String {
        self.field("type").unwrap_or("bind").to_ascii_lowercase()
    }

    /// A field's value, and its offset in the value of the flag.
    fn find(&self, name: &str) -> Option<(usize, &str)> {
        let (mut at, mut found) = (0, None);
        for field in self.value.split(',') {
            let (key, value) = field.split_once('=').unwrap_or((field, ""));
            if key.eq_ignore_ascii_case(name) {
                found = Some((at + field.len() - value.len(), value));
            }
            at += field.len() + 1;
        }
        found
    }
}

/// The mounts of a `RUN`.
pub(super) fn mounts(instruction: &Instruction) -> Vec<Mount<'_>> {
    let flags = instruction.flags.iter().filter(|flag| flag.name == "mount");
    flags
        .filter_map(|flag| {
            let value = flag.value.as_deref()?;
            let exact = usize::from(flag.range.len()) == "--mount=".len() + value.len();
            Some(Mount { value, range: flag.range, start: exact.then(|| usize::from(flag.range.start()) + "--mount=".len()) })
        })
        .collect()
}
