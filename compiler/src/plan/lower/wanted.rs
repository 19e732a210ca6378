//! What a driver must fetch before a plan is complete: bases before it is lowered, then answers of registries.
//!
//! Deterministic, each thing once.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::templates::Templates;
use super::{Lowering, Request};
use crate::model::ContainerImage;
use crate::plan::action::{Plan, Step};
use crate::plan::facts::Predecessor;
use crate::plan::reference::{digest_of, normal};
use crate::text::Place;

/// A reference whose digest, or whose user, is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedBase {
    /// In its normal form, as [`crate::plan::Facts::base`] is asked for it and as the lock names it.
    pub reference: String,
    /// Where it is wanted first; that of the image for what stands in a Dockerfile.
    pub place: Place,
    /// False where a plan without it is complete: a container's reference stays as written, and of a reference by digest only
    /// the user is wanted.
    pub required: bool,
}

/// What registries are to be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WantedOfRegistry {
    /// HEADs: [`crate::plan::Facts::built`].
    pub heads: Vec<String>,
    /// Annotations: [`crate::plan::Facts::previous`], of builds that are not there.
    pub previous: Vec<Predecessor>,
}

/// Every external image that Dockerfiles, containers and builders name, in order of reference.
pub fn wanted_bases(request: &Request<'_>) -> Vec<WantedBase> {
    let lowering = Lowering::new(request);
    let templates = Templates::collect(&lowering);
    let mut wanted: BTreeMap<String, (Place, bool)> = BTreeMap::new();
    let mut want = |reference: &str, place: Place, required: bool| {
        let required = required && digest_of(reference).is_none();
        wanted.entry(normal(reference)).or_insert((place, false)).1 |= required;
    };
    let containers =
        || lowering.environments.iter().flat_map(|environment| environment.inits.iter().chain(&environment.containers));
    let personalizes = !request.project.assets.is_empty() || containers().any(|container| !container.personalize.is_empty());
    for (node, reference) in templates.external() {
        if personalizes || digest_of(reference).is_none() {
            want(reference, node.image.dockerfile.place, true);
        }
    }
    let mut builds = !templates.nodes.is_empty();
    let mut seen = FxHashSet::default();
    for container in containers() {
        if let ContainerImage::Reference(reference) = &container.image {
            let personalized = !container.personalize.is_empty();
            builds |= personalized;
            let is_wanted = personalized || digest_of(&reference.value).is_none();
            if is_wanted && seen.insert((reference.value.as_str(), personalized)) {
                want(&reference.value, reference.place, personalized);
            }
        }
    }
    for node in &templates.nodes {
        for image in [&node.project.builder.image, &node.project.builder.git_image] {
            if digest_of(image).is_none() {
                want(image, node.project.place.unwrap_or(node.image.place), true);
            }
        }
    }
    if let Some(place) = request.project.place.filter(|_| builds) {
        for image in [&request.project.builder.image, &request.project.builder.git_image] {
            if digest_of(image).is_none() {
                want(image, place, true);
            }
        }
    }
    let entry = |(reference, (place, required))| WantedBase { reference, place, required };
    wanted.into_iter().map(entry).collect()
}

/// What is to be asked about the builds and tags of a plan that was lowered without answers.
pub fn wanted_of_registry(plan: &Plan) -> WantedOfRegistry {
    let (mut heads, mut previous) = (BTreeSet::new(), BTreeSet::new());
    for action in &plan.actions {
        match &action.step {
            Step::Build(build) => {
                heads.insert(build.destination.clone());
                if build.digest.is_none() {
                    previous.extend(build.predecessor.clone());
                }
            }
            Step::Tag(tag) => {
                heads.insert(tag.reference.clone());
            }
            _ => {}
        }
    }
    WantedOfRegistry { heads: heads.into_iter().collect(), previous: previous.into_iter().collect() }
}
