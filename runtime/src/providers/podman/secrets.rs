//! podman's secrets, as what a plan calls secrets: a value by name and key.
//!
//! A secret's text is the value itself, whatever the key, or a whole Kubernetes Secret, or podman's own form of one (a JSON map
//! from keys to base64). No value is ever shown or logged from here.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use compiler::diagnostics::catalog::local_secret;
use serde_json::Value;

use crate::execute::Failure;
use crate::process;

/// What was found of a key of a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Found {
    Value(Vec<u8>),
    /// The secret is there, and does not have the key.
    NoKey,
    Missing,
}

/// The value of a key of podman's secret of this name.
pub async fn value(name: &str, key: &str) -> Result<Found, Failure> {
    let shown =
        process::run("podman", &["secret", "inspect", "--showsecret", "--format", "{{json .SecretData}}", name], None).await?;
    let text = if shown.ok() {
        serde_json::from_str::<String>(shown.out.trim()).ok().map(String::into_bytes)
    } else if is_missing(&shown.err) {
        return Ok(Found::Missing);
    } else {
        match stored(name).await? {
            Some(text) => text,
            None => return Ok(Found::Missing),
        }
    };
    let text = text.ok_or_else(|| Failure::new(local_secret::unreadable(name, "podman shows no value of it")))?;
    Ok(of_key(text, key))
}

/// Before podman 4.7 a value is only shown by the file that the driver keeps, which is this user's. `None`: no such secret.
async fn stored(name: &str) -> Result<Option<Option<Vec<u8>>>, Failure> {
    let output = process::run("podman", &["secret", "inspect", name], None).await?;
    if !output.ok() {
        return match is_missing(&output.err) {
            true => Ok(None),
            false => Err(Failure::new(local_secret::unreadable(name, &output.complaint()))),
        };
    }
    let read = || -> Option<Vec<u8>> {
        let secrets: Value = serde_json::from_str(&output.out).ok()?;
        let id = secrets.pointer("/0/ID")?.as_str()?;
        let folder = secrets.pointer("/0/Spec/Driver/Options/path")?.as_str()?;
        let all = std::fs::read_to_string(Path::new(folder).join("secretsdata.json")).ok()?;
        let all: BTreeMap<String, String> = serde_json::from_str(&all).ok()?;
        STANDARD.decode(all.get(id)?).ok()
    };
    Ok(Some(read()))
}

fn is_missing(complaint: &str) -> bool {
    complaint.contains("no such secret") || complaint.contains("no secret with name or id")
}

fn of_key(text: Vec<u8>, key: &str) -> Found {
    let Some(document) = std::str::from_utf8(&text).ok().and_then(document) else { return Found::Value(text) };
    let decoded = |value: &Value| value.as_str().and_then(|text| STANDARD.decode(text.trim()).ok());
    if document.get("kind").and_then(Value::as_str) == Some("Secret") {
        let plain = document.pointer("/stringData").and_then(|data| data.get(key)).and_then(Value::as_str);
        let plain = plain.map(|text| text.as_bytes().to_vec());
        let found = plain.or_else(|| document.get("data").and_then(|data| data.get(key)).and_then(decoded));
        return found.map_or(Found::NoKey, Found::Value);
    }
    match document.get(key).and_then(decoded) {
        Some(value) => Found::Value(value),
        None => Found::Value(text),
    }
}

/// A text that is a map, in JSON or YAML.
fn document(text: &str) -> Option<Value> {
    let value: Value = serde_json::from_str(text).ok().or_else(|| {
        let looks = text.lines().any(|line| line.trim_end() == "kind: Secret");
        looks.then(|| serde_saphyr::from_str(text).ok()).flatten()
    })?;
    value.is_object().then_some(value)
}

/// Writes a value where only those may read it whom `mode` lets.
///
/// # Errors
/// Of the file system.
pub fn write(path: &Path, value: &[u8], mode: u32) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)?.write_all(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, key: &str) -> String {
        match of_key(text.as_bytes().to_vec(), key) {
            Found::Value(value) => String::from_utf8(value).unwrap(),
            Found::NoKey => "no key".to_owned(),
            Found::Missing => "missing".to_owned(),
        }
    }

    #[test]
    fn a_secret_is_a_value_or_has_keys() {
        assert_eq!(found("hunter2\n", "token"), "hunter2\n");
        assert_eq!(found("{\"token\": \"aHVudGVyMg==\"}", "token"), "hunter2");
        let yaml =
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: api\ndata:\n  token: aHVudGVyMg==\nstringData:\n  other: plain\n";
        assert_eq!(found(yaml, "token"), "hunter2");
        assert_eq!(found(yaml, "other"), "plain");
        assert_eq!(found(yaml, "none"), "no key");
        assert_eq!(found("{\"kind\": \"Secret\", \"data\": {}}", "token"), "no key");
        assert_eq!(found("[1]", "token"), "[1]");
    }
}
