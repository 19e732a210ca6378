//! What decided a build, as an annotation of the image it made, so that a later plan can name what changed.
//!
//! Compact JSON: the inputs by name, a hash for each line of the template's Dockerfile, and a hash for each file of the
//! context, or for each folder at its top where there are many files. No value of a secret is ever an input.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::action::Input;
use super::id::hex;

/// The annotation's name on the image's manifest.
pub const ANNOTATION: &str = "dev.coderc.inputs";

/// A context with more files is recorded by the folders at its top, and one with more of these by its tree alone: an annotation
/// is no place for a listing of megabytes.
pub const MOST_FILES: usize = 200;

/// What an earlier build was made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousBuild {
    /// [`Input::what`] to [`Input::value`].
    pub inputs: BTreeMap<String, String>,
    /// A short hash of each line of the template's Dockerfile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// Path in the context to a short hash, of a folder with a `/` at its end; empty where there were too many.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
}

impl PreviousBuild {
    /// `dockerfile` is the template's, as its author wrote it; `files` are path and content hash.
    pub fn new<'a>(
        inputs: &[Input],
        dockerfile: &str,
        files: impl ExactSizeIterator<Item = (&'a str, &'a str)>,
    ) -> PreviousBuild {
        let files = if files.len() > MOST_FILES {
            BTreeMap::new()
        } else {
            files.map(|(path, hash)| (path.to_owned(), hash.chars().take(12).collect())).collect()
        };
        PreviousBuild {
            inputs: inputs.iter().map(|input| (input.what.clone(), input.value.clone())).collect(),
            lines: dockerfile.lines().map(short_hash).collect(),
            files,
        }
    }

    pub fn annotation(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// `None` for what another version, or another program, wrote.
    pub fn parse(annotation: &str) -> Option<PreviousBuild> {
        serde_json::from_str(annotation).ok()
    }

    /// Whether the context is recorded by the folders at its top.
    pub fn is_by_folder(&self) -> bool {
        self.files.keys().any(|path| path.ends_with('/'))
    }

    /// The first line (from 1) of the template's Dockerfile that is not what it was.
    pub fn first_changed_line(&self, now: &PreviousBuild) -> Option<u32> {
        let same = self.lines.iter().zip(&now.lines).take_while(|(was, now)| was == now).count();
        (same < self.lines.len().max(now.lines.len())).then(|| (same as u32 + 1).min((now.lines.len() as u32).max(1)))
    }
}

/// A hash for each entry at the top of a context, whose files are given with their object ids; nothing where these are too many
/// as well.
pub(super) fn by_folder<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> BTreeMap<String, String> {
    let mut hashes: BTreeMap<String, Sha256> = BTreeMap::new();
    for (path, oid) in files {
        let top = path.split_once('/').map_or_else(|| path.to_owned(), |(top, _)| format!("{top}/"));
        let hash = hashes.entry(top).or_default();
        // An object id has one length, and no path holds a zero.
        hash.update(path);
        hash.update([0]);
        hash.update(oid);
        if hashes.len() > MOST_FILES {
            return BTreeMap::new();
        }
    }
    hashes.into_iter().map(|(top, hash)| (top, hex(&hash.finalize()[..6]))).collect()
}

fn short_hash(line: &str) -> String {
    hex(&Sha256::digest(line.as_bytes())[..4])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(dockerfile: &str) -> PreviousBuild {
        let input = Input { what: "context".into(), value: "t".into(), file: None, line: None };
        PreviousBuild::new(&[input], dockerfile, [("a.txt", "0123456789abcdef")].into_iter())
    }

    #[test]
    fn an_annotation_is_read_back() {
        let record = record("FROM debian\nRUN true\n");
        let annotation = record.annotation();
        assert_eq!(annotation, r#"{"inputs":{"context":"t"},"lines":["91b76e1a","6381c1a6"],"files":{"a.txt":"0123456789ab"}}"#);
        assert_eq!(PreviousBuild::parse(&annotation), Some(record));
        assert_eq!(PreviousBuild::parse("no JSON"), None);
    }

    #[test]
    fn the_first_changed_line_is_found() {
        let was = record("FROM debian\nRUN true\n");
        assert_eq!(was.first_changed_line(&record("FROM debian\nRUN false\n")), Some(2));
        assert_eq!(was.first_changed_line(&record("FROM debian\nRUN true\nRUN more\n")), Some(3));
        assert_eq!(was.first_changed_line(&record("FROM debian\n")), Some(1));
        assert_eq!(was.first_changed_line(&record("FROM debian\nRUN true\n")), None);
    }

    #[test]
    fn many_files_are_recorded_by_their_folders() {
        let paths: Vec<String> = (0..=MOST_FILES).map(|number| format!("{number}")).collect();
        assert!(PreviousBuild::new(&[], "", paths.iter().map(|path| (path.as_str(), "hash"))).files.is_empty());
        assert!(by_folder(paths.iter().map(|path| (path.as_str(), [1u8; 20].as_slice()))).is_empty());
        let of = |oid: [u8; 20]| {
            by_folder([("a/1", [0; 20]), ("a/b/2", oid), ("c", [0; 20])].iter().map(|(path, oid)| (*path, &oid[..])))
        };
        let (was, now) = (of([1; 20]), of([2; 20]));
        assert_eq!(was.keys().collect::<Vec<_>>(), ["a/", "c"]);
        assert!(was["a/"] != now["a/"] && was["c"] == now["c"] && was["a/"].len() == 12);
    }
}
