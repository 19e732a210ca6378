//! Images of containers' own: the template, or a reference, with assets and personalize lines as last layers.
//!
//! The same personalisation of the same image is built once. The edit itself is `dockerfile::edit`'s.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::json;
use smol_str::SmolStr;

use super::Lowering;
use super::containers::Run;
use super::images::{Images, Pinned, cache_repository, compare};
use super::inputs::Inputs;
use crate::diagnostics::catalog::{context_not_committed, no_repository, unpinned_base};
use crate::dockerfile::{self, Context as Listing, Ignore, edit};
use crate::model::{Container, Environment, Image, Mode, Sourced};
use crate::plan::action::{ASSETS, Action, Assets, Base, Build, Context, Input, Lines, Step};
use crate::plan::facts::Predecessor;
use crate::plan::id::Deciding;
use crate::plan::record::PreviousBuild;
use crate::plan::reference::{by_digest, repository};
use crate::plan::{DECIDING_FLAGS, deciding_flags};

/// What is built already, by all that tells one personalised image from another before it is built.
pub(super) struct Personalized {
    known: FxHashMap<Key, Option<Run>>,
    by_destination: FxHashMap<String, Run>,
    assets: Option<Option<Assets>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    below: Below,
    lines: Vec<SmolStr>,
    repository: String,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Below {
    Template { node: usize, platform: usize },
    Reference(SmolStr),
}

/// Everything of a build that depends on what is below its own layers.
struct Recipe {
    dockerfile: edit::Edited,
    /// The template's, as its author wrote it, where it is personalised in place.
    source: String,
    bases: Vec<Base>,
    needs: Vec<String>,
    context: Context,
    ignore: String,
    inputs: Vec<Input>,
    files: Vec<(SmolStr, String)>,
    image: Option<Arc<Image>>,
    inline: bool,
    platform: SmolStr,
}

impl Personalized {
    pub fn new() -> Personalized {
        Personalized { known: FxHashMap::default(), by_destination: FxHashMap::default(), assets: None }
    }

    /// The image that a container of a template's image runs, built by this call or by an earlier one.
    pub fn of_template(
        &mut self,
        lowering: &mut Lowering<'_>,
        images: &Images<'_>,
        (environment, container): (&Environment, &Container),
        (node, platform): (usize, usize),
    ) -> Option<Run> {
        let template = &images.templates.nodes[node];
        let below = Below::Template { node, platform };
        let key = Key { below, lines: lines(container), repository: self.repository(lowering, container, &template.repository) };
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let recipe = self.template_recipe(lowering, images, container, (node, platform), &key.repository);
        let run = recipe.and_then(|recipe| self.build(lowering, (environment, container), &key.repository, recipe));
        self.known.insert(key, run.clone());
        run
    }

    /// The same for a plain reference that is personalised.
    pub fn of_reference(
        &mut self,
        lowering: &mut Lowering<'_>,
        (environment, container): (&Environment, &Container),
        reference: &Sourced<SmolStr>,
        platform: &str,
    ) -> Option<Run> {
        let Some(own) = container.repository.as_ref().or(lowering.request.project.repository.as_ref()) else {
            lowering.diagnostics.push(no_repository::new(reference.place, &container.name, &reference.value));
            return None;
        };
        let repository = repository(own, lowering.request.project.registry.as_deref());
        let key = Key { below: Below::Reference(reference.value.clone()), lines: lines(container), repository };
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let recipe = self.reference_recipe(lowering, container, reference, platform);
        let run = recipe.and_then(|recipe| self.build(lowering, (environment, container), &key.repository, recipe));
        self.known.insert(key, run.clone());
        run
    }

    fn repository(&self, lowering: &Lowering<'_>, container: &Container, of_image: &str) -> String {
        let registry = lowering.request.project.registry.as_deref();
        container.repository.as_ref().map_or_else(|| of_image.to_owned(), |own| repository(own, registry))
    }

