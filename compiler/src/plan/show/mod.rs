//! A plan, written: for a terminal, as JSON, as Kubernetes YAML, for a pull request, as a graph, as one HTML page.
//!
//! Pure functions from a plan to text; nothing is decided and nothing printed here. What every format says of an action is
//! written once, below. `Apply::rendered` is filled in before.

mod dot;
mod html;
mod json;
mod markdown;
mod mermaid;
mod text;
mod yaml;

pub use dot::dot;
pub use html::html;
pub use json::{SCHEMA, json};
pub use markdown::markdown;
pub use mermaid::mermaid;
pub use text::{Style, text};
pub use yaml::yaml;

use rustc_hash::FxHashMap;

use super::action::{Action, Apply, Change, ObjectKind, Plan, Step};
use super::reasons::short;
use super::select::owner;

/// The actions of one declared thing, in the plan's order: `image.dev`, `environment.team-a`.
struct Group<'a> {
    owner: &'a str,
    is_environment: bool,
    actions: Vec<&'a Action>,
}

/// Images, then environments, each in order of first appearance.
fn groups(plan: &Plan) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut index_of: FxHashMap<&str, usize> = FxHashMap::default();
    for action in &plan.actions {
        let owner = owner(&action.address);
        let index = *index_of.entry(owner).or_insert_with(|| {
            groups.push(Group { owner, is_environment: is_environment(owner), actions: Vec::new() });
            groups.len() - 1
        });
        groups[index].actions.push(action);
    }
    groups.sort_by_key(|group| group.is_environment);
    groups
}

fn is_environment(owner: &str) -> bool {
    owner.starts_with("environment.") || owner.contains(".environment.")
}

/// `deployment` of `environment.team-a/deployment`; the whole address for an image's own build.
fn part(action: &Action) -> &str {
    let owner = owner(&action.address);
    action.address.get(owner.len() + 1..).unwrap_or(owner)
}

/// What an action does, in a few words: `build f0ssel/dev:b-4kq9…`, `apply Deployment team-a (env, postgres)`.
pub fn deed(action: &Action) -> String {
    match &action.step {
        Step::Build(build) => format!("build {}", short_tag(&build.destination)),
        Step::Tag(tag) => format!("move {}", tag.reference),
        Step::Apply(apply) => format!("apply {}", object(apply)),
        Step::Wait(wait) => format!("wait until {} is available", wait.environment.name),
        Step::Delete(object) => format!("delete {} {}", object.kind, object.name),
    }
}

fn object(apply: &Apply) -> String {
    match (&apply.object, apply.name()) {
        (ObjectKind::Claim(_), name) => format!("claim {}", name.name),
        (ObjectKind::Deployment, name) => {
            let containers: Vec<&str> = apply.environment.containers.iter().map(|container| container.name.as_str()).collect();
            format!("Deployment {} ({})", name.name, containers.join(", "))
        }
        (_, name) => format!("{} {}", name.kind, name.name),
    }
}

/// A destination with its build ID cut to what tells it apart.
fn short_tag(destination: &str) -> String {
    match destination.rsplit_once(':') {
        Some((repository, id)) if id.len() > 14 => format!("{repository}:{}…", short(id)),
        _ => destination.to_owned(),
    }
}

fn sign(change: Change) -> char {
    match change {
        Change::Create => '+',
        Change::Update => '~',
        Change::Replace => '!',
        Change::Delete => '-',
        Change::None => '=',
        Change::Unknown => '?',
    }
}

pub fn word(change: Change) -> &'static str {
    match change {
        Change::Create => "create",
        Change::Update => "update",
        Change::Replace => "replace",
        Change::Delete => "delete",
        Change::None => "none",
        Change::Unknown => "unknown",
    }
}

/// `2 images to build, 1 up to date; 1 object to apply, 3 that only the cluster can tell`. A sentence without a full stop.
fn summary(plan: &Plan) -> String {
    let mut parts = Vec::new();
    let kinds = [
        ("build", "image", "to build", "registry"),
        ("tag", "tag", "to move", "registry"),
        ("apply", "object", "to apply", "cluster"),
        ("delete", "object", "to delete", "cluster"),
    ];
    for (kind, noun, deed, who) in kinds {
        let (mut to_do, mut done, mut open) = (0, 0, 0);
        for action in plan.actions.iter().filter(|action| action.kind() == kind) {
            match action.change {
                Change::None => done += 1,
                Change::Unknown => open += 1,
                _ => to_do += 1,
            }
        }
        let total = to_do + done + open;
        if total == 0 {
            continue;
        }
        let plural = if total == 1 { "" } else { "s" };
        let mut said = vec![format!("{total} {noun}{plural}")];
        match (to_do, done, open) {
            (0, 0, _) if kind == "build" => {
                said.push(format!("{deed} unless the {who} has {}", if total == 1 { "it" } else { "them" }));
            }
            (0, 0, _) if kind == "apply" => said.push(format!("to compare with the {who}")),
            (0, 0, _) => said.push(deed.to_owned()),
            (_, 0, 0) => said.push(deed.to_owned()),
            (0, _, 0) => said.push("up to date".to_owned()),
            _ => {
                let counts =
                    [(to_do, deed.to_owned()), (done, "up to date".to_owned()), (open, format!("the {who} was not asked for"))];
                let counts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
                said.push(format!("({})", counts.collect::<Vec<_>>().join(", ")));
            }
        }
        parts.push(said.join(" "));
    }
    if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") }
}
