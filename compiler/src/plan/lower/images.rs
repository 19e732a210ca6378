//! What becomes of the templates: each with every base pinned, then its build for each platform.
//!
//! Which templates there are and what they stand on is known before.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Lowering;
use super::folders::{Folder, Folders};
use super::inputs::Inputs;
use super::tags::branch_tag;
use super::templates::{Source, Templates};
use crate::diagnostics::catalog::{context_not_committed, unpinned_base};
use crate::dockerfile::edit;
use crate::model::Project;
use crate::plan::action::{Action, Base, Build, Change, Context, Lines, Reason, Step};
use crate::plan::facts::Predecessor;
use crate::plan::id::Deciding;
use crate::plan::reasons::{Evidence, of_build};
use crate::plan::record::PreviousBuild;
use crate::plan::reference::{self, by_digest};
use crate::plan::{Built, DECIDING_FLAGS, deciding_flags};
use crate::text::TextRange;

/// What was made of the templates.
pub(super) struct Images<'a> {
    pub templates: Templates<'a>,
    /// By node and index of the platform.
    pub made: FxHashMap<(usize, usize), Made>,
    /// Parsed, pinned and placed: what an inline personalisation starts from. By node and index of the platform.
    pub pinned: FxHashMap<(usize, usize), Pinned>,
    /// Whose build each destination is: templates that come to the same are one build, which belongs to the first of them.
    pub first: FxHashMap<String, (usize, usize)>,
}

/// A build of a template.
#[derive(Clone)]
pub(super) struct Made {
    pub address: String,
    pub id: String,
    pub destination: String,
    /// Its image as an object names it.
    pub image: String,
}

/// A template whose every base is pinned.
#[derive(Clone)]
pub(super) struct Pinned {
    pub context: Context,
    pub folder: Arc<Folder>,
    /// As its author wrote it.
    pub source: String,
    /// With pinned bases.
    pub dockerfile: String,
    pub bases: Vec<(TextRange, String, Base)>,
    pub needs: Vec<String>,
    pub args: Vec<(SmolStr, SmolStr)>,
    /// Who its image runs as; `None` is root.
    pub user: Option<String>,
    /// The user of the base at its root.
    pub base_user: Option<String>,
    pub builder: String,
    pub git_image: String,
}

