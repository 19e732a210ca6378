//! What is wrong with an image's Dockerfile, as diagnostics.
//!
//! What is wrong in the `.coder` file (a target that is no stage, an argument that nothing declares) is reported there, with a
//! label in the Dockerfile; what is wrong in the Dockerfile is reported in it, with a label at the image's declaration, and
//! [`in_declaration`] turns such a diagnostic around. Errors are where a build would fail, warnings where it would differ.

mod builder;
mod sources;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::bases::{self, Base};
use super::ignore::Ignore;
use super::parse::{Dockerfile, Instruction, Keyword, Problem, ProblemKind};
use super::scope::{PLATFORM_ARGS, PROXY_ARGS, Scopes};
use super::{Context, reference};
use crate::diagnostics::catalog::{
    dockerfile_syntax, dockerignore_pattern, missing_from, undecided_base, unknown_build_argument, unknown_instruction,
    unknown_stage,
};
use crate::diagnostics::{Diagnostic, Label};
use crate::text::{Owner, Place, TextRange};

/// An image and the files that it is built of.
pub struct Request<'a> {
    pub dockerfile: &'a Dockerfile,
    pub text: &'a str,
    /// The Dockerfile, as a file.
    pub owner: Owner,
    pub target: Option<(&'a str, Place)>,
    /// Build arguments: name, value, place of the value.
    pub args: &'a [(SmolStr, SmolStr, Place)],
    /// `linux/amd64`, …
    pub platforms: &'a [SmolStr],
    /// The ids of the build secrets that the image declares.
    pub secrets: &'a [SmolStr],
    /// The listing of the context, before `.dockerignore`.
    pub context: &'a Context,
    pub ignore: &'a Ignore,
    /// Where the `.coder` file declares the image.
    pub image_place: Place,
}

/// Everything that is wrong, in the order of the files.
pub fn check(request: &Request<'_>) -> Vec<Diagnostic> {
    let mut check = Check { request, filtered: OnceCell::new(), diagnostics: Vec::new() };
    let args: Vec<(SmolStr, SmolStr)> = request.args.iter().map(|(name, value, _)| (name.clone(), value.clone())).collect();
    let broken = check.problems();
    if broken.is_some() {
        check.outside_stages();
    }
    let Some(broken) = broken.filter(|_| !request.dockerfile.stages.is_empty()) else { return check.diagnostics };
    let target = check.target();
    check.arguments();
    let scopes = Scopes::new(request.dockerfile, &args);
    for stage in bases::reachable(request.dockerfile, &args, target) {
        check.stage(stage, &scopes, &broken);
    }
    builder::frontend(&mut check);
    check.diagnostics
}

/// What is wrong with an ignore file. `owner` is that file.
pub fn check_ignore(ignore: &Ignore, owner: Owner, image_place: Place) -> Vec<Diagnostic> {
    let problems = ignore.problems.iter();
    problems
        .map(|(range, pattern)| {
            dockerignore_pattern::new(Place { owner, range: *range }, pattern).label(image_place, "of this image's context")
        })
        .collect()
}

/// The same diagnostic at the image's declaration, with a label where it was; one that is in a `.coder` file already stays.
pub fn in_declaration(mut diagnostic: Diagnostic, image_place: Place) -> Diagnostic {
    let Some(place) = diagnostic.place.filter(|place| matches!(place.owner, Owner::File(_))) else { return diagnostic };
    diagnostic.labels.retain(|label| label.place != image_place);
    let message = if diagnostic.caption.is_empty() { "here".to_owned() } else { std::mem::take(&mut diagnostic.caption) };
    diagnostic.labels.insert(0, Label { place, message });
    diagnostic.place = Some(image_place);
    diagnostic
}

