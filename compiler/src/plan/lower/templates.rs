//! Image templates to builds: which there are, what each stands on, and in which order they are made.
//!
//! Images of the root package are all built; an image of an import when something needs it.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::folders::Folders;
use super::images::Images;
use super::{Lowering, circles, tags};
use crate::diagnostics::catalog::{image_cycle, modified_context};
use crate::dockerfile::{self, Dockerfile};
use crate::model::{ContainerImage, Image, Mode, Project};
use crate::plan::reference::{self, Reference};
use crate::text::{Place, TextRange};

/// Every image that may be built, by index.
pub(super) struct Templates<'a> {
    pub nodes: Vec<Node<'a>>,
    index_of: FxHashMap<*const Image, usize>,
}

/// One image and what its Dockerfile says.
pub(super) struct Node<'a> {
    pub image: Arc<Image>,
    pub address: String,
    pub project: &'a Project,
    /// In its normal form.
    pub repository: String,
    /// References that follow the build: empty for an image that no declaration names.
    pub tags: Vec<String>,
    /// To be built whether or not something needs it.
    pub required: bool,
    pub source: Option<Source<'a>>,
}

pub(super) struct Source<'a> {
    pub text: &'a str,
    pub dockerfile: Dockerfile,
    pub uses: Vec<Use>,
    pub args: Vec<(SmolStr, SmolStr)>,
}

/// An image that a Dockerfile names.
pub(super) struct Use {
    pub range: TextRange,
    /// With variables replaced.
    pub reference: String,
    /// The template that builds it.
    pub node: Option<usize>,
}

impl<'a> Templates<'a> {
    /// All images, in order of address.
    pub fn collect(lowering: &Lowering<'a>) -> Templates<'a> {
        let mut templates = Templates { nodes: Vec::new(), index_of: FxHashMap::default() };
        let mut by_name: FxHashMap<String, usize> = FxHashMap::default();
        for image in lowering.request.images {
            templates.add(lowering, &mut by_name, image, image.address.clone(), true);
        }
        for environment in &lowering.environments {
            for container in environment.inits.iter().chain(&environment.containers) {
                if let ContainerImage::Template(image) = &container.image
                    && !templates.index_of.contains_key(&Arc::as_ptr(image))
                {
                    let other = format!("{}/image-{}", environment.address, container.name);
                    templates.add(lowering, &mut by_name, image, other, false);
                }
            }
        }
        templates.read(lowering);
        templates
    }

    /// An image that differs from the declaration of its address (`image.x with { … }` in a container) is one of its own, at
    /// the address `other`, and moves no tags.
    fn add(
        &mut self,
        lowering: &Lowering<'a>,
        by_name: &mut FxHashMap<String, usize>,
        image: &Arc<Image>,
        other: String,
        required: bool,
    ) {
        let mut address = image.address.clone();
        if let Some(known) = by_name.get(&address) {
            if *self.nodes[*known].image == **image {
                self.index_of.insert(Arc::as_ptr(image), *known);
                return;
            }
            address = other;
        }
        let project = lowering.project_of(image);
        let repository = reference::repository(&image.repository.value, project.registry.as_deref());
        let tags = if address == image.address { tags::following(image, &repository) } else { Vec::new() };
        let node = Node { image: image.clone(), address: address.clone(), project, repository, tags, required, source: None };
        by_name.insert(address, self.nodes.len());
        self.index_of.insert(Arc::as_ptr(image), self.nodes.len());
        self.nodes.push(node);
    }

    /// Dockerfiles, and which of the other images each stands on.
    fn read(&mut self, lowering: &Lowering<'a>) {
        let mut by_repository: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, node) in self.nodes.iter().enumerate() {
            by_repository.entry(node.repository.clone()).or_default().push(index);
        }
        for index in 0..self.nodes.len() {
            let image = self.nodes[index].image.clone();
            let Some(text) = lowering.request.facts.dockerfile(&image) else { continue };
            let dockerfile = dockerfile::parse(text);
            let args: Vec<_> = image.args.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect();
            let target = image.target.as_ref().map(|target| target.value.as_str());
            let uses = dockerfile::bases::bases(&dockerfile, &args, target).into_iter().map(|found| Use {
                range: found.range,
                node: self.node_of(&found.reference, index, &by_repository),
                reference: found.reference,
            });
            let uses = uses.collect();
            self.nodes[index].source = Some(Source { text, dockerfile, uses, args });
        }
    }