impl Images<'_> {
    /// The index of the platform that stands on the same architecture, else the first.
    pub fn platform(&self, node: usize, platform: &str) -> usize {
        self.templates.nodes[node].image.platforms.iter().position(|known| known == platform).unwrap_or(0)
    }

    /// `None` where something is wrong that was reported, or where a base was left out.
    pub fn pin(&self, lowering: &mut Lowering<'_>, folders: &mut Folders, node: usize, platform: usize) -> Option<Pinned> {
        if platform > 0 && !self.has_template_base(node) {
            return self.pinned.get(&(node, 0)).cloned();
        }
        let of = &self.templates.nodes[node];
        let image = &of.image;
        let Some(source) = &of.source else {
            let path = [&*image.context.value, &*image.dockerfile.value].join("/");
            let (path, commit) = (path.trim_start_matches('/'), &image.origin.commit);
            lowering.diagnostics.push(context_not_committed::of_image(image.dockerfile.place, path, commit, &image.name));
            return None;
        };
        let folder = folders.of(lowering, image)?;
        let (mut bases, mut needs, mut replacements) = (Vec::new(), Vec::new(), Vec::new());
        for found in &source.uses {
            let (base, written) = match found.node {
                Some(base) => {
                    let made = self.made.get(&(base, self.platform(base, &image.platforms[platform])))?;
                    if !needs.contains(&made.address) {
                        needs.push(made.address.clone());
                    }
                    let reference = found.reference.clone();
                    (Base { reference, digest: None, id: Some(made.id.clone()) }, made.destination.clone())
                }
                None => {
                    let reference = found.reference.clone();
                    let Some(pinned) = lowering.references.resolve(&reference) else {
                        let diagnostic =
                            unpinned_base::in_dockerfile(image.dockerfile.place, &reference, &image.dockerfile.value);
                        lowering.report_once(&reference, diagnostic);
                        return None;
                    };
                    let written = by_digest(&reference, &pinned.digest);
                    (Base { reference, digest: Some(pinned.digest.clone()), id: None }, written)
                }
            };
            replacements.push((found.range, written));
            bases.push((found.range, found.reference.clone(), base));
        }
        let target = image.target.as_ref().map(|target| target.value.as_str());
        let base_user = self.base_user(lowering, source, target, &image.platforms[platform]);
        let user = match edit::final_user(&source.dockerfile, target, &source.args) {
            edit::FinalUser::Set(user) => Some(user),
            edit::FinalUser::FromBase(_) | edit::FinalUser::Unknown => base_user.clone(),
        };
        let (builder, git_image) = lowering.builder(of.project, image.place)?;
        Some(Pinned {
            context: Context {
                url: image.origin.url.clone(),
                commit: image.origin.commit.clone(),
                path: image.context.value.clone(),
                tree: folder.tree.as_str().into(),
            },
            folder,
            source: source.text.to_owned(),
            dockerfile: edit::pin(source.text, &replacements),
            bases,
            needs,
            args: source.args.clone(),
            user,
            base_user,
            builder,
            git_image,
        })
    }

    fn has_template_base(&self, node: usize) -> bool {
        self.templates.nodes[node].source.iter().flat_map(|source| &source.uses).any(|found| found.node.is_some())
    }

    /// The user of the image that the target stands on at last.
    fn base_user(
        &self,
        lowering: &mut Lowering<'_>,
        source: &Source<'_>,
        target: Option<&str>,
        platform: &str,
    ) -> Option<String> {
        let edit::FinalUser::FromBase(reference) = edit::final_user(&source.dockerfile, target, &source.args) else {
            return None;
        };
        match source.uses.iter().find(|found| found.reference == reference)?.node {
            Some(base) => self.pinned.get(&(base, self.platform(base, platform)))?.user.clone(),
            None => lowering.references.resolve(&reference)?.user.clone().filter(|user| !user.is_empty()),
        }
    }

    pub fn make(&mut self, lowering: &mut Lowering<'_>, node: usize, platform: usize, pinned: &Pinned) {
        let of = &self.templates.nodes[node];
        let (image, project, facts) = (&of.image, of.project, lowering.request.facts);
        let bases: Vec<Base> = pinned.bases.iter().map(|(_, _, base)| base.clone()).collect();
        let secrets: Vec<&str> = image.secrets.iter().map(|(id, _)| id.as_str()).collect();
        let id = Deciding {
            tree: &pinned.context.tree,
            dockerfile: &pinned.dockerfile,
            args: &pinned.args,
            target: image.target.as_ref().map(|target| target.value.as_str()),
            platform: &image.platforms[platform],
            bases: &bases,
            builder: &pinned.builder,
            flags: DECIDING_FLAGS,
            assets: None,
            secrets: &secrets,
            labels: &image.labels,
        }
        .id();
        let destination = format!("{}:{id}", of.repository);
        let mut address = of.address.clone();
        if platform > 0 {
            address = format!("{address}/{}", image.platforms[platform].replace('/', "-"));
        }
        if let Some(first) = self.first.get(&destination) {
            let made = self.made[first].clone();
            lowering.shared.push((address, made.address.clone()));
            self.made.insert((node, platform), made);
            return;
        }
        let mut inputs = Inputs::new(facts);
        inputs.context(image, &pinned.context.tree);
        inputs.dockerfile(image, &pinned.source);
        inputs.target(image);
        inputs.args(image);
        inputs.bases(image, &pinned.source, &pinned.bases);
        inputs.builder(&image.platforms[platform], &pinned.builder, DECIDING_FLAGS, project);
        inputs.labels_and_secrets(image);
        let inputs = inputs.done();
        let record = PreviousBuild::new(&inputs, &pinned.source, pinned.files());
        let branch = image.origin.branch.as_deref().and_then(|branch| branch_tag(image, branch));
        let mut build = Build {
            destination: destination.clone(),
            tags: of.tags.clone(),
            context: pinned.context.clone(),
            dockerfile: pinned.dockerfile.clone(),
            lines: vec![Lines { from: 1, file: facts.file(image, &image.dockerfile.value), line: 1 }],
            ignore: pinned.folder.ignore.clone(),
            target: image.target.as_ref().map(|target| target.value.clone()),
            args: pinned.args.clone(),
            platform: image.platforms[platform].clone(),
            bases,
            builder: pinned.builder.as_str().into(),
            git_image: pinned.git_image.as_str().into(),
            flags: deciding_flags(),
            credentials: image.credentials.clone(),
            secrets: image.secrets.clone(),
            cache: image.cache,
            cache_repository: cache_repository(project),
            labels: image.labels.clone(),
            assets: None,
            namespace: lowering.request.project.namespace.clone(),
            cpu: project.builder.cpu,
            memory: project.builder.memory,
            timeout: project.builder.timeout,
            insecure: project.builder.insecure.clone(),
            digest: None,
            inputs,
            record: record.annotation(),
            predecessor: branch.map(|tag| Predecessor::Tag(format!("{}:{tag}", of.repository))),
            id: id.clone(),
        };
        let file = |path: &str| facts.file(image, path);
        let (change, reason) = compare(lowering, &mut build, &record, &image.dockerfile.value, &file);
        self.first.insert(destination.clone(), (node, platform));
        let made = Made { address: address.clone(), id, destination, image: build.image() };
        let step = Step::Build(Box::new(build));
        lowering.builds.push(Action { address, change, reason, needs: pinned.needs.clone(), step });
        self.made.insert((node, platform), made);
    }
}

impl Pinned {
    /// Path and object id of each file, where there are few.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.folder.files.iter().map(|(path, oid)| (path.as_str(), oid.as_str()))
    }
}

/// Asks the facts for a build's digest and for its predecessor.
pub(super) fn compare(
    lowering: &Lowering<'_>,
    build: &mut Build,
    record: &PreviousBuild,
    dockerfile: &str,
    file: &dyn Fn(&str) -> String,
) -> (Change, Reason) {
    let facts = lowering.request.facts;
    let built = facts.built(&build.destination);
    if let Built::Present { digest } = &built {
        build.digest = Some(digest.clone());
    }
    let previous = build.predecessor.as_ref().and_then(|predecessor| facts.previous(predecessor));
    let evidence = Evidence { built: &built, previous: previous.as_ref(), now: record, dockerfile, file };
    of_build(build, &evidence)
}

pub(super) fn cache_repository(project: &Project) -> Option<SmolStr> {
    project.cache.as_ref().map(|cache| reference::repository(cache, project.registry.as_deref()).into())
}
