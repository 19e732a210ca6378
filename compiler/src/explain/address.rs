//! An address taken apart: `environment.dev["ana"].containers.env.args[0]`.

use smol_str::SmolStr;

/// One step of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// `.name`
    Name(SmolStr),
    /// `["any text"]`
    Key(SmolStr),
    /// `[0]`
    Index(usize),
    /// `(user=ana,size=small)`
    Arguments(Vec<(SmolStr, SmolStr)>),
}

/// `None` for what is no address.
pub fn parse(text: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (segment, after) = match rest.as_bytes()[0] {
            b'[' => bracket(rest)?,
            b'(' => arguments(rest)?,
            b'.' if !segments.is_empty() => name(&rest[1..])?,
            _ if segments.is_empty() => name(rest)?,
            _ => return None,
        };
        segments.push(segment);
        rest = after;
    }
    (!segments.is_empty()).then_some(segments)
}

fn name(text: &str) -> Option<(Segment, &str)> {
    let end = text.find(['.', '[', '(']).unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    let sound = !name.is_empty() && name.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'));
    sound.then(|| (Segment::Name(name.into()), after))
}

/// `["key"]`, `[0]`; also `[key]`, since a shell eats the quotes.
fn bracket(text: &str) -> Option<(Segment, &str)> {
    let inside = &text[1..];
    if let Some(quoted) = inside.strip_prefix('"') {
        let end = quoted.find("\"]")?;
        return Some((Segment::Key(quoted[..end].into()), &quoted[end + 2..]));
    }
    let end = inside.find(']')?;
    let (key, after) = (&inside[..end], &inside[end + 1..]);
    let segment = match key.parse() {
        Ok(index) => Segment::Index(index),
        Err(_) if key.is_empty() => return None,
        Err(_) => Segment::Key(key.into()),
    };
    Some((segment, after))
}

fn arguments(text: &str) -> Option<(Segment, &str)> {
    let end = text.find(')')?;
    let pairs = text[1..end].split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let pairs: Option<Vec<(SmolStr, SmolStr)>> =
        pairs.map(|pair| pair.split_once('=').map(|(name, value)| (name.trim().into(), value.into()))).collect();
    Some((Segment::Arguments(pairs?), &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let name = |text: &str| Segment::Name(text.into());
        assert_eq!(parse("image.f0ssel-dev"), Some(vec![name("image"), name("f0ssel-dev")]));
        let of_loop = vec![name("environment"), name("dev"), Segment::Key("a.b".into()), name("replicas")];
        assert_eq!(parse("environment.dev[\"a.b\"].replicas"), Some(of_loop));
        assert_eq!(parse("users[1]"), Some(vec![name("users"), Segment::Index(1)]));
        let arguments = Segment::Arguments(vec![("user".into(), "ana".into()), ("n".into(), "2".into())]);
        assert_eq!(parse("environment.dev(user=ana, n=2)"), Some(vec![name("environment"), name("dev"), arguments]));
        for wrong in ["", ".", "a..b", "a[", "a[]", "a(b)", "a b", "[0]x", "a/b"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
