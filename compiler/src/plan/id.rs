//! The build ID: a hash of what decides an image, and of nothing else.
//!
//! Two builds with one ID are the same image, on any machine and at any time, so neither a commit, a clock, a path outside
//! the context nor the repository that the image goes to takes part.

use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::action::Base;
use super::reference;

/// Everything that decides the result of a build.
#[derive(Clone, Debug)]
pub struct Deciding<'a> {
    /// The context as git hashes a tree, after `.dockerignore`.
    pub tree: &'a str,
    /// The final Dockerfile, whole.
    pub dockerfile: &'a str,
    /// Sorted by name.
    pub args: &'a [(SmolStr, SmolStr)],
    pub target: Option<&'a str>,
    pub platform: &'a str,
    /// Each by digest, or by the ID of the build that makes it.
    pub bases: &'a [Base],
    /// The builder's image.
    pub builder: &'a str,
    /// Its flags that change what it makes.
    pub flags: &'a [&'a str],
    /// The hash of the project's assets.
    pub assets: Option<&'a str>,
    /// The ids of the build secrets, sorted; not where their values stand, and never a value.
    pub secrets: &'a [&'a str],
    /// Labels of the image, sorted by name.
    pub labels: &'a [(SmolStr, SmolStr)],
}

impl Deciding<'_> {
    /// `b-` and 32 characters of `a-z2-7`: 160 bits of SHA-256.
    pub fn id(&self) -> String {
        let mut hash = Fields(Sha256::new());
        hash.field("coderc build", "1");
        hash.field("context", self.tree);
        hash.field("dockerfile", self.dockerfile);
        for (name, value) in self.args {
            hash.field("arg name", name);
            hash.field("arg value", value);
        }
        if let Some(target) = self.target {
            hash.field("target", target);
        }
        hash.field("platform", self.platform);
        for base in self.bases {
            hash.field("base", base.digest.as_deref().or(base.id.as_deref()).unwrap_or(&base.reference));
        }
        // The same digest from a mirror is the same program.
        hash.field("builder", reference::digest_of(self.builder).unwrap_or(self.builder));
        for flag in self.flags {
            hash.field("flag", flag);
        }
        if let Some(assets) = self.assets {
            hash.field("assets", assets);
        }
        for secret in self.secrets {
            hash.field("secret", secret);
        }
        for (name, value) in self.labels {
            hash.field("label name", name);
            hash.field("label value", value);
        }
        format!("b-{}", base32(&hash.0.finalize()[..20]))
    }
}

/// `sha256:` and 64 hex digits of a text.
pub fn sha256(text: &str) -> String {
    format!("sha256:{}", hex(&Sha256::digest(text.as_bytes())))
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hash of named fields in which no field can be taken for part of another: each carries its length.
struct Fields(Sha256);

impl Fields {
    fn field(&mut self, name: &str, value: &str) {
        for text in [name, value] {
            self.0.update((text.len() as u64).to_be_bytes());
            self.0.update(text.as_bytes());
        }
    }
}

/// RFC 4648 in lower case, without padding: what a tag, a label and the name of an object can all hold.
fn base32(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut waiting, mut bits) = (0u32, 0);
    for byte in bytes {
        (waiting, bits) = (waiting << 8 | u32::from(*byte), bits + 8);
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(DIGITS[(waiting >> bits & 31) as usize]));
        }
        waiting &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(DIGITS[(waiting << (5 - bits) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_is_that_of_the_rfc() {
        let vectors = [("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"), ("foobar", "mzxw6ytboi")];
        for (text, expected) in vectors {
            assert_eq!(base32(text.as_bytes()), expected);
        }
    }

    fn deciding<'a>() -> Deciding<'a> {
        Deciding {
            tree: "t",
            dockerfile: "FROM scratch",
            args: &[],
            target: None,
            platform: "linux/amd64",
            bases: &[],
            builder: "kaniko@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            flags: &[],
            assets: None,
            secrets: &[],
            labels: &[],
        }
    }

    #[test]
    fn everything_that_decides_changes_the_id() {
        let pair = [(SmolStr::new("a"), SmolStr::new("b"))];
        let shifted = [(SmolStr::new("ab"), SmolStr::new(""))];
        let base = |digest: Option<&str>, id: Option<&str>| Base {
            reference: "r".into(),
            digest: digest.map(str::to_owned),
            id: id.map(str::to_owned),
        };
        let (by_digest, by_id) = ([base(Some("sha256:1"), None)], [base(None, Some("b-1"))]);
        let variants = [
            deciding(),
            Deciding { tree: "u", ..deciding() },
            Deciding { dockerfile: "FROM scratch\n", ..deciding() },
            Deciding { args: &pair, ..deciding() },
            Deciding { args: &shifted, ..deciding() },
            Deciding { labels: &pair, ..deciding() },
            Deciding { target: Some(""), ..deciding() },
            Deciding { platform: "linux/arm64", ..deciding() },
            Deciding { bases: &by_digest, ..deciding() },
            Deciding { bases: &by_id, ..deciding() },
            Deciding { builder: "kaniko", ..deciding() },
            Deciding { flags: &["--x"], ..deciding() },
            Deciding { assets: Some("t"), ..deciding() },
            Deciding { secrets: &["t"], ..deciding() },
        ];
        let ids: std::collections::BTreeSet<String> = variants.iter().map(Deciding::id).collect();
        assert_eq!(ids.len(), variants.len());
        for id in ids {
            assert!(id.len() == 34 && id.starts_with("b-") && reference::is_tag(&id), "{id}");
        }
    }

    #[test]
    fn a_mirror_of_the_builder_and_an_alias_of_a_base_do_not() {
        let mirrored = "mirror.acme.dev/x:v1@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(deciding().id(), Deciding { builder: mirrored, ..deciding() }.id());
        let named = |reference: &str| [Base { reference: reference.into(), digest: Some("sha256:1".into()), id: None }];
        let (one, other) = (named("debian"), named("docker.io/library/debian"));
        assert_eq!(Deciding { bases: &one, ..deciding() }.id(), Deciding { bases: &other, ..deciding() }.id());
    }
}
