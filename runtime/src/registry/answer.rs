//! What a registry answers, as little of it as is needed, and what its refusals mean.
//!
//! Documents are read leniently: a registry's copy of an image may hold fields that nobody knows yet.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use oci_client::errors::{OciDistributionError, OciErrorCode};
use oci_client::manifest::OciDescriptor;
use serde_json::Value;

use super::failure::FailureKind;

/// A configuration is a small document; more than this is not read.
const LARGEST_CONFIG: i64 = 4 << 20;

/// Why a question has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub kind: FailureKind,
    /// In the registry's words, or in those of the connection.
    pub detail: String,
    /// Whether asking again can give another answer.
    pub passing: bool,
}

/// An image's manifest, or an index of several.
pub struct Manifest(Value);

impl Manifest {
    pub fn parse(bytes: &[u8]) -> Result<Manifest, Answer> {
        let value: Value = serde_json::from_slice(bytes).map_err(|error| Answer::unexpected(&error.to_string()))?;
        Ok(Manifest(value))
    }

    /// The digest of the entry for a platform, where this is an index: of the first image in it, where none is for that platform.
    pub fn of_platform(&self, os: &str, architecture: &str) -> Option<String> {
        let entries = self.0["manifests"].as_array()?;
        // Build tools put what they know about an image beside it, for the platform `unknown/unknown`.
        let mut images = entries.iter().filter(|entry| entry["platform"]["os"] != "unknown");
        let wanted = |entry: &&Value| entry["platform"]["os"] == os && entry["platform"]["architecture"] == architecture;
        let entry = images.clone().find(wanted).or_else(|| images.next())?;
        entry["digest"].as_str().map(ToString::to_string)
    }

    /// Where the image's configuration lies.
    pub fn config(&self) -> Option<OciDescriptor> {
        let config = &self.0["config"];
        let size = config["size"].as_i64().filter(|size| (0..=LARGEST_CONFIG).contains(size))?;
        let media_type = config["mediaType"].as_str().unwrap_or_default().to_string();
        Some(OciDescriptor { digest: config["digest"].as_str()?.to_string(), size, media_type, ..OciDescriptor::default() })
    }

    /// The bytes of its layers, where it is an image.
    pub fn size(&self) -> Option<u64> {
        Some(self.0["layers"].as_array()?.iter().filter_map(|layer| layer["size"].as_u64()).sum())
    }

    /// The digests of its images, where it is an index.
    pub fn parts(&self) -> Vec<String> {
        let entries = self.0["manifests"].as_array().into_iter().flatten();
        entries.filter_map(|entry| entry["digest"].as_str().map(ToString::to_string)).collect()
    }

    pub fn annotations(&self) -> BTreeMap<String, String> {
        let annotations = self.0["annotations"].as_object().into_iter().flatten();
        annotations.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_string()))).collect()
    }
}

/// The user in an image's configuration.
pub fn user(config: &[u8]) -> Result<String, Answer> {
    let config: Value = serde_json::from_slice(config).map_err(|error| Answer::unexpected(&error.to_string()))?;
    Ok(config["config"]["User"].as_str().unwrap_or_default().to_string())
}

/// When an image was built, in seconds since 1970, by its configuration; `None` where that says nothing, or no time that can be.
pub fn created(config: &[u8]) -> Result<Option<i64>, Answer> {
    let config: Value = serde_json::from_slice(config).map_err(|error| Answer::unexpected(&error.to_string()))?;
    let time = config["created"].as_str().and_then(|time| time.parse::<Timestamp>().ok());
    Ok(time.map(Timestamp::as_second).filter(|seconds| *seconds > 0))
}

/// The platform in an image's configuration, by the names that an index gives its parts.
pub fn platform(config: &[u8]) -> Result<Vec<(&'static str, String)>, Answer> {
    let config: Value = serde_json::from_slice(config).map_err(|error| Answer::unexpected(&error.to_string()))?;
    let part = |name: &'static str| Some((name, config[name].as_str().filter(|text| !text.is_empty())?.to_string()));
    Ok(["architecture", "os", "os.version", "variant"].into_iter().filter_map(part).collect())
}

impl Answer {
    pub fn unexpected(detail: &str) -> Answer {
        Answer { kind: FailureKind::Unexpected, detail: detail.to_string(), passing: false }
    }

