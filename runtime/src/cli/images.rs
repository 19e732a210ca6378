//! Where the images of a plan are, and what made them: a registry, or the storage of this machine.
//!
//! Only asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use compiler::plan::Built;

use crate::builders::buildah::Buildah;
use crate::registry::{Annotations, Registry};

#[derive(Clone)]
pub enum Images {
    Registry(Registry),
    Local(Arc<Buildah>),
}

impl Images {
    /// Whether each reference is there.
    pub async fn heads(&self, references: Vec<String>) -> BTreeMap<String, Built> {
        match self {
            Images::Registry(registry) => {
                let answers = registry.head_all(references).await.into_iter();
                answers
                    .map(|(reference, answer)| match answer {
                        Ok(Some(digest)) => (reference, Built::Present { digest }),
                        Ok(None) => (reference, Built::Absent),
                        Err(_) => (reference, Built::Unknown),
                    })
                    .collect()
            }
            Images::Local(buildah) => {
                let Ok(found) = buildah.heads(&references).await else { return BTreeMap::new() };
                let built = |reference: String| match found.get(&reference) {
                    Some(digest) => (reference, Built::Present { digest: digest.clone() }),
                    None => (reference, Built::Absent),
                };
                references.into_iter().map(built).collect()
            }
        }
    }

    /// The annotations of those that are there.
    pub async fn annotations(&self, references: Vec<String>) -> BTreeMap<String, Annotations> {
        match self {
            Images::Registry(registry) => {
                let answers = registry.annotations_all(references).await.into_iter();
                answers.filter_map(|(reference, answer)| Some((reference, answer.ok()??))).collect()
            }
            Images::Local(buildah) => buildah.annotations(&references).await.unwrap_or_default(),
        }
    }
}
