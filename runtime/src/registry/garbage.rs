//! Which images and tags of a repository nothing reaches any more.
//!
//! Pure. Only what coderc built is judged: what others pushed stays, and keeps what it names.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::Tagged;
use crate::render::{ANNOTATION_BUILD_ID, ANNOTATION_REVISION};

/// What keeps images.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// `host/repository:tag`: of the builds of plans, and the tags that follow them.
    pub references: BTreeSet<String>,
    /// `sha256:…`: what runs.
    pub digests: BTreeSet<String>,
    /// Tags that stay, by whatever repository.
    pub tags: BTreeSet<String>,
}

/// Something that nothing reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// An image or an index, with the tags that name it.
    Image { digest: String, tags: Vec<String> },
    /// A tag of an image that stays.
    Tag { tag: String, digest: String },
}

impl Unreached {
    pub fn digest(&self) -> &str {
        match self {
            Unreached::Image { digest, .. } | Unreached::Tag { digest, .. } => digest,
        }
    }
}

/// What of a repository nothing reaches, images first, in order of digest and tag. `keep` says of a tag that it stays.
pub fn unreached(repository: &str, contents: &[Tagged], reached: &Reached, keep: &dyn Fn(&str) -> bool) -> Vec<Unreached> {
    let named =
        |tag: &str| reached.tags.contains(tag) || keep(tag) || reached.references.contains(&format!("{repository}:{tag}"));
    // A commit's tag keeps nothing: each build has one.
    let keeps = |tagged: &&Tagged| !is_ours(tagged) || named(&tagged.tag) || reached.digests.contains(&tagged.digest);
    let mut kept: BTreeSet<&str> = reached.digests.iter().map(String::as_str).collect();
    for tagged in contents.iter().filter(keeps) {
        kept.insert(&tagged.digest);
        kept.extend(tagged.parts.iter().map(String::as_str));
    }
    let mut images: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut tags = Vec::new();
    for tagged in contents {
        if !kept.contains(tagged.digest.as_str()) {
            images.entry(&tagged.digest).or_default().push(tagged.tag.clone());
        } else if is_ours(tagged) && !named(&tagged.tag) && !is_build(&tagged.tag) && !is_commit(&tagged.tag) {
            tags.push(Unreached::Tag { tag: tagged.tag.clone(), digest: tagged.digest.clone() });
        }
    }
    let images = images.into_iter().map(|(digest, tags)| Unreached::Image { digest: digest.to_owned(), tags });
    images.chain(tags).collect()
}

/// Whether coderc built it: an index that it made of several platforms carries no build's ID, but its commit.
fn is_ours(tagged: &Tagged) -> bool {
    let has = |name| tagged.annotations.contains_key(name);
    has(ANNOTATION_BUILD_ID) || (!tagged.parts.is_empty() && has(ANNOTATION_REVISION))
}

fn is_build(tag: &str) -> bool {
    tag.starts_with("b-")
}

fn is_commit(tag: &str) -> bool {
    tag.len() == 12 && tag.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(tag: &str, digest: &str, annotation: Option<&str>, parts: &[&str]) -> Tagged {
        Tagged {
            tag: tag.to_owned(),
            digest: digest.to_owned(),
            annotations: annotation.map(|name| (name.to_owned(), "x".to_owned())).into_iter().collect(),
            parts: parts.iter().map(ToString::to_string).collect(),
        }
    }

    fn ours(tag: &str, digest: &str) -> Tagged {
        tagged(tag, digest, Some(ANNOTATION_BUILD_ID), &[])
    }

    fn judged(contents: &[Tagged], reached: &Reached) -> Vec<String> {
        let shown = |one: Unreached| match one {
            Unreached::Image { digest, tags } => format!("{digest} {}", tags.join(" ")),
            Unreached::Tag { tag, .. } => format!("tag {tag}"),
        };
        unreached("r/dev", contents, reached, &|tag| tag == "stable").into_iter().map(shown).collect()
    }

    #[test]
    fn what_a_plan_a_branch_or_a_container_reaches_stays() {
        let contents = [
            ours("b-new", "1"),
            ours("b-branch", "2"),
            ours("feature", "2"),
            ours("b-running", "3"),
            ours("b-old", "4"),
            ours("0123456789ab", "4"),
            ours("b-stable", "5"),
            ours("stable", "5"),
        ];
        let reached = Reached {
            references: ["r/dev:b-new", "r/dev:feature", "r/other:b-old"].map(String::from).into(),
            digests: ["3".to_owned()].into(),
            tags: BTreeSet::new(),
        };
        assert_eq!(judged(&contents, &reached), ["4 b-old 0123456789ab"]);
    }

    #[test]
    fn a_tag_of_a_branch_that_is_gone_goes_and_what_it_named_stays() {
        let contents = [ours("b-new", "1"), ours("gone", "1"), ours("there", "1"), ours("0123456789ab", "1")];
        let reached =
            Reached { references: ["r/dev:b-new".to_owned()].into(), tags: ["there".to_owned()].into(), ..Reached::default() };
        assert_eq!(judged(&contents, &reached), ["tag gone"]);
    }

    #[test]
    fn what_others_pushed_stays_and_keeps_what_it_names() {
        let foreign = |tag: &str, digest: &str| tagged(tag, digest, None, &[]);
        assert_eq!(judged(&[foreign("1.2", "1"), foreign("b-x", "2")], &Reached::default()), [""; 0]);
        let index = tagged("all", "9", None, &["4"]);
        assert_eq!(judged(&[ours("b-old", "4"), index], &Reached::default()), [""; 0]);
    }

    #[test]
    fn an_index_keeps_its_images_and_goes_with_them() {
        let index = tagged("main", "9", Some(ANNOTATION_REVISION), &["1", "2"]);
        let contents = [ours("b-amd64", "1"), ours("b-arm64", "2"), index];
        let reached = Reached { tags: ["main".to_owned()].into(), ..Reached::default() };
        assert_eq!(judged(&contents, &reached), [""; 0]);
        assert_eq!(judged(&contents, &Reached::default()), ["1 b-amd64", "2 b-arm64", "9 main"]);
    }
}
