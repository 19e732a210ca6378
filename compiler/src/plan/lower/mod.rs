//! From checked images and environments to a plan.
//!
//! Needs what [`Facts`] holds and decides nothing that is not in the sources: no clock, no network, no Kubernetes object.
//!
//! Addresses: `image.x` builds an image (`image.x/linux-arm64` a further platform of it) and `image.x/tag:master` moves a tag;
//! `environment.e/env` builds the image of its container `env`, then come `environment.e/volume-home`, `/service`,
//! `/deployment` and `/ready`. A container whose name is one of those words is `/container-ready`. One personalised image that
//! several environments ask for belongs to the first of them, in order of address, and so does the build of templates that come to the
//! same.

mod bases;
mod circles;
mod containers;
mod environments;
mod folders;
mod images;
mod inputs;
mod objects;
mod personalized;
mod tags;
mod templates;
mod wanted;

use std::sync::Arc;

pub use wanted::{WantedBase, WantedOfRegistry, wanted_bases, wanted_of_registry};

use rustc_hash::FxHashSet;

use super::action::{Action, Package, Plan};
use super::facts::Facts;
use super::reference::by_digest;
use super::{lint, order};
use crate::diagnostics::Diagnostic;
use crate::diagnostics::catalog::unpinned_base;
use crate::model::{Environment, Image, Project};
use crate::text::Place;

#[derive(Clone)]
pub struct Request<'a> {
    pub package: Package,
    /// Of the root package.
    pub project: &'a Project,
    /// Every instance of the root package; images of imports come with the environments that use them.
    pub images: &'a [Arc<Image>],
    pub environments: &'a [Arc<Environment>],
    pub facts: &'a dyn Facts,
}

/// The plan, linted. What cannot be planned is left out, with an error in the plan's diagnostics; what needs it is left out in
/// silence.
pub fn lower(request: &Request<'_>) -> Plan {
    let mut lowering = Lowering::new(request);
    let templates = templates::Templates::collect(&lowering);
    let mut images = templates.build(&mut lowering);
    environments::lower(&mut lowering, &mut images);
    tags::lower(&mut lowering, &images);
    let actions = order::order(lowering.actions());
    let mut plan = Plan {
        package: request.package.clone(),
        actions,
        diagnostics: lowering.diagnostics,
        shared: lowering.shared,
        lock: None,
    };
    if !plan.diagnostics.iter().any(Diagnostic::is_error) {
        plan.diagnostics.extend(lint::lint(&plan));
    }
    plan
}

/// What the parts of lowering share.
struct Lowering<'a> {
    request: &'a Request<'a>,
    /// In order of address: the order of everything that follows from them.
    environments: Vec<&'a Arc<Environment>>,
    references: bases::References<'a>,
    builds: Vec<Action>,
    tags: Vec<Action>,
    objects: Vec<Action>,
    diagnostics: Vec<Diagnostic>,
    shared: Vec<(String, String)>,
    /// References that were reported: one that nobody can resolve is one mistake, wherever it is used.
    reported: FxHashSet<String>,
}

impl<'a> Lowering<'a> {
    fn new(request: &'a Request<'a>) -> Lowering<'a> {
        let mut environments: Vec<&Arc<Environment>> = request.environments.iter().collect();
        environments.sort_by(|left, right| left.address.cmp(&right.address));
        Lowering {
            request,
            environments,
            references: bases::References::new(request.facts),
            builds: Vec::new(),
            tags: Vec::new(),
            objects: Vec::new(),
            diagnostics: Vec::new(),
            shared: Vec::new(),
            reported: FxHashSet::default(),
        }
    }

    /// Builds, tags, then environments: an order that people can read, which `order` keeps where it can run.
    fn actions(&mut self) -> Vec<Action> {
        let mut actions = std::mem::take(&mut self.builds);
        actions.append(&mut self.tags);
        actions.append(&mut self.objects);
        actions
    }

    fn report_once(&mut self, reference: &str, diagnostic: Diagnostic) {
        if self.reported.insert(reference.to_owned()) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// The images of a project's builder and of its git, by digest.
    fn builder(&mut self, project: &Project, place: Place) -> Option<(String, String)> {
        let mut pin = |written: &str| {
            let pinned = self.references.resolve(written).map(|pinned| by_digest(written, &pinned.digest));
            if pinned.is_none() {
                self.report_once(written, unpinned_base::of_builder(project.place.unwrap_or(place), written));
            }
            pinned
        };
        let (builder, git) = (pin(&project.builder.image), pin(&project.builder.git_image));
        Some((builder?, git?))
    }

    fn project_of(&self, image: &Image) -> &'a Project {
        self.request.facts.project(image).unwrap_or(self.request.project)
    }
}
