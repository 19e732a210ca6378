//! The second, independent check of a plan: that nothing in it is left to chance.
//!
//! Shares no code with `lower` on purpose. What it finds is a defect of the compiler, never of the user's sources, so its
//! messages are for the report that a user sends.

use rustc_hash::{FxHashMap, FxHashSet};

use super::action::{Action, Build, ObjectKind, ObjectName, Plan, Step};
use super::reference::{is_digest, is_tag};
use crate::diagnostics::{Diagnostic, catalog::plan_lint};

/// One diagnostic for each thing that is wrong; none for a sound plan.
pub fn lint(plan: &Plan) -> Vec<Diagnostic> {
    let mut lint = Lint { found: Vec::new(), earlier: FxHashMap::default(), plan };
    lint.each_action();
    lint.destinations();
    lint.objects();
    lint.moving_tags();
    lint.found.iter().map(|(address, message)| plan_lint::new(address, message)).collect()
}

struct Lint<'a> {
    plan: &'a Plan,
    /// Actions that stand before the one looked at.
    earlier: FxHashMap<&'a str, &'a Action>,
    found: Vec<(&'a str, String)>,
}

impl<'a> Lint<'a> {
    fn each_action(&mut self) {
        let builds: FxHashMap<&str, &Action> =
            self.plan.actions.iter().filter_map(|action| Some((action.build()?.destination.as_str(), action))).collect();
        for action in &self.plan.actions {
            let address = action.address.as_str();
            for need in &action.needs {
                if !self.earlier.contains_key(need.as_str()) {
                    self.found.push((address, format!("needs `{need}`, which is no earlier action")));
                }
            }
            match &action.step {
                Step::Build(build) => self.build(action, build, &builds),
                Step::Tag(tag) => {
                    self.tag_reference(address, &tag.reference);
                    for of in &tag.of {
                        if !action.needs.contains(of) || self.earlier.get(of.as_str()).is_none_or(|of| of.build().is_none()) {
                            self.found.push((address, format!("tags `{of}`, which is no build that it needs")));
                        }
                    }
                }
                Step::Apply(apply) => {
                    let containers = apply.environment.containers.len() + apply.environment.inits.len();
                    if apply.object == ObjectKind::Deployment && apply.images.len() != containers {
                        self.found.push((address, format!("{containers} containers have {} images", apply.images.len())));
                    }
                    for image in &apply.images {
                        self.container_image(action, image, &builds);
                    }
                }
                Step::Wait(_) | Step::Delete(_) => {}
            }
            if self.earlier.insert(address, action).is_some() {
                self.found.push((address, "two actions have this address".to_owned()));
            }
        }
    }

    fn build(&mut self, action: &'a Action, build: &'a Build, builds: &FxHashMap<&str, &Action>) {
        let address = action.address.as_str();
        let context = &build.context;
        if !(is_commit(&context.commit) || context.url.is_empty() && context.commit.is_empty()) {
            self.found.push((address, format!("its context is at `{}`, which is no commit", context.commit)));
        }
        if let Some(assets) = build.assets.as_ref().filter(|assets| !is_commit(&assets.commit)) {
            self.found.push((address, format!("its assets are at `{}`, which is no commit", assets.commit)));
        }
        if build.id.len() < 28 || !build.id.starts_with("b-") || !build.destination.ends_with(&format!(":{}", build.id)) {
            self.found.push((address, format!("`{}` does not end in the build ID `{}`", build.destination, build.id)));
        }
        self.tag_reference(address, &build.destination);
        for tag in &build.tags {
            self.tag_reference(address, tag);
        }
        if !is_pinned(&build.builder) {
            self.found.push((address, format!("the builder `{}` is not pinned", build.builder)));
        }
        if !is_pinned(&build.git_image) {
            self.found.push((address, format!("the git image `{}` is not pinned", build.git_image)));
        }
        if build.digest.as_deref().is_some_and(|digest| !is_digest(digest)) {
            self.found.push((address, "its digest is none".to_owned()));
        }
        for base in &build.bases {
            let reference = &base.reference;
            match (&base.digest, &base.id) {
                (Some(digest), None) if is_digest(digest) => {}
                (None, Some(id)) if self.needs_build(action, id) => {}
                (None, Some(id)) => {
                    self.found.push((address, format!("its base `{reference}` is `{id}`, which it does not need")))
                }
                _ => self.found.push((address, format!("its base `{reference}` is neither a digest nor an action"))),
            }
        }
        for from in unpinned_froms(&build.dockerfile) {
            if builds.get(from.as_str()).is_none_or(|of| !action.needs.contains(&of.address)) {
                self.found.push((address, format!("its Dockerfile is `FROM {from}`, which is neither pinned nor an action")));
            }
        }
    }

