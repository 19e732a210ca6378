//! What lies in a repository: every tag, with what it names, and when that was built.

use std::collections::BTreeMap;

use super::answer;
use super::{Annotations, Failure, Registry, read_manifest};

/// What a tag names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tagged {
    pub tag: String,
    /// `sha256:…`
    pub digest: String,
    pub annotations: Annotations,
    /// Of an index, the digests of its images.
    pub parts: Vec<String>,
}

impl Registry {
    /// Every tag of a repository (`host/repository`) with what it names, in order of tag; none where it does not exist.
    ///
    /// # Errors
    /// Where the registry does not say.
    pub async fn contents(&self, repository: &str) -> Result<Vec<Tagged>, Failure> {
        let tags = self.tags(repository).await?;
        let references = tags.iter().map(|tag| format!("{repository}:{tag}")).collect();
        let mut found = self.all(references, |registry, reference| async move { registry.tagged(&reference).await }).await;
        let mut contents = Vec::new();
        for tag in tags {
            // One that went meanwhile is none.
            if let Some(tagged) = found.remove(&format!("{repository}:{tag}")).transpose()?.flatten() {
                contents.push(Tagged { tag, ..tagged });
            }
        }
        Ok(contents)
    }

    async fn tagged(&self, reference: &str) -> Result<Option<Tagged>, Failure> {
        super::present(
            self.ask(reference, |client, image, auth| async move {
                let (manifest, digest) = read_manifest(&client, &image, &auth).await?;
                Ok(Tagged { tag: String::new(), digest, annotations: manifest.annotations(), parts: manifest.parts() })
            })
            .await,
        )
    }

    /// When each of `references` was built, in seconds since 1970: of an index, when its first image was. What does not say, or is
    /// not there, is left out.
    ///
    /// # Errors
    /// Where the registry does not say.
    pub async fn built(&self, references: Vec<String>) -> Result<BTreeMap<String, i64>, Failure> {
        let answers = self.all(references, |registry, reference| async move { registry.built_at(&reference).await }).await;
        let mut built = BTreeMap::new();
        for (reference, answer) in answers {
            if let Some(at) = answer? {
                built.insert(reference, at);
            }
        }
        Ok(built)
    }

    async fn built_at(&self, reference: &str) -> Result<Option<i64>, Failure> {
        let created = self.ask(reference, |client, image, auth| async move {
            let (mut manifest, _) = read_manifest(&client, &image, &auth).await?;
            if let Some(first) = manifest.parts().into_iter().next() {
                manifest = read_manifest(&client, &image.clone_with_digest(first), &auth).await?.0;
            }
            let Some(blob) = manifest.config() else { return Ok(None) };
            let mut config = Vec::new();
            client.pull_blob(&image, &blob, &mut config).await?;
            answer::created(&config)
        });
        Ok(super::present(created.await)?.flatten())
    }
}