    /// The template that builds what a reference names: its repository, without a tag or with one that follows its build. Among
    /// several, one whose tag is named, then one of the same package, then the first; itself only where there is no other.
    fn node_of(&self, reference: &str, from: usize, by_repository: &FxHashMap<String, Vec<usize>>) -> Option<usize> {
        let parsed = Reference::parse(reference)?;
        if parsed.digest.is_some() {
            return None;
        }
        let nodes = by_repository.get(&parsed.repository())?;
        let tagged = parsed.tag.as_ref().map(|tag| format!("{}:{tag}", parsed.repository()));
        let fits = |node: &&usize| tagged.as_ref().is_none_or(|tagged| self.nodes[**node].tags.contains(tagged));
        let origin = &self.nodes[from].image.origin;
        let rank = |node: &usize| (*node == from, self.nodes[*node].image.origin != *origin, *node);
        nodes.iter().filter(fits).copied().min_by_key(rank)
    }

    /// The node of a container's image. Every image of the request's environments has one.
    pub fn index(&self, image: &Arc<Image>) -> Option<usize> {
        self.index_of.get(&Arc::as_ptr(image)).copied()
    }

    /// References of the world outside that the Dockerfiles name, each with whether it is pinned already and with the image.
    pub fn external(&self) -> impl Iterator<Item = (&Node<'a>, &str)> {
        self.nodes.iter().flat_map(|node| {
            let uses = node.source.iter().flat_map(|source| &source.uses);
            uses.filter(|found| found.node.is_none()).map(move |found| (node, found.reference.as_str()))
        })
    }

    /// Builds what is required, and what that stands on, bases first.
    pub fn build(mut self, lowering: &mut Lowering<'a>) -> Images<'a> {
        self.require(lowering);
        let order = self.order(lowering);
        let mut images =
            Images { templates: self, made: FxHashMap::default(), pinned: FxHashMap::default(), first: FxHashMap::default() };
        let mut folders = Folders::default();
        let mut warned: Vec<String> = Vec::new();
        for node in order {
            let of = &images.templates.nodes[node];
            if of.source.is_some() && !warned.contains(&of.image.context.value.to_string()) {
                let modified = lowering.request.facts.modified(&of.image);
                if !modified.is_empty() {
                    warned.push(of.image.context.value.to_string());
                    lowering.diagnostics.push(modified_context::new(of.image.context.place, &modified, &of.image.origin.commit));
                }
            }
            for platform in 0..of.image.platforms.len() {
                let Some(pinned) = images.pin(lowering, &mut folders, node, platform) else { break };
                if images.templates.nodes[node].required {
                    images.make(lowering, node, platform, &pinned);
                }
                images.pinned.insert((node, platform), pinned);
            }
        }
        images
    }

    /// Marks the images of imports that run as they are or that a personalised image stands on, then what those stand on.
    fn require(&mut self, lowering: &Lowering<'a>) {
        let project = lowering.request.project;
        for environment in lowering.request.environments {
            for container in environment.inits.iter().chain(&environment.containers) {
                if let ContainerImage::Template(image) = &container.image {
                    let own = !container.personalize.is_empty() || !project.assets.is_empty();
                    if let Some(node) = self.index(image).filter(|_| !own || project.builder.mode == Mode::Layered) {
                        self.nodes[node].required = true;
                    }
                }
            }
        }
        // A template that is only personalised in place is not built, but what it stands on is.
        let mut open: Vec<usize> = (0..self.nodes.len()).collect();
        while let Some(node) = open.pop() {
            let uses = self.nodes[node].source.iter().flat_map(|source| source.uses.iter().filter_map(|found| found.node));
            for base in uses.collect::<Vec<_>>() {
                if !self.nodes[base].required {
                    self.nodes[base].required = true;
                    open.push(base);
                }
            }
        }
    }

    /// Nodes so that each stands after its bases; in order of address where that leaves a choice. A circle is an error, once,
    /// and what stands on it is left out.
    fn order(&self, lowering: &mut Lowering<'a>) -> Vec<usize> {
        let mut starts: Vec<usize> = (0..self.nodes.len()).collect();
        starts.sort_by(|left, right| self.nodes[*left].address.cmp(&self.nodes[*right].address));
        let bases = |node: usize| -> Vec<usize> {
            let uses = self.nodes[node].source.iter().flat_map(|source| &source.uses);
            uses.filter_map(|found| found.node).collect()
        };
        let (order, circles) = circles::order(&starts, bases);
        for circle in circles {
            let nodes = circle.iter().map(|node| &self.nodes[*node]);
            let names: Vec<(&str, Place)> = nodes.map(|node| (node.address.as_str(), node.image.repository.place)).collect();
            lowering.diagnostics.push(image_cycle::new(&names));
        }
        order
    }
}
