//! The images in this user's local storage, which buildah and podman share.
//!
//! Asks no registry.

use std::collections::BTreeMap;

use compiler::diagnostics::catalog::local_build;
use serde::Deserialize;

use crate::execute::Failure;
use crate::process;

/// What is known of one image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Image {
    /// `sha256:…` of its manifest.
    #[serde(rename = "FromImageDigest", default)]
    pub digest: String,
    #[serde(rename = "ImageAnnotations", default, deserialize_with = "null_is_empty")]
    pub annotations: BTreeMap<String, String>,
}

/// The image of a reference; `None` where it is not here.
pub async fn image(reference: &str) -> Result<Option<Image>, Failure> {
    let output = process::run("buildah", &["inspect", "--type", "image", reference], None).await?;
    if !output.ok() {
        // The one failure that says it is not there is told from those that say nothing of it.
        let unknown = output.err.contains("image not known") || output.err.contains("no such image");
        return if unknown { Ok(None) } else { Err(unreadable(&output.complaint())) };
    }
    serde_json::from_str(&output.out).map(Some).map_err(|error| unreadable(&error.to_string()))
}

/// The digest of every image that has a name, by each of its names.
pub async fn all() -> Result<BTreeMap<String, String>, Failure> {
    let output = process::run("buildah", &["images", "--json"], None).await?;
    if !output.ok() {
        return Err(unreadable(&output.complaint()));
    }
    parse(&output.out).map_err(|error| unreadable(&error.to_string()))
}

fn parse(text: &str) -> serde_json::Result<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Listed {
        names: Option<Vec<String>>,
        #[serde(default)]
        digest: String,
    }
    if text.trim().is_empty() {
        return Ok(BTreeMap::new());
    }
    let listed: Option<Vec<Listed>> = serde_json::from_str(text)?;
    let names = |image: Listed| {
        let digest = image.digest;
        image.names.into_iter().flatten().map(move |name| (name, digest.clone()))
    };
    Ok(listed.into_iter().flatten().flat_map(names).collect())
}

fn null_is_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

fn unreadable(detail: &str) -> Failure {
    Failure::new(local_build::other(detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_by_each_name() {
        let text =
            r#"[{"id": "1", "names": ["localhost/x:1", "docker.io/x:b-1"], "digest": "sha256:1"}, {"id": "2", "names": null}]"#;
        let images = parse(text).unwrap();
        assert_eq!(images.keys().collect::<Vec<_>>(), ["docker.io/x:b-1", "localhost/x:1"]);
        assert_eq!(parse("").unwrap(), BTreeMap::new());
        assert_eq!(parse("null").unwrap(), BTreeMap::new());
        assert_eq!(serde_json::from_str::<Image>(r#"{"ImageAnnotations": null}"#).unwrap(), Image::default());
    }
}