    fn template_recipe(
        &mut self,
        lowering: &mut Lowering<'_>,
        images: &Images<'_>,
        container: &Container,
        (node, platform): (usize, usize),
        repository: &str,
    ) -> Option<Recipe> {
        let template = &images.templates.nodes[node];
        let pinned = images.pinned.get(&(node, platform))?;
        let assets = self.assets(lowering)?.is_some();
        let bases: Vec<Base> = pinned.bases.iter().map(|(_, _, base)| base.clone()).collect();
        let image_json = image_json(Some(&template.image), repository, &bases, container);
        let lines: Vec<&str> = container.personalize.iter().map(|line| line.value.as_str()).collect();
        let mode = lowering.request.project.builder.mode;
        let base_user = if mode == Mode::Layered { &pinned.user } else { &pinned.base_user };
        let assets = assets.then_some(ASSETS);
        let layers = edit::Personalisation { lines: &lines, image_json: &image_json, assets, base_user: base_user.as_deref() };
        let image = &template.image;
        let mut inputs = Inputs::new(lowering.request.facts);
        let common = |dockerfile: edit::Edited, bases: Vec<Base>, needs: Vec<String>, inline: bool, inputs: Inputs<'_>| Recipe {
            dockerfile,
            source: if inline { pinned.source.clone() } else { String::new() },
            bases,
            needs,
            context: pinned.context.clone(),
            ignore: pinned.folder.ignore.clone(),
            inputs: inputs.done(),
            files: if inline { pinned.folder.files.clone() } else { Vec::new() },
            image: Some(image.clone()),
            inline,
            platform: image.platforms[platform].clone(),
        };
        match mode {
            Mode::Layered => {
                let made = images.made.get(&(node, platform))?;
                let base = Base { reference: made.destination.clone(), digest: None, id: Some(made.id.clone()) };
                inputs.base(&made.address, &base, container.place);
                let dockerfile = edit::layered(&made.destination, &layers);
                Some(common(dockerfile, vec![base], vec![made.address.clone()], false, inputs))
            }
            Mode::Inline => {
                template_inputs(&mut inputs, image, pinned);
                let target = image.target.as_ref().map(|target| target.value.as_str());
                let parsed = dockerfile::parse(&pinned.dockerfile);
                // A target that is no stage was reported when the package was checked.
                let dockerfile = edit::inline(&pinned.dockerfile, &parsed, target, &pinned.args, &layers).ok()?;
                Some(common(dockerfile, bases, pinned.needs.clone(), true, inputs))
            }
        }
    }

    fn reference_recipe(
        &mut self,
        lowering: &mut Lowering<'_>,
        container: &Container,
        reference: &Sourced<SmolStr>,
        platform: &str,
    ) -> Option<Recipe> {
        let Some(pinned) = lowering.references.resolve(&reference.value).cloned() else {
            lowering.report_once(&reference.value, unpinned_base::in_container(reference.place, &reference.value));
            return None;
        };
        let assets = self.assets(lowering)?.is_some();
        let base = Base { reference: reference.value.to_string(), digest: Some(pinned.digest.clone()), id: None };
        let mut inputs = Inputs::new(lowering.request.facts);
        inputs.base(&reference.value, &base, reference.place);
        let bases = vec![base];
        let lines: Vec<&str> = container.personalize.iter().map(|line| line.value.as_str()).collect();
        let layers = edit::Personalisation {
            lines: &lines,
            image_json: &image_json(None, "", &bases, container),
            assets: assets.then_some(ASSETS),
            base_user: pinned.user.as_deref().filter(|user| !user.is_empty()),
        };
        let empty = Listing::default();
        Some(Recipe {
            dockerfile: edit::layered(&by_digest(&reference.value, &pinned.digest), &layers),
            source: String::new(),
            bases,
            needs: Vec::new(),
            context: Context { url: "".into(), commit: "".into(), path: "".into(), tree: empty.tree_id().into() },
            ignore: Ignore::default().for_kaniko(),
            inputs: inputs.done(),
            files: Vec::new(),
            image: None,
            inline: false,
            platform: platform.into(),
        })
    }

