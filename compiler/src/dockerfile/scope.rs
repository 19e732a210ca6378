//! The variables that an instruction sees: build arguments and environment, stage by stage.
//!
//! An environment that comes with a base image is not known here; its variables are [`Value::Unknown`].

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::bases::{self, Base};
use super::expand::{Expanded, Value, expand};
use super::parse::{Dockerfile, Instruction, Keyword};

/// Arguments that BuildKit and kaniko define themselves; they count when an `ARG` names them.
pub(super) const PLATFORM_ARGS: &[&str] = &[
    "BUILDARCH",
    "BUILDOS",
    "BUILDOSVERSION",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "TARGETARCH",
    "TARGETOS",
    "TARGETOSVERSION",
    "TARGETPLATFORM",
    "TARGETSTAGE",
    "TARGETVARIANT",
];

/// Arguments that need no `ARG`.
pub(super) const PROXY_ARGS: &[&str] = &[
    "ALL_PROXY",
    "FTP_PROXY",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "NO_PROXY",
    "all_proxy",
    "ftp_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

type Variables = Arc<BTreeMap<SmolStr, Value>>;

/// What is set at a point of a stage.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Set by `ENV`: a stage that stands on this one has them too.
    environment: Variables,
    /// Set by `ARG`, of this stage only.
    arguments: Variables,
    /// True where the chain of stages ends at an image: it can set anything.
    from_image: bool,
}

impl Scope {
    /// An argument wins over the environment, as in BuildKit and in kaniko since 1.26.
    pub fn lookup(&self, name: &str) -> Value {
        let found = self.arguments.get(name).or_else(|| self.environment.get(name)).cloned();
        found.unwrap_or(if self.from_image { Value::Unknown } else { Value::Unset })
    }

    pub fn expand(&self, word: &str, escape: char) -> Result<Expanded, String> {
        expand(word, escape, &|name| self.lookup(name))
    }
}

/// The scope at the end of each stage, and so at the start of those that stand on it.
pub(super) struct Scopes<'a> {
    dockerfile: &'a Dockerfile,
    args: &'a [(SmolStr, SmolStr)],
    globals: BTreeMap<SmolStr, Value>,
    ends: Vec<Scope>,
}

impl<'a> Scopes<'a> {
    pub fn new(dockerfile: &'a Dockerfile, args: &'a [(SmolStr, SmolStr)]) -> Scopes<'a> {
        let globals = bases::globals(dockerfile, args);
        let mut scopes = Scopes { dockerfile, args, globals, ends: Vec::new() };
        for stage in 0..dockerfile.stages.len() {
            let mut scope = scopes.start(stage);
            for (_, instruction) in dockerfile.body(stage) {
                scopes.apply(&mut scope, instruction);
            }
            scopes.ends.push(scope);
        }
        scopes
    }

    /// What is set right after a stage's `FROM`.
    pub fn start(&self, stage: usize) -> Scope {
        let arguments = Variables::default();
        match self.base(stage) {
            Base::Stage(parent) => match self.ends.get(parent) {
                Some(end) => Scope { arguments, ..end.clone() },
                None => Scope { environment: Variables::default(), arguments, from_image: true },
            },
            base => Scope { environment: Variables::default(), arguments, from_image: base != Base::Scratch },
        }
    }

    /// What a stage stands on.
    pub fn base(&self, stage: usize) -> Base {
        bases::base_in(self.dockerfile, stage, &self.globals)
    }

    /// Goes past an instruction.
    pub fn apply(&self, scope: &mut Scope, instruction: &Instruction) {
        match instruction.keyword {
            Keyword::Env => {
                let before = scope.clone();
                for pair in &instruction.pairs {
                    let value = pair.value.as_ref().map_or("", |word| word.text.as_str());
                    let value = decided(before.expand(value, self.dockerfile.escape));
                    Arc::make_mut(&mut scope.arguments).remove(&pair.name.text);
                    Arc::make_mut(&mut scope.environment).insert(pair.name.text.clone(), value);
                }
            }
            Keyword::Arg => {
                for pair in &instruction.pairs {
                    let given = self.args.iter().find(|(name, _)| *name == pair.name.text);
                    let value = match (given, &pair.value) {
                        (Some((_, value)), _) => Value::Set(value.clone()),
                        (None, Some(default)) => decided(scope.expand(&default.text, self.dockerfile.escape)),
                        (None, None) => match self.globals.get(&pair.name.text) {
                            Some(Value::Unset) | None if PLATFORM_ARGS.contains(&pair.name.text.as_str()) => Value::Unknown,
                            Some(global) => global.clone(),
                            None => Value::Unset,
                        },
                    };
                    // An argument without any value hides no variable of the environment.
                    if value != Value::Unset || !scope.environment.contains_key(&pair.name.text) && !scope.from_image {
                        Arc::make_mut(&mut scope.arguments).insert(pair.name.text.clone(), value);
                    }
                }
            }
            _ => {}
        }
    }
}

fn decided(expanded: Result<Expanded, String>) -> Value {
    match expanded.ok().and_then(Expanded::decided) {
        Some(text) => Value::Set(text.into()),
        None => Value::Unknown,
    }
}
