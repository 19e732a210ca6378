//! The checked forms of texts: paths, registry paths, image references.
//!
//! Each function gives the reason a text does not have the form, as the end of a sentence.

/// A path: not empty, without a NUL.
pub fn path(text: &str) -> Result<(), String> {
    if text.is_empty() {
        Err("a path is not empty".to_owned())
    } else if text.contains('\0') {
        Err("a path holds no NUL".to_owned())
    } else {
        Ok(())
    }
}

/// A registry path without tag and digest: `acme/dev`, `registry.acme.dev:5000/team/dev`. After the OCI distribution
/// specification and Docker's reference grammar; the names are at most 255 bytes.
pub fn repository(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("a repository is not empty".to_owned());
    }
    if text.contains("://") {
        return Err("a repository is written without `https://`".to_owned());
    }
    if let Some((_, digest)) = text.split_once('@') {
        return Err(format!("a repository has no digest; leave out `@{digest}`"));
    }
    let (host, path) = split_host(text);
    if let Some(host) = host {
        check_host(host)?;
    }
    if let Some((_, tag)) = path.rsplit_once(':') {
        return Err(format!("a repository has no tag; leave out `:{tag}`"));
    }
    if text.len() > 255 {
        return Err("a repository has at most 255 characters".to_owned());
    }
    path.split('/').try_for_each(check_component)
}

/// An image reference: a repository, then perhaps `:tag`, then perhaps `@digest`.
pub fn image_reference(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("an image reference is not empty".to_owned());
    }
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    let (host, path) = split_host(rest);
    let (path, tag) = match path.rsplit_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (path, None),
    };
    if let Some(digest) = digest {
        check_digest(digest)?;
    }
    if let Some(tag) = tag {
        check_tag(tag)?;
    }
    if rest.contains("://") {
        return Err("an image reference is written without `https://`".to_owned());
    }
    if let Some(host) = host {
        check_host(host)?;
    }
    if path.is_empty() {
        return Err("an image's name is missing".to_owned());
    }
    if host.map_or(0, |host| host.len() + 1) + path.len() > 255 {
        return Err("an image's name has at most 255 characters".to_owned());
    }
    path.split('/').try_for_each(check_component)
}

/// The registry of a path, by Docker's rule: the first part is one when it has a dot or a colon, or is `localhost`.
fn split_host(text: &str) -> (Option<&str>, &str) {
    match text.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), rest),
        _ => (None, text),
    }
}

fn check_host(host: &str) -> Result<(), String> {
    let wrong = || Err(format!("`{host}` is no registry's host"));
    // An IPv6 address stands in brackets.
    if let Some(rest) = host.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return wrong() };
        let is_address = !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return if is_address && is_port { Ok(()) } else { wrong() };
    }
    let (name, port) = match host.split_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if name.split('.').all(is_label) && port.is_none_or(is_port) { Ok(()) } else { wrong() }
}

fn is_port(port: &str) -> bool {
    !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

/// Lower case letters and digits, with single `.` or `_`, two `_`, or any number of `-` between them.
fn check_component(component: &str) -> Result<(), String> {
    if component.is_empty() {
        return Err("a part between two `/` is missing".to_owned());
    }
    let is_plain = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    if let Some(character) = component.chars().find(|character| !is_plain(*character) && !matches!(character, '.' | '_' | '-')) {
        let only = "only lower case letters, digits, `.`, `_` and `-` can";
        return Err(match character {
            ' ' => format!("a space cannot stand in a repository; {only}"),
            upper if upper.is_ascii_uppercase() => format!("`{upper}` is upper case; {only} stand in a repository"),
            other => format!("`{other}` cannot stand in a repository; {only}"),
        });
    }
    if !component.starts_with(is_plain) || !component.ends_with(is_plain) {
        return Err(format!("`{component}` starts or ends with a sign"));
    }
    let signs = component.split(is_plain).filter(|signs| !signs.is_empty());
    for sign in signs {
        if !(matches!(sign, "." | "_" | "__") || sign.bytes().all(|byte| byte == b'-')) {
            return Err(format!("`{sign}` cannot stand in a repository"));
        }
    }
    Ok(())
}

fn check_tag(tag: &str) -> Result<(), String> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let fits = (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'));
    if fits { Ok(()) } else { Err(format!("`{tag}` is no tag")) }
}

fn check_digest(digest: &str) -> Result<(), String> {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return Err(format!("`{digest}` is no digest; one looks like `sha256:` and 64 hexadecimal digits"));
    };
    let is_hex = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match algorithm {
        "sha256" if hex.len() != 64 || !is_hex => Err("the digest is `sha256:` and 64 lower case hexadecimal digits".to_owned()),
        "sha512" if hex.len() != 128 || !is_hex => {
            Err("the digest is `sha512:` and 128 lower case hexadecimal digits".to_owned())
        }
        "sha256" | "sha512" => Ok(()),
        _ => Err(format!("`{algorithm}` is no digest's algorithm; `sha256` and `sha512` are")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories() {
        for good in
            ["acme/dev", "debian", "registry.acme.dev:5000/team/dev", "localhost/x", "ghcr.io/a/b__c.d-e--f", "[::1]:5000/a"]
        {
            assert_eq!(repository(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "acme/dev:latest",
            "Acme/dev",
            "acme//dev",
            "acme/dev@sha256:0",
            "https://acme.dev/x",
            "a/-b",
            "a b",
            "a..b",
            "host:99999/x",
        ] {
            assert!(repository(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn references() {
        let digest = "a".repeat(64);
        for good in [
            "postgres",
            "postgres:16",
            "ghcr.io/acme/x:v1.2_3",
            &format!("debian@sha256:{digest}"),
            &format!("debian:12@sha256:{digest}"),
        ] {
            assert_eq!(image_reference(good), Ok(()), "{good}");
        }
        for bad in ["", "postgres:", "Postgres", "a:b:c", "debian@sha256:12", "debian@12", ":tag", "a/", "post gres"] {
            assert!(image_reference(bad).is_err(), "{bad}");
        }
    }
}