    pub fn malformed(error: &oci_client::ParseError) -> Answer {
        Answer { kind: FailureKind::Malformed, detail: error.to_string(), passing: false }
    }

    pub fn credentials(detail: String) -> Answer {
        Answer { kind: FailureKind::Unauthorized, detail, passing: false }
    }

    pub fn late(deadline: Duration) -> Answer {
        let detail = format!("no answer within {} s", deadline.as_secs());
        Answer { kind: FailureKind::Unreachable, detail, passing: false }
    }
}

impl From<OciDistributionError> for Answer {
    fn from(error: OciDistributionError) -> Answer {
        use FailureKind::{NotFound, RateLimited, Unauthorized, Unexpected, Unreachable};
        let (kind, passing) = match &error {
            OciDistributionError::AuthenticationFailure(_) | OciDistributionError::UnauthorizedError { .. } => {
                (Unauthorized, false)
            }
            OciDistributionError::ImageManifestNotFoundError(_) => (NotFound, false),
            OciDistributionError::RegistryError { envelope, .. } => {
                let said = |code: OciErrorCode| envelope.errors.iter().any(|error| error.code == code);
                if said(OciErrorCode::ManifestUnknown) || said(OciErrorCode::NameUnknown) || said(OciErrorCode::NotFound) {
                    (NotFound, false)
                } else if said(OciErrorCode::Unauthorized) || said(OciErrorCode::Denied) {
                    (Unauthorized, false)
                } else if said(OciErrorCode::Toomanyrequests) {
                    (RateLimited, true)
                } else {
                    (Unexpected, false)
                }
            }
            OciDistributionError::ServerError { code: 404, .. } => (NotFound, false),
            OciDistributionError::ServerError { code: 401 | 403, .. } => (Unauthorized, false),
            OciDistributionError::ServerError { code: 429, .. } => (RateLimited, true),
            OciDistributionError::ServerError { code: 500.., .. } => (Unexpected, true),
            OciDistributionError::RequestError(error) if error.is_decode() => (Unexpected, false),
            OciDistributionError::RequestError(_) | OciDistributionError::IoError(_) => (Unreachable, true),
            _ => (Unexpected, false),
        };
        Answer { kind, detail: words(&error), passing }
    }
}

/// The error and what caused it, on one line.
fn words(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words = format!("{words}: {cause_words}");
        }
        source = cause.source();
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Manifest {
        Manifest::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn an_index_gives_its_linux_amd64_image() {
        let index = manifest(
            r#"{"manifests": [
                {"digest": "sha256:a", "platform": {"os": "unknown", "architecture": "unknown"}},
                {"digest": "sha256:b", "platform": {"os": "linux", "architecture": "arm64"}},
                {"digest": "sha256:c", "platform": {"os": "linux", "architecture": "amd64"}}]}"#,
        );
        assert_eq!(index.of_platform("linux", "amd64").as_deref(), Some("sha256:c"));
        assert_eq!(index.of_platform("windows", "amd64").as_deref(), Some("sha256:b"));
        assert_eq!(manifest("{}").of_platform("linux", "amd64"), None);
    }

    #[test]
    fn a_configuration_that_is_too_large_is_not_read() {
        let config = |size: i64| manifest(&format!(r#"{{"config": {{"digest": "sha256:a", "size": {size}}}}}"#)).config();
        assert!(config(100).is_some());
        assert!(config(1 << 40).is_none() && config(-1).is_none());
    }

    #[test]
    fn an_image_says_when_it_was_built() {
        assert_eq!(created(br#"{"created": "2026-01-01T00:00:00.5Z"}"#).unwrap(), Some(1_767_225_600));
        // What a builder that leaves times out writes, and what is no time.
        for none in
            [r#"{"created": "0001-01-01T00:00:00Z"}"#, r#"{"created": "1970-01-01T00:00:00Z"}"#, r#"{"created": 3}"#, "{}"]
        {
            assert_eq!(created(none.as_bytes()).unwrap(), None, "{none}");
        }
    }

    #[test]
    fn an_image_without_a_user_has_an_empty_one() {
        assert_eq!(user(br#"{"config": {"User": "1000:1000"}}"#).unwrap(), "1000:1000");
        assert_eq!(user(br#"{"config": {}}"#).unwrap(), "");
        assert_eq!(user(b"<html>").unwrap_err().kind, FailureKind::Unexpected);
    }
}
