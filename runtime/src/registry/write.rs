//! What changes a registry: tags that move, indexes over several platforms, deletions; and the list of a repository's tags.
//!
//! No layer is copied: what a tag is to name is in its repository already. Whether a tag may move is for who asks to decide.

use http::HeaderValue;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference, RegistryOperation};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::answer::{self, Answer, Manifest};
use super::request::{self, Request};
use super::{Annotations, Failure, MANIFESTS, Registry};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Names in a list of tags at a time.
const PAGE: usize = 1000;

/// A list of tags ends somewhere, whatever a server says.
const PAGES: usize = 1000;

impl Registry {
    /// Makes `tag` (`host/repository:tag`) name the image or index `digest`, which lies in the same repository.
    ///
    /// # Errors
    /// Where the image is not there, or the registry does not let the tag move.
    pub async fn tag(&self, digest: &str, tag: &str) -> Result<(), Failure> {
        self.ask(tag, |client, image, auth| async move {
            let (bytes, media_type) = raw(&client, &image.clone_with_digest(digest.to_string()), &auth).await?;
            put(&client, &image, &auth, bytes, &media_type).await
        })
        .await
    }

    /// Makes `tag` name an index of the images `digests`, one a platform, and gives the index's digest. The images lie in the
    /// same repository.
    ///
    /// # Errors
    /// Where an image is not there, or the registry does not take the index.
    pub async fn index(&self, digests: &[String], annotations: &Annotations, tag: &str) -> Result<String, Failure> {
        self.ask(tag, |client, image, auth| async move {
            let mut entries = Vec::new();
            for digest in digests {
                entries.push(entry(&client, &image.clone_with_digest(digest.clone()), &auth, digest).await?);
            }
            let mut index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": entries });
            if !annotations.is_empty() {
                index["annotations"] = json!(annotations);
            }
            // Sorted keys: the same images give the same digest.
            index.sort_all_objects();
            let bytes = index.to_string().into_bytes();
            let digest = sha256(&bytes);
            put(&client, &image, &auth, bytes, INDEX).await?;
            Ok(digest)
        })
        .await
    }

    /// Deletes what `reference` names: the manifest of a digest, with every tag that names it; or one tag, where the registry
    /// can do that. `false` where nothing was there.
    ///
    /// # Errors
    /// Where the registry does not allow it, or cannot do it.
    pub async fn delete(&self, reference: &str) -> Result<bool, Failure> {
        super::present(
            self.ask(reference, |_, image, auth| async move {
                let named = image.digest().or(image.tag()).unwrap_or("latest");
                let path = format!("manifests/{named}");
                self.send(Request::Delete, &image, &auth, &path).await.map(|_| ())
            })
            .await,
        )
        .map(|found| found.is_some())
    }

    /// Every tag of a repository (`host/repository`), sorted; none where it does not exist.
    ///
    /// # Errors
    /// Where the registry does not say.
    pub async fn tags(&self, repository: &str) -> Result<Vec<String>, Failure> {
        let found = super::present(
            self.ask(repository, |_, image, auth| async move {
                let (mut tags, mut path) = (Vec::new(), format!("tags/list?n={PAGE}"));
                for _ in 0..PAGES {
                    let answer = self.send(Request::Get, &image, &auth, &path).await?;
                    let list: Value =
                        serde_json::from_slice(&answer.body).map_err(|error| Answer::unexpected(&error.to_string()))?;
                    let names: Vec<&str> = list["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                    tags.extend(names.iter().map(ToString::to_string));
                    match names.last() {
                        Some(last) if answer.more => path = format!("tags/list?n={PAGE}&last={last}"),
                        _ => break,
                    }
                }
                tags.sort_unstable();
                tags.dedup();
                Ok(tags)
            })
            .await,
        )?;
        Ok(found.unwrap_or_default())
    }

    /// The digest of what `reference` names, with its annotations; `None` where nothing is there.
    ///
    /// # Errors
    /// Where the registry does not say.
    pub async fn target(&self, reference: &str) -> Result<Option<(String, Annotations)>, Failure> {
        super::present(
            self.ask(reference, |client, image, auth| async move {
                let (manifest, digest) = super::read_manifest(&client, &image, &auth).await?;
                Ok((digest, manifest.annotations()))
            })
            .await,
        )
    }

    /// The bytes of an image's layers, as they are stored; `None` for an index, or where nothing is there.
    ///
    /// # Errors
    /// Where the registry does not say.
    pub async fn size(&self, reference: &str) -> Result<Option<u64>, Failure> {
        let found =
            self.ask(
                reference,
                |client, image, auth| async move { Ok(super::read_manifest(&client, &image, &auth).await?.0.size()) },
            );
        Ok(super::present(found.await)?.flatten())
    }

    async fn send(&self, what: Request, image: &Reference, auth: &RegistryAuth, path: &str) -> Result<request::Answered, Answer> {
        let host = image.resolve_registry();
        let scheme = if self.settings.insecure.iter().any(|insecure| insecure == host) { "http" } else { "https" };
        let url = format!("{scheme}://{host}/v2/{}/{path}", image.repository());
        request::send(&self.http, what, &url, auth).await
    }
}

async fn raw(client: &Client, image: &Reference, auth: &RegistryAuth) -> Result<(Vec<u8>, String), Answer> {
    let (bytes, _) = client.pull_manifest_raw(image, auth, MANIFESTS).await?;
    let manifest: Value = serde_json::from_slice(&bytes).map_err(|error| Answer::unexpected(&error.to_string()))?;
    // An OCI manifest need not say what it is.
    let guessed = if manifest["manifests"].is_array() { INDEX } else { MANIFESTS[0] };
    let media_type = manifest["mediaType"].as_str().unwrap_or(guessed).to_string();
    Ok((bytes.to_vec(), media_type))
}

async fn put(client: &Client, image: &Reference, auth: &RegistryAuth, bytes: Vec<u8>, media_type: &str) -> Result<(), Answer> {
    let media_type = HeaderValue::from_str(media_type).map_err(|error| Answer::unexpected(&error.to_string()))?;
    // Fails where the registry's token server refuses: a request without a token would only be refused with fewer words.
    client.auth(image, auth, RegistryOperation::Push).await?;
    client.push_manifest_raw(image, bytes, media_type).await?;
    Ok(())
}

async fn entry(client: &Client, image: &Reference, auth: &RegistryAuth, digest: &str) -> Result<Value, Answer> {
    let (bytes, media_type) = raw(client, image, auth).await?;
    let blob = Manifest::parse(&bytes)?.config().ok_or_else(|| Answer::unexpected("it is no image that can run"))?;
    let mut config = Vec::new();
    client.pull_blob(image, &blob, &mut config).await?;
    let mut platform = Map::new();
    for (name, value) in answer::platform(&config)? {
        platform.insert(name.to_string(), Value::String(value));
    }
    Ok(json!({ "mediaType": media_type, "digest": digest, "size": bytes.len(), "platform": platform }))
}

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    format!("sha256:{}", digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
