//! Tags that follow a build: a branch's moves only forward, so that an older job never takes it from a newer image.
//!
//! How a registry moves a tag is its client's business.

use std::collections::BTreeMap;

use crate::execute::Failure;
use crate::import::History;
use crate::registry::{Annotations, Registry};
use crate::render::{ANNOTATION_REVISION, ANNOTATION_SOURCE};
use crate::saved::{Plan, Step, Tag};

use super::access;

/// What the plan says of a tag's images.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub url: String,
    pub commit: String,
    pub credentials: Option<String>,
    pub namespace: Option<String>,
}

/// By the tag's reference.
pub fn origins(plan: &Plan) -> BTreeMap<String, Origin> {
    let mut origins = BTreeMap::new();
    for action in &plan.actions {
        let Step::Tag(tag) = &action.step else { continue };
        let build = tag.of.iter().find_map(|address| match &plan.action(address)?.step {
            Step::Build(build) => Some(build),
            _ => None,
        });
        if let Some(build) = build {
            let origin = Origin {
                url: build.context.url.to_string(),
                commit: build.context.commit.to_string(),
                credentials: build.credentials.as_ref().map(ToString::to_string),
                namespace: build.namespace.as_ref().map(ToString::to_string),
            };
            origins.insert(tag.reference.clone(), origin);
        }
    }
    origins
}

/// Moves the tag where it may move; a remark for people.
pub async fn apply(
    registry: &Registry,
    history: &History,
    tag: &Tag,
    images: &[(String, String)],
    origin: &Origin,
) -> Result<String, Failure> {
    let credentials = origin.credentials.as_deref();
    let not_looked = |failure| access::not_looked(&failure, credentials);
    let not_moved = |failure| access::not_moved(&failure, credentials);
    let Some((repository, first)) = images.first() else { return Ok("nothing was built to name".to_owned()) };
    let present = registry.target(&tag.reference).await.map_err(not_looked)?;
    let (url, commit) = match origin.commit.as_str() {
        // A plan that was not prepared: the image says what it was made of.
        "" => {
            let annotations = registry.annotations(&format!("{repository}@{first}")).await.map_err(not_looked)?;
            let mut annotations = annotations.unwrap_or_default();
            let mut take = |name: &str| annotations.remove(name).unwrap_or_default();
            (take(ANNOTATION_SOURCE), take(ANNOTATION_REVISION))
        }
        commit => (origin.url.clone(), commit.to_owned()),
    };
    if let Some((digest, annotations)) = &present {
        if images.len() == 1 && digest == first {
            return Ok("names it already".to_owned());
        }
        if let Some(reason) = stays(history, tag, &commit, &url, annotations).await {
            return Ok(reason);
        }
    }
    let was = if present.is_some() { "moved" } else { "set" };
    if images.len() == 1 {
        registry.tag(first, &tag.reference).await.map_err(not_moved)?;
        return Ok(was.to_owned());
    }
    let mut annotations = Annotations::new();
    if !commit.is_empty() {
        annotations.insert(ANNOTATION_REVISION.to_owned(), commit);
    }
    let digests: Vec<String> = images.iter().map(|(_, digest)| digest.clone()).collect();
    let index = registry.index(&digests, &annotations, &tag.reference).await.map_err(not_moved)?;
    match present {
        Some((digest, _)) if digest == index => Ok("names it already".to_owned()),
        _ => Ok(format!("{was} to {} platforms", images.len())),
    }
}

/// Why a tag stays where it is.
async fn stays(history: &History, tag: &Tag, commit: &str, url: &str, present: &Annotations) -> Option<String> {
    let before = present.get(ANNOTATION_REVISION)?;
    // The tag of a commit is that commit's, whatever the image was first built from.
    if before == commit || commit.is_empty() || names_commit(&tag.reference, commit) {
        return None;
    }
    let (asked, ancestor, url, history) = (commit.to_owned(), before.clone(), url.to_owned(), history.clone());
    let descends = tokio::task::spawn_blocking(move || history.descends(&url, &ancestor, &asked)).await.ok()?;
    let (before, commit) = (short(before), short(commit));
    match descends {
        Some(true) => None,
        Some(false) => Some(format!("stays at {before}, which {commit} does not descend from")),
        None => Some(format!("stays at {before}: nobody knows whether {commit} descends from it (fetch the whole history)")),
    }
}

fn names_commit(reference: &str, commit: &str) -> bool {
    reference.rsplit_once(':').is_some_and(|(_, tag)| tag.len() >= 7 && commit.starts_with(tag))
}

fn short(commit: &str) -> String {
    commit.chars().take(12).collect()
}
