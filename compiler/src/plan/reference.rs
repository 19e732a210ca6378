//! Image references and registry repositories: parsed, in their one normal form, and pinned to a digest.
//!
//! Asks no registry. The rules are those of Docker: a first component with a `.`, a `:` or the name `localhost` is a host,
//! without a host it is `docker.io`, and there a single component belongs to `library/`.

use std::fmt;

/// The registry of references that name none.
pub const DEFAULT_REGISTRY: &str = "docker.io";

/// `host/path[:tag][@digest]`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// `docker.io`, `registry.acme.dev:5000`.
    pub registry: String,
    /// `library/postgres`, `acme/dev`.
    pub path: String,
    pub tag: Option<String>,
    /// `sha256:…`
    pub digest: Option<String>,
}

impl Reference {
    /// `None` for what no registry could take: empty, with white space, a variable, upper case in its path, …
    pub fn parse(text: &str) -> Option<Reference> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let tag_at = name.rfind(':').filter(|colon| !name[*colon..].contains('/'));
        let (name, tag) = match tag_at {
            Some(colon) => (&name[..colon], Some(&name[colon + 1..])),
            None => (name, None),
        };
        let (registry, path) = split_host(name);
        let path = if registry == DEFAULT_REGISTRY && !path.contains('/') { format!("library/{path}") } else { path.to_owned() };
        let sound = path.split('/').all(is_component)
            && tag.is_none_or(is_tag)
            && digest.is_none_or(is_digest)
            && !registry.chars().any(|character| character.is_whitespace() || character == '$');
        sound.then(|| Reference {
            registry: registry.to_owned(),
            path,
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// `docker.io/library/postgres`: without tag and digest.
    pub fn repository(&self) -> String {
        format!("{}/{}", self.registry, self.path)
    }
}

impl fmt::Display for Reference {
    /// The normal form: with the host, and with `:latest` where neither a tag nor a digest stands.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)?;
        match (&self.tag, &self.digest) {
            (Some(tag), None) => write!(f, ":{tag}"),
            (None, None) => f.write_str(":latest"),
            (Some(tag), Some(digest)) => write!(f, ":{tag}@{digest}"),
            (None, Some(digest)) => write!(f, "@{digest}"),
        }
    }
}

/// The normal form of a reference: what the lock names an image by. What does not parse stays as it is.
pub fn normal(text: &str) -> String {
    Reference::parse(text).map_or_else(|| text.to_owned(), |reference| reference.to_string())
}

/// The normal form of a `repository` (a registry path without a tag): one without a host belongs to `registry`, which is the
/// project's, or to `docker.io`.
pub fn repository(text: &str, registry: Option<&str>) -> String {
    match (host(text), registry) {
        (None, Some(registry)) => format!("{}/{text}", registry.trim_end_matches('/')),
        _ => {
            let (registry, path) = split_host(text);
            let library = if registry == DEFAULT_REGISTRY && !path.contains('/') { "library/" } else { "" };
            format!("{registry}/{library}{path}")
        }
    }
}

/// The reference as written, pinned to a digest; one that it names already is replaced.
pub fn by_digest(reference: &str, digest: &str) -> String {
    let name = reference.split_once('@').map_or(reference, |(name, _)| name);
    format!("{name}@{digest}")
}

/// The digest that a reference names itself.
pub fn digest_of(reference: &str) -> Option<&str> {
    reference.split_once('@').map(|(_, digest)| digest).filter(|digest| is_digest(digest))
}

/// What a branch, a tag of a repository or a user's word is called as a tag of an image: what a tag cannot hold becomes `-`.
/// `None` where nothing is left.
pub fn tag_named(word: &str) -> Option<String> {
    let fits = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-');
    let clean: String = word.chars().map(|character| if fits(character) { character } else { '-' }).collect();
    let clean: String = clean.trim_start_matches(['.', '-']).chars().take(128).collect();
    (!clean.is_empty()).then_some(clean)
}

/// Whether a registry takes it as a tag.
pub fn is_tag(text: &str) -> bool {
    text.len() <= 128 && tag_named(text).as_deref() == Some(text)
}

/// `sha256:` and 64 hex digits, or another algorithm's like.
pub fn is_digest(text: &str) -> bool {
    let hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    match text.split_once(':') {
        Some(("sha256", digits)) => digits.len() == 64 && hex(digits),
        Some(("sha512", digits)) => digits.len() == 128 && hex(digits),
        _ => false,
    }
}

fn split_host(name: &str) -> (&str, &str) {
    match host(name) {
        Some("index.docker.io") => (DEFAULT_REGISTRY, &name["index.docker.io/".len()..]),
        Some(host) => (host, &name[host.len() + 1..]),
        None => (DEFAULT_REGISTRY, name),
    }
}

fn host(name: &str) -> Option<&str> {
    let (first, _) = name.split_once('/')?;
    (first.contains(['.', ':']) || first == "localhost").then_some(first)
}

fn is_component(text: &str) -> bool {
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-');
    edge(text.as_bytes().first()) && edge(text.as_bytes().last()) && text.bytes().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn references_have_one_normal_form() {
        assert_eq!(normal("postgres"), "docker.io/library/postgres:latest");
        assert_eq!(normal("docker.io/postgres:16"), "docker.io/library/postgres:16");
        assert_eq!(normal("index.docker.io/library/postgres:16"), "docker.io/library/postgres:16");
        assert_eq!(normal("f0ssel/dev"), "docker.io/f0ssel/dev:latest");
        assert_eq!(normal("localhost/dev"), "localhost/dev:latest");
        assert_eq!(normal("registry:5000/a/b:c"), "registry:5000/a/b:c");
        assert_eq!(normal(&format!("debian@{DIGEST}")), format!("docker.io/library/debian@{DIGEST}"));
        assert_eq!(normal(&format!("ghcr.io/a/b:v1@{DIGEST}")), format!("ghcr.io/a/b:v1@{DIGEST}"));
    }

    #[test]
    fn what_is_no_reference_is_none() {
        for text in ["", "a b", "UPPER/case", "a:", "a@sha256:12", "$BASE", "a//b", "-a", "a:b c", "host.x/", "a:b:c/d e"] {
            assert_eq!(Reference::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_repository_without_a_host_belongs_to_the_project_s_registry() {
        assert_eq!(repository("f0ssel/dev", None), "docker.io/f0ssel/dev");
        assert_eq!(repository("dev", None), "docker.io/library/dev");
        assert_eq!(repository("f0ssel/dev", Some("registry.acme.dev")), "registry.acme.dev/f0ssel/dev");
        assert_eq!(repository("ghcr.io/f0ssel/dev", Some("registry.acme.dev")), "ghcr.io/f0ssel/dev");
        assert_eq!(repository("localhost:5000/dev", Some("registry.acme.dev")), "localhost:5000/dev");
    }

    #[test]
    fn pinning_keeps_what_was_written() {
        assert_eq!(by_digest("postgres:16", DIGEST), format!("postgres:16@{DIGEST}"));
        assert_eq!(by_digest(&format!("postgres@{DIGEST}"), DIGEST), format!("postgres@{DIGEST}"));
        assert_eq!(digest_of(&format!("postgres@{DIGEST}")), Some(DIGEST));
        assert_eq!(digest_of("postgres"), None);
    }

    #[test]
    fn branches_become_tags() {
        assert_eq!(tag_named("feature/new").as_deref(), Some("feature-new"));
        assert_eq!(tag_named("-é.x").as_deref(), Some("x"));
        assert_eq!(tag_named("///"), None);
        assert!(is_tag("v1.2") && !is_tag("a/b") && !is_tag("") && !is_tag(&"x".repeat(129)));
    }
}