    fn needs_build(&self, action: &Action, id: &str) -> bool {
        let earlier = |need: &String| self.earlier.get(need.as_str()).and_then(|need| need.build());
        action.needs.iter().filter_map(earlier).any(|build| build.id == id)
    }

    /// A container's image must be an action that it needs, wherever it looks like one.
    fn container_image(&mut self, action: &'a Action, image: &str, builds: &FxHashMap<&str, &Action>) {
        if image.is_empty() {
            self.found.push((&action.address, "a container has no image".to_owned()));
        }
        if let Some(build) = builds.get(image)
            && !action.needs.contains(&build.address)
        {
            self.found.push((&action.address, format!("runs `{image}` without needing `{}`", build.address)));
        }
        let is_build_tag = image.rsplit_once(':').is_some_and(|(_, tag)| tag.starts_with("b-") && tag.len() == 34);
        if is_build_tag && !builds.contains_key(image) {
            self.found.push((&action.address, format!("runs `{image}`, which no action builds")));
        }
    }

    fn tag_reference(&mut self, address: &'a str, reference: &str) {
        let tag = reference.rsplit_once(':').map_or("", |(_, tag)| tag);
        if !is_tag(tag) {
            self.found.push((address, format!("`{reference}` does not end in a valid tag")));
        }
    }

    fn destinations(&mut self) {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        for action in &self.plan.actions {
            if let Some(build) = action.build()
                && !seen.insert(&build.destination)
            {
                self.found.push((&action.address, format!("another action builds `{}` too", build.destination)));
            }
        }
    }

    fn objects(&mut self) {
        let mut seen: FxHashMap<ObjectName, &str> = FxHashMap::default();
        for action in &self.plan.actions {
            let object = match &action.step {
                Step::Apply(apply) => apply.name(),
                Step::Delete(object) => object.clone(),
                _ => continue,
            };
            let longest = if object.kind == "PersistentVolumeClaim" { 253 } else { 63 };
            if object.name.len() > longest || object.name.is_empty() {
                self.found.push((&action.address, format!("`{}` is no name of a {}", object.name, object.kind)));
            }
            let shown = format!("{} `{}`", object.kind, object.name);
            if let Some(other) = seen.insert(object, &action.address) {
                self.found.push((&action.address, format!("`{other}` acts on the {shown} too")));
            }
        }
    }

    fn moving_tags(&mut self) {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        for action in &self.plan.actions {
            if let Step::Tag(tag) = &action.step
                && !seen.insert(&tag.reference)
            {
                self.found.push((&action.address, format!("another action moves `{}` too", tag.reference)));
            }
        }
    }
}

fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_pinned(reference: &str) -> bool {
    reference.split_once('@').is_some_and(|(name, digest)| !name.is_empty() && is_digest(digest))
}

/// References of a Dockerfile's `FROM` lines that name no digest, no earlier stage and not nothing. A second reading on purpose,
/// by lines: it knows only what a pinned file can hold.
fn unpinned_froms(dockerfile: &str) -> Vec<String> {
    let (mut stages, mut unpinned) = (vec!["scratch".to_owned()], Vec::new());
    for stage in &crate::dockerfile::parse(dockerfile).stages {
        let base = &stage.base.text;
        if !stages.contains(&base.to_lowercase()) && !is_pinned(base) && !base.contains('$') {
            unpinned.push(base.to_string());
        }
        stages.extend(stage.name.iter().map(|name| name.text.to_string()));
    }
    unpinned
}
