//! Environments to objects: claims, a Service, the Deployment, and the wait for it.
//!
//! Renders none of them.

use std::sync::Arc;

use super::images::Images;
use super::objects::Names;
use super::personalized::Personalized;
use super::{Lowering, containers};
use crate::model::{Container, Environment};
use crate::plan::action::{Action, Apply, Change, Declared, DeclaredContainer, ObjectKind, ReasonKind, Step, Wait};
use crate::plan::reasons::plain;

pub(super) fn lower(lowering: &mut Lowering<'_>, images: &mut Images<'_>) {
    let mut personalized = Personalized::new();
    let mut names = Names::default();
    for environment in lowering.environments.clone() {
        let namespace = environment.namespace.clone().or_else(|| lowering.request.project.namespace.clone());
        let free = names.take(environment, namespace.as_ref(), &mut lowering.diagnostics);
        let (mut runs, mut builds, mut complete) = (Vec::new(), Vec::new(), free);
        for container in environment.inits.iter().chain(&environment.containers) {
            match containers::run(lowering, images, &mut personalized, environment, container) {
                Some(run) => {
                    builds.extend(run.need.filter(|need| !builds.contains(need)));
                    runs.push(run.image);
                }
                None => complete = false,
            }
        }
        if complete {
            let apply = |object, images| Apply {
                environment: environment.clone(),
                namespace: namespace.clone(),
                object,
                images,
                rendered: None,
                changes: Vec::new(),
            };
            let wait = Wait {
                environment: environment.clone(),
                namespace: namespace.clone(),
                declared: declared(lowering, environment),
            };
            objects(&mut lowering.objects, environment, wait, apply, runs, builds);
        }
    }
}

fn objects(
    actions: &mut Vec<Action>,
    environment: &Arc<Environment>,
    wait: Wait,
    apply: impl Fn(ObjectKind, Vec<String>) -> Apply,
    images: Vec<String>,
    mut needs: Vec<String>,
) {
    let address = |part: &str| format!("{}/{part}", environment.address);
    let mut push = |address: &str, needs: Vec<String>, apply: Apply| {
        let reason = plain(ReasonKind::Unknown, "the cluster was not asked");
        actions.push(Action { address: address.to_owned(), change: Change::Unknown, reason, needs, step: Step::Apply(apply) });
    };
    for volume in environment.volumes.iter().filter(|volume| volume.size.is_some()) {
        let claim = address(&format!("volume-{}", volume.name));
        push(&claim, Vec::new(), apply(ObjectKind::Claim(volume.name.clone()), Vec::new()));
        needs.push(claim);
    }
    let mut applied = Vec::new();
    if environment.containers.iter().any(|container| !container.ports.is_empty()) {
        let service = address("service");
        push(&service, Vec::new(), apply(ObjectKind::Service, Vec::new()));
        applied.push(service);
    }
    let deployment = address("deployment");
    push(&deployment, needs, apply(ObjectKind::Deployment, images));
    applied.insert(0, deployment);
    actions.push(Action {
        address: address("ready"),
        change: Change::Unknown,
        reason: plain(ReasonKind::Follows, "follows the deployment"),
        needs: applied,
        step: Step::Wait(wait),
    });
}

fn declared(lowering: &Lowering<'_>, environment: &Environment) -> Declared {
    let containers = environment.inits.iter().chain(&environment.containers);
    let container = |container: &Container| {
        let (file, line) = lowering.request.facts.line(container.place)?;
        Some((container.name.to_string(), DeclaredContainer { file, line }))
    };
    let (file, line) = lowering.request.facts.line(environment.place).unwrap_or_default();
    let patch = environment.patch.as_ref().and_then(|patch| lowering.request.facts.line(patch.place));
    let patch = patch.map(|(file, line)| DeclaredContainer { file, line });
    Declared { file, line, containers: containers.filter_map(container).collect(), patch }
}