    fn build(
        &mut self,
        lowering: &mut Lowering<'_>,
        (environment, container): (&Environment, &Container),
        repository: &str,
        recipe: Recipe,
    ) -> Option<Run> {
        let project = lowering.request.project;
        let assets = self.assets(lowering)?;
        let (builder, git_image) = lowering.builder(project, container.place)?;
        let image = recipe.image.as_deref();
        let inline = image.filter(|_| recipe.inline);
        let args: Vec<(SmolStr, SmolStr)> =
            inline.iter().flat_map(|image| &image.args).map(|(name, value)| (name.clone(), value.value.clone())).collect();
        let target = inline.and_then(|image| image.target.as_ref()).map(|target| target.value.clone());
        let labels = inline.map(|image| image.labels.clone()).unwrap_or_default();
        let secrets = image.map(|image| image.secrets.clone()).unwrap_or_default();
        let secret_ids: Vec<&str> = secrets.iter().map(|(id, _)| id.as_str()).collect();
        let id = Deciding {
            tree: &recipe.context.tree,
            dockerfile: &recipe.dockerfile.text,
            args: &args,
            target: target.as_deref(),
            platform: &recipe.platform,
            bases: &recipe.bases,
            builder: &builder,
            flags: DECIDING_FLAGS,
            assets: assets.as_ref().map(|assets| assets.content.as_str()),
            secrets: &secret_ids,
            labels: &labels,
        }
        .id();
        let destination = format!("{repository}:{id}");
        if let Some(run) = self.by_destination.get(&destination) {
            return Some(run.clone());
        }
        let mut inputs = Inputs::new(lowering.request.facts);
        inputs.personalize(&container.personalize);
        inputs.assets(assets.as_ref(), project);
        inputs.builder(&recipe.platform, &builder, DECIDING_FLAGS, project);
        let inputs = [recipe.inputs, inputs.done()].concat();
        let files = recipe.files.iter().map(|(path, oid)| (path.as_str(), oid.as_str()));
        let record = PreviousBuild::new(&inputs, &recipe.source, files);
        let namespace = environment.namespace.as_ref().or(project.namespace.as_ref());
        let own_credentials = image.filter(|_| container.repository.is_none()).and_then(|image| image.credentials.clone());
        let mut ignore = recipe.ignore;
        if assets.is_some() {
            ignore.push_str(&format!("!{ASSETS}\n!{ASSETS}/**\n"));
        }
        let mut build = Build {
            id,
            destination: destination.clone(),
            tags: Vec::new(),
            context: recipe.context,
            lines: origins(lowering, container, inline, &recipe.dockerfile),
            dockerfile: recipe.dockerfile.text,
            ignore,
            target,
            args,
            platform: recipe.platform,
            bases: recipe.bases,
            builder: builder.into(),
            flags: deciding_flags(),
            git_image: git_image.into(),
            credentials: own_credentials.or_else(|| container.credentials.clone()),
            secrets,
            cache: image.is_none_or(|image| image.cache),
            cache_repository: cache_repository(project),
            labels,
            assets,
            namespace: project.namespace.clone(),
            cpu: project.builder.cpu,
            memory: project.builder.memory,
            timeout: project.builder.timeout,
            insecure: project.builder.insecure.clone(),
            digest: None,
            inputs,
            record: record.annotation(),
            predecessor: Some(Predecessor::container(environment, namespace, &container.name)),
        };
        let facts = lowering.request.facts;
        let file = |path: &str| image.map_or_else(|| path.to_owned(), |image| facts.file(image, path));
        let dockerfile = inline.map_or("", |image| image.dockerfile.value.as_str());
        let (change, reason) = compare(lowering, &mut build, &record, dockerfile, &file);
        let address = super::containers::address(environment, &container.name);
        let run = Run { image: build.image(), need: Some(address.clone()) };
        self.by_destination.insert(destination, run.clone());
        lowering.builds.push(Action { address, change, reason, needs: recipe.needs, step: Step::Build(Box::new(build)) });
        Some(run)
    }

    /// The project's assets at the root package's commit. `None` when they are wanted and not known, which is reported once.
    fn assets(&mut self, lowering: &mut Lowering<'_>) -> Option<Option<Assets>> {
        let project = lowering.request.project;
        let Some(first) = project.assets.first() else { return Some(None) };
        let package = &lowering.request.package;
        if self.assets.is_none() {
            let listing = lowering.request.facts.assets().filter(|_| !package.commit.is_empty());
            if listing.is_none() {
                lowering.diagnostics.push(context_not_committed::assets(first.place, &first.value, &package.commit));
            }
            self.assets = Some(listing.map(|listing| Assets {
                url: package.url.clone(),
                commit: package.commit.clone(),
                paths: paths(&package.path, &project.assets),
                content: listing.tree_id().into(),
            }));
        }
        self.assets.clone().flatten().map(Some)
    }
}

fn lines(container: &Container) -> Vec<SmolStr> {
    container.personalize.iter().map(|line| line.value.clone()).collect()
}

/// Where each line was typed: what nobody typed stands for the container that it is made for.
fn origins(lowering: &Lowering<'_>, container: &Container, inline: Option<&Image>, dockerfile: &edit::Edited) -> Vec<Lines> {
    let facts = lowering.request.facts;
    let of = |(from, origin): &(u32, edit::Origin)| {
        let (file, line) = match (origin, inline) {
            (edit::Origin::Template(line), Some(image)) => (facts.file(image, &image.dockerfile.value), *line),
            (edit::Origin::Entry(index), _) => facts.line(container.personalize.get(*index)?.place)?,
            _ => facts.line(container.place)?,
        };
        Some(Lines { from: *from, file, line })
    };
    dockerfile.origins.iter().filter_map(of).collect()
}

fn template_inputs(inputs: &mut Inputs<'_>, image: &Image, pinned: &Pinned) {
    inputs.context(image, &pinned.context.tree);
    inputs.dockerfile(image, &pinned.source);
    inputs.target(image);
    inputs.args(image);
    inputs.bases(image, &pinned.source, &pinned.bases);
    inputs.labels_and_secrets(image);
}

/// What `/tmp/coder/image.json` holds: nothing of a single environment, and no commit.
fn image_json(template: Option<&Arc<Image>>, repository: &str, bases: &[Base], container: &Container) -> String {
    let value = json!({
        "template": template.map(|image| &image.name),
        "source": template.map(|image| &image.origin.url),
        "repository": template.map(|_| repository),
        "bases": bases,
        "personalize": lines(container),
    });
    format!("{value:#}")
}

/// Relative to the repository's root, sorted.
fn paths(folder: &str, assets: &[Sourced<SmolStr>]) -> Vec<SmolStr> {
    let mut paths: Vec<SmolStr> = assets
        .iter()
        .map(|asset| {
            let path = asset.value.trim_start_matches("./").trim_end_matches('/');
            if folder.is_empty() { path.into() } else { format!("{folder}/{path}").into() }
        })
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}
