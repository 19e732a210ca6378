//! Whether a text is an image reference: `name`, `registry/name:tag`, `name@sha256:…`.
//!
//! Says what is wrong with one; does not normalise or resolve it.

/// What is wrong with a reference, as a sentence; `None` for a sound one.
pub(super) fn problem(reference: &str) -> Option<String> {
    let (name, digest) = reference.split_once('@').map_or((reference, None), |(name, digest)| (name, Some(digest)));
    let slash = name.rfind('/').map_or(0, |slash| slash + 1);
    let (name, tag) = match name[slash..].find(':') {
        Some(colon) => (&name[..slash + colon], Some(&name[slash + colon + 1..])),
        None => (name, None),
    };
    let registry = name.split_once('/').filter(|(host, _)| host.contains(['.', ':']) || *host == "localhost");
    let path = registry.map_or(name, |(_, path)| path);
    if path.is_empty() {
        return Some(format!("`{reference}` names no image"));
    }
    if path.chars().any(char::is_uppercase) {
        return Some(format!("`{reference}` is no image reference: the name of an image is lower case"));
    }
    let is_word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.ends_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
    };
    if let Some(part) = path.split('/').find(|part| !is_word(part)) {
        return Some(format!("`{reference}` is no image reference: `{part}` cannot be part of a name"));
    }
    if let Some((host, _)) = registry
        && !host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'))
    {
        return Some(format!("`{reference}` is no image reference: `{host}` is no registry"));
    }
    let is_tag = |tag: &str| {
        tag.len() <= 128
            && tag.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
            && tag.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
    };
    if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
        let what = if tag.is_empty() { "its tag is empty".to_owned() } else { format!("`{tag}` is no tag") };
        return Some(format!("`{reference}` is no image reference: {what}"));
    }
    let is_digest = |digest: &str| {
        let hex = |hex: &str, length: usize| {
            hex.len() == length && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        match digest.split_once(':') {
            Some(("sha256", value)) => hex(value, 64),
            Some(("sha512", value)) => hex(value, 128),
            Some((algorithm, value)) => !algorithm.is_empty() && value.len() >= 32,
            None => false,
        }
    };
    let digest = digest.filter(|digest| !is_digest(digest))?;
    Some(format!("`{reference}` is no image reference: `{digest}` is no digest, which is `sha256:` and 64 hexadecimal digits"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_and_unsound() {
        let digest = format!("debian@sha256:{}", "0a".repeat(32));
        for reference in
            ["debian", "debian:12", "acme/dev_x--y.z:b-1", "localhost/x", "Registry.acme.dev:5000/a/b:T", "ghcr.io/a/b", &digest]
        {
            assert_eq!(problem(reference), None, "{reference}");
        }
        for reference in ["", "Debian", "debian:", "debian:a b", "-a", "a//b", "a@sha256:12", "acme/", "a.b/", "debian:-x", "a$b"]
        {
            assert!(problem(reference).is_some(), "{reference}");
        }
    }
}
