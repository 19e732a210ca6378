//! The forms that Kubernetes asks of names other than an object's own.

/// What keeps a port's name from being one (RFC 6335): at most 15 of lower case letters, digits and single dashes, with a letter.
pub(super) fn port_name_problem(name: &str) -> Option<&'static str> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.len() > 15 {
        Some("it is longer than 15 characters")
    } else if name.is_empty() || !name.bytes().all(fits) {
        Some("it has characters other than lower case letters, digits and `-`")
    } else if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Some("it has no letter")
    } else if name.starts_with('-') || name.ends_with('-') || name.contains("--") {
        Some("its dashes do not stand between letters or digits")
    } else {
        None
    }
}

/// What keeps a name from being an environment variable's: printable ASCII without `=`, as Kubernetes has it since 1.34;
/// stricter here, so that shells can read it: letters, digits, `_`, `.` and `-`, not starting with a digit.
pub(super) fn variable_problem(name: &str) -> Option<&'static str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    if name.is_empty() {
        Some("it is empty")
    } else if !name.bytes().all(fits) {
        Some("it has characters other than letters, digits, `_`, `.` and `-`")
    } else if name.as_bytes()[0].is_ascii_digit() {
        Some("it starts with a digit")
    } else {
        None
    }
}

/// What keeps a key from being a label's or annotation's: `name` or `prefix/name`, the name at most 63 characters.
pub(super) fn label_key_problem(key: &str) -> Option<&'static str> {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if prefix.is_some_and(|prefix| {
        prefix.is_empty() || prefix.len() > 253 || !prefix.split('.').all(|part| crate::model::name_problem(part).is_none())
    }) {
        return Some("what stands before `/` is no domain name");
    }
    label_text_problem(name).or_else(|| name.is_empty().then_some("it is empty"))
}

/// What keeps a text from being a label's value: at most 63 letters, digits, `-`, `_` and `.`, alphanumeric at both ends.
pub(super) fn label_text_problem(text: &str) -> Option<&'static str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    let end = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    if text.len() > 63 {
        Some("it is longer than 63 characters")
    } else if !text.bytes().all(fits) {
        Some("it has characters other than letters, digits, `_`, `.` and `-`")
    } else if !end(text.as_bytes().first()) || !end(text.as_bytes().last()) {
        Some("it does not start and end with a letter or digit")
    } else {
        None
    }
}