struct Check<'a> {
    request: &'a Request<'a>,
    /// The context as the build sees it, made when something is first looked for.
    filtered: OnceCell<Context>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Check<'a> {
    fn place(&self, range: TextRange) -> Place {
        Place { owner: self.request.owner, range }
    }

    /// Adds what is wrong in the Dockerfile.
    fn add(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic.label(self.request.image_place, "this image is built of it"));
    }

    /// Reports what parsing found. Gives the instructions that it concerns, so that nothing else is said of them; `None` where
    /// it leaves open which stages there are.
    fn problems(&mut self) -> Option<BTreeSet<usize>> {
        let mut broken = Some(BTreeSet::new());
        for problem in &self.request.dockerfile.problems {
            self.add(diagnostic_of(problem, self.place(problem.range)));
            let instruction = self.request.dockerfile.instructions.get(problem.instruction);
            let unclear = instruction.is_none_or(|instruction| matches!(instruction.keyword, Keyword::From | Keyword::Unknown));
            broken = broken.filter(|_| !unclear);
            if let Some(broken) = &mut broken {
                broken.insert(problem.instruction);
            }
        }
        // A file without any stage has one mistake, the first that was found.
        if self.request.dockerfile.stages.is_empty() && !self.diagnostics.is_empty() {
            self.diagnostics.truncate(1);
        }
        broken.filter(|_| self.diagnostics.is_empty() || !self.request.dockerfile.stages.is_empty())
    }

    /// Instructions before the first `FROM`, and a file without one.
    fn outside_stages(&mut self) {
        let dockerfile = self.request.dockerfile;
        let first = dockerfile.instructions.iter().find(|instruction| instruction.keyword != Keyword::Arg);
        match (first, dockerfile.stages.first()) {
            (Some(first), _) if first.keyword == Keyword::From => {}
            (Some(first), stage) => {
                let diagnostic = missing_from::before(self.place(first.name.range), &first.name.text.to_ascii_uppercase());
                self.add(match stage {
                    Some(stage) => diagnostic
                        .label(self.place(dockerfile.instructions[stage.from].name.range), "the first stage begins here"),
                    None => diagnostic,
                });
            }
            (None, _) => {
                let start = TextRange::empty(0.into());
                self.add(missing_from::new(self.place(start)));
            }
        }
    }

    /// The stage to look at: the target, or the last where it names none.
    fn target(&mut self) -> usize {
        let dockerfile = self.request.dockerfile;
        let last = dockerfile.stages.len() - 1;
        let Some((target, place)) = self.request.target else { return last };
        if let Some(stage) = dockerfile.stage(target) {
            return stage;
        }
        let names = self.stage_names();
        let from = dockerfile.instructions[dockerfile.stages[0].from].range;
        self.diagnostics.push(unknown_stage::target(place, target, &names).label(self.place(from), "its stages begin here"));
        last
    }

    fn stage_names(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.request.dockerfile.stages.iter().filter_map(|stage| stage.name.as_ref()) {
            if !names.contains(&name.text.as_str()) {
                names.push(&name.text);
            }
        }
        names
    }

    /// Build arguments that no `ARG` declares.
    fn arguments(&mut self) {
        let instructions = &self.request.dockerfile.instructions;
        let arguments = instructions
            .iter()
            .map(|instruction| instruction.trigger.as_deref().unwrap_or(instruction))
            .filter(|instruction| instruction.keyword == Keyword::Arg);
        let mut declared: Vec<(&str, TextRange)> = Vec::new();
        for pair in arguments.flat_map(|instruction| &instruction.pairs) {
            if !declared.iter().any(|(name, _)| *name == pair.name.text) {
                declared.push((&pair.name.text, pair.name.range));
            }
        }
        for (name, _, place) in self.request.args {
            let known = declared.iter().any(|(declared, _)| declared == name);
            if known || PROXY_ARGS.contains(&name.as_str()) || PLATFORM_ARGS.contains(&name.as_str()) {
                continue;
            }
            let names: Vec<&str> = declared.iter().map(|(name, _)| *name).collect();
            let (near, diagnostic) = unknown_build_argument::new(*place, name, &names);
            let from = instructions[self.request.dockerfile.stages[0].from].range;
            let near = declared.iter().find(|(name, _)| Some(*name) == near);
            let diagnostic = match near {
                Some((_, range)) => diagnostic.label(self.place(*range), "declared here"),
                None => diagnostic.label(self.place(from), "no `ARG` of this file declares it"),
            };
            self.diagnostics.push(diagnostic);
        }
    }

    fn stage(&mut self, stage: usize, scopes: &Scopes<'_>, broken: &BTreeSet<usize>) {
        let dockerfile = self.request.dockerfile;
        self.base(stage, scopes);
        builder::platform(self, &dockerfile.instructions[dockerfile.stages[stage].from]);
        let mut scope = scopes.start(stage);
        let (mut shell, mut volumes) = (inherited_shell(dockerfile, scopes, stage), Vec::new());
        // What `ONBUILD` holds runs with another context, and is left alone.
        for (index, instruction) in dockerfile.body(stage) {
            if instruction.keyword == Keyword::Shell {
                shell = instruction.words.first().map(|word| word.text.as_str());
            }
            if !broken.contains(&index) {
                self.froms(stage, instruction);
                sources::instruction(self, instruction, &scope);
                builder::instruction(self, instruction, &scope, shell, &mut volumes);
            }
            scopes.apply(&mut scope, instruction);
        }
    }

    fn base(&mut self, stage: usize, scopes: &Scopes<'_>) {
        let dockerfile = self.request.dockerfile;
        let word = &dockerfile.stages[stage].base;
        let place = self.place(word.range);
        match scopes.base(stage) {
            Base::Undecided { problem: Some(problem), .. } => self.add(dockerfile_syntax::new(place, &problem)),
            Base::Undecided { variables, problem: None } => {
                let globals = dockerfile.global_args.iter().flat_map(|index| &dockerfile.instructions[*index].pairs);
                let declared: Vec<_> = globals.filter(|pair| variables.contains(&pair.name.text)).collect();
                let diagnostic = undecided_base::new(place, &word.text, &variables, declared.is_empty());
                let labels = declared.iter().map(|pair| (self.place(pair.name.range), "declared here, without a value"));
                let diagnostic = labels.fold(diagnostic, |diagnostic, (place, message)| diagnostic.label(place, message));
                self.add(diagnostic);
            }
            Base::Image(image) => {
                if let Some(problem) = reference::problem(&image) {
                    self.add(dockerfile_syntax::new(place, &problem));
                }
            }
            Base::Scratch | Base::Stage(_) => {}
        }
    }

    /// `--from` of `COPY` and of a mount.
    fn froms(&mut self, stage: usize, instruction: &Instruction) {
        let dockerfile = self.request.dockerfile;
        for (from, range) in bases::sources(instruction) {
            let place = self.place(range);
            if from.contains('$') {
                self.add(unknown_stage::variable(place, &from));
                continue;
            }
            let found = match from.parse::<usize>() {
                Ok(index) => Some(index),
                Err(_) => dockerfile.stage(&from),
            };
            match found {
                Some(index) if index >= dockerfile.stages.len() => {
                    self.add(unknown_stage::number(place, index, dockerfile.stages.len()));
                }
                Some(index) if index >= stage => {
                    let begins = self.place(dockerfile.instructions[dockerfile.stages[index].from].range);
                    self.add(unknown_stage::later(place, &from, index == stage).label(begins, "it begins here"));
                }
                Some(_) => {}
                None => {
                    let plain = !from.contains(['/', ':', '@', '.']);
                    let misspelt = if plain { unknown_stage::from(place, &from, &self.stage_names()) } else { None };
                    let problem = || reference::problem(&from).map(|problem| dockerfile_syntax::new(place, &problem));
                    if let Some(diagnostic) = misspelt.or_else(problem) {
                        self.add(diagnostic);
                    }
                }
            }
        }
    }
}

/// The program that the stages below set by `SHELL`.
fn inherited_shell<'a>(dockerfile: &'a Dockerfile, scopes: &Scopes<'_>, mut stage: usize) -> Option<&'a str> {
    while let Base::Stage(parent) = scopes.base(stage) {
        let mut shells = dockerfile.body(parent).filter(|(_, instruction)| instruction.keyword == Keyword::Shell);
        if let Some((_, instruction)) = shells.next_back() {
            return instruction.words.first().map(|word| word.text.as_str());
        }
        stage = parent;
    }
    None
}

/// The diagnostic of what parsing found.
pub(super) fn diagnostic_of(problem: &Problem, place: Place) -> Diagnostic {
    match &problem.kind {
        ProblemKind::UnknownInstruction { name } => unknown_instruction::new(place, name, Keyword::ALL),
        ProblemKind::Syntax { message, help, instead } => {
            let mut diagnostic = dockerfile_syntax::new(place, message);
            if let Some(help) = help {
                diagnostic = diagnostic.help(help.clone());
            }
            match instead {
                Some(instead) => diagnostic.replace(format!("write `{instead}`"), true, place, instead.clone()),
                None => diagnostic,
            }
        }
    }
}
