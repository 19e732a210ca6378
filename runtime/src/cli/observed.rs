//! A plan, and what a provider saw of it: each action gets its change and its reason, and what left the sources is deleted.
//!
//! Pure: asks nobody, and does nothing.

use std::collections::BTreeMap;

use compiler::plan::Predecessor;
use compiler::plan::action::{Action, Change, Plan, Reason, ReasonKind, Step};

use crate::providers::{Leftover, Observation};
use crate::saved;

/// Merges `observation` into `plan`. Returns what is to be said beside the plan.
pub fn merge(plan: &mut Plan, observation: &Observation, prune_volumes: bool) -> Vec<String> {
    let observed: BTreeMap<&str, _> = observation.actions.iter().map(|observed| (observed.address.as_str(), observed)).collect();
    for action in &mut plan.actions {
        let Some(observed) = observed.get(action.address.as_str()) else { continue };
        action.change = observed.change;
        action.reason = reason(observed.change, &observed.message);
        if let Step::Apply(apply) = &mut action.step {
            apply.changes = observed.changes.clone();
        }
    }
    let (kept, gone): (Vec<&Leftover>, Vec<&Leftover>) =
        observation.leftover.iter().partition(|leftover| leftover.kept && !prune_volumes);
    plan.actions.extend(gone.into_iter().map(deletion));
    kept.into_iter()
        .map(|leftover| {
            let object = &leftover.object;
            format!("the {} `{}` left the sources and is kept; `--prune-volumes` deletes it", object.kind, object.name)
        })
        .collect()
}

/// The images that running containers run, by what a build takes the place of.
pub fn running(observation: &Observation) -> BTreeMap<Predecessor, String> {
    let one = |(namespace, environment, container, image): &(Option<String>, String, String, String)| {
        let predecessor = Predecessor::Container {
            namespace: namespace.as_deref().map(Into::into),
            environment: environment.as_str().into(),
            container: container.as_str().into(),
        };
        (predecessor, image.clone())
    };
    observation.running.iter().map(one).collect()
}

/// What is different now from what a saved plan says, a line each; nothing where it would still do just that.
pub fn moved(saved: &saved::Plan, observation: &Observation) -> Vec<String> {
    let mut moved = Vec::new();
    for now in &observation.actions {
        let Some(action) = saved.action(&now.address) else { continue };
        // A wait has no content of its own, and a pod that restarts meanwhile changes nothing of the plan.
        let saved::Step::Apply(apply) = &action.step else { continue };
        if action.change != now.change {
            moved.push(format!("`{}` was to be {}, and is now to be {}", now.address, deed(action.change), deed(now.change)));
        } else if apply.changes != now.changes {
            let paths = |changes: &[compiler::plan::action::FieldChange]| {
                changes.iter().map(|change| change.path.clone()).collect::<std::collections::BTreeSet<_>>()
            };
            let (was, is) = (paths(&apply.changes), paths(&now.changes));
            let mut differing: Vec<String> = was.symmetric_difference(&is).cloned().collect();
            if differing.is_empty() {
                differing = is.into_iter().collect();
            }
            moved.push(format!("`{}` differs from the cluster in other fields: {}", now.address, differing.join(", ")));
        }
    }
    let deletions = saved.actions.iter().filter(|action| matches!(action.step, saved::Step::Delete(_)));
    for action in deletions.filter(|action| !observation.leftover.iter().any(|leftover| leftover.address == action.address)) {
        moved.push(format!("`{}` was to be deleted, and is not there", action.address));
    }
    moved
}

fn deletion(leftover: &Leftover) -> Action {
    Action {
        address: leftover.address.clone(),
        change: Change::Delete,
        reason: Reason { kind: ReasonKind::Changed, message: "it left the sources".to_owned(), because: Vec::new() },
        needs: Vec::new(),
        step: Step::Delete(leftover.object.clone()),
    }
}

fn reason(change: Change, message: &str) -> Reason {
    let kind = match change {
        Change::None => ReasonKind::Unchanged,
        Change::Create => ReasonKind::New,
        Change::Unknown => ReasonKind::Unknown,
        Change::Update | Change::Replace | Change::Delete => ReasonKind::Changed,
    };
    Reason { kind, message: message.to_owned(), because: Vec::new() }
}

fn deed(change: Change) -> &'static str {
    match change {
        Change::Create => "created",
        Change::Update => "updated",
        Change::Replace => "replaced",
        Change::Delete => "deleted",
        Change::None => "left as it is",
        Change::Unknown => "compared",
    }
}
