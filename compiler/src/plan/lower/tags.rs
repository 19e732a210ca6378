//! The moving tags of images: by commit, by branch, and those that the sources name.
//!
//! Whether a branch's tag may move to this commit is decided when it is moved.

use rustc_hash::FxHashMap;

use super::Lowering;
use super::images::Images;
use crate::diagnostics::catalog::{invalid_tag, tag_taken};
use crate::model::Image;
use crate::plan::action::{Action, Change, Reason, ReasonKind, Step, Tag};
use crate::plan::facts::Built;
use crate::plan::reasons::plain;
use crate::plan::reference::{is_tag, tag_named};

/// References that follow an image's build: its commit, its branch, its own `tags`. `repository` is in its normal form.
pub(super) fn following(image: &Image, repository: &str) -> Vec<String> {
    let commit = image.origin.commit.get(..12).map(str::to_owned);
    let branch = image.origin.branch.as_deref().and_then(|branch| branch_tag(image, branch));
    let own = image.tags.iter().filter(|tag| is_tag(tag)).map(ToString::to_string);
    let mut tags: Vec<String> = Vec::new();
    for tag in commit.into_iter().chain(branch).chain(own) {
        let reference = format!("{repository}:{tag}");
        if !tags.contains(&reference) {
            tags.push(reference);
        }
    }
    tags
}

/// The tag of a branch, `/` and the like replaced by `-`; `None` for a commit, which has a tag already.
pub(super) fn branch_tag(image: &Image, branch: &str) -> Option<String> {
    let is_commit = branch.len() >= 7 && image.origin.commit.starts_with(branch);
    tag_named(branch).filter(|_| !is_commit)
}

/// One action for each reference: all platforms of an image share its tags.
pub(super) fn lower(lowering: &mut Lowering<'_>, images: &Images<'_>) {
    let mut order: Vec<usize> = (0..images.templates.nodes.len()).collect();
    order.sort_by(|left, right| images.templates.nodes[*left].address.cmp(&images.templates.nodes[*right].address));
    let change_of: FxHashMap<String, (Change, Option<String>)> = lowering
        .builds
        .iter()
        .map(|action| (action.address.clone(), (action.change, action.build().and_then(|build| build.digest.clone()))))
        .collect();
    // What moves a reference already: the node, and the ids it moves it to.
    let mut taken: FxHashMap<&str, (usize, Vec<&str>)> = FxHashMap::default();
    for node in order {
        let of = &images.templates.nodes[node];
        let made: Vec<_> = (0..of.image.platforms.len()).filter_map(|platform| images.made.get(&(node, platform))).collect();
        if made.is_empty() {
            continue;
        }
        for tag in of.image.tags.iter().filter(|tag| !is_tag(tag)) {
            lowering.diagnostics.push(invalid_tag::new(of.image.place, tag));
        }
        let ids: Vec<&str> = made.iter().map(|made| made.id.as_str()).collect();
        for reference in &of.tags {
            if let Some((first, moved)) = taken.get(reference.as_str()) {
                if *moved != ids {
                    let first = &images.templates.nodes[*first];
                    let (place, other) = (of.image.repository.place, first.image.repository.place);
                    let diagnostic = tag_taken::new(place, reference, (&of.address, &first.address), other);
                    // One mistake, whatever the number of tags: the repository is shared.
                    lowering.report_once(&format!("{} {}", of.address, first.address), diagnostic);
                }
                continue;
            }
            taken.insert(reference, (node, ids.clone()));
            let needs: Vec<String> = made.iter().map(|made| made.address.clone()).collect();
            let (change, reason) = change(lowering, reference, &needs, &change_of);
            let address = format!("{}/tag:{}", of.address, reference.rsplit_once(':').map_or("", |(_, tag)| tag));
            let step = Step::Tag(Tag { of: needs.clone(), reference: reference.clone() });
            lowering.tags.push(Action { address, change, reason, needs, step });
        }
    }
}

fn change(
    lowering: &Lowering<'_>,
    reference: &str,
    of: &[String],
    change_of: &FxHashMap<String, (Change, Option<String>)>,
) -> (Change, Reason) {
    let follows = || plain(ReasonKind::Follows, format!("follows {}", of.join(", ")));
    match (lowering.request.facts.built(reference), of) {
        (Built::Unknown, _) => (Change::Unknown, follows()),
        (Built::Absent, _) => (Change::Create, follows()),
        (Built::Present { digest }, [only]) if change_of.get(only).is_some_and(|(_, built)| *built == Some(digest.clone())) => {
            (Change::None, plain(ReasonKind::Unchanged, format!("`{reference}` is {digest}")))
        }
        (Built::Present { .. }, _) => (Change::Update, follows()),
    }
}
