//! What moved in a lock, or would move: as lines for people, and as JSON for scripts.
//!
//! The JSON's shape is an interface: [`SCHEMA`] describes it and a test holds the two together.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::import::{At, Lock, RepositoryUrl};
use crate::ui::Paint;

/// The JSON Schema (2020-12) of the document.
pub const SCHEMA: &str = include_str!("lock-moves.schema.json");

/// One entry that is, or would be, another than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub entry: Entry,
    /// A commit or a digest, whole; `None` for an entry that is new.
    pub was: Option<String>,
    /// `None` for an entry that is gone.
    pub now: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Import { url: RepositoryUrl, at: At },
    Image { reference: String },
}

/// What the root package calls its imports.
pub type Aliases = Vec<(String, RepositoryUrl, At)>;

/// What differs between two locks, in the order of the lock.
pub fn between(before: &Lock, after: &Lock) -> Vec<Move> {
    let imports = |lock: &Lock| -> BTreeMap<(RepositoryUrl, At), String> {
        lock.imports().map(|entry| ((entry.url.clone(), entry.at.clone()), entry.commit.to_string())).collect()
    };
    let images = |lock: &Lock| -> BTreeMap<String, String> {
        lock.images().map(|image| (image.reference.clone(), image.digest.clone())).collect()
    };
    let mut moves: Vec<Move> = differences(&imports(before), &imports(after))
        .map(|((url, at), was, now)| Move { entry: Entry::Import { url, at }, was, now })
        .collect();
    moves.extend(differences(&images(before), &images(after)).map(|(reference, was, now)| Move {
        entry: Entry::Image { reference },
        was,
        now,
    }));
    moves
}

fn differences<K: Ord + Clone>(
    before: &BTreeMap<K, String>,
    after: &BTreeMap<K, String>,
) -> impl Iterator<Item = (K, Option<String>, Option<String>)> {
    let mut keys: Vec<&K> = before.keys().chain(after.keys()).collect();
    keys.sort();
    keys.dedup();
    let each = |key: &K| (key.clone(), before.get(key).cloned(), after.get(key).cloned());
    keys.into_iter().map(each).filter(|(_, was, now)| was != now).collect::<Vec<_>>().into_iter()
}

/// One line a move, aligned: `kaniko  https://github.com/f0ssel/kaniko at master  1a2b3c4d5e6f -> 9f8e7d6c5b4a`.
pub fn text(moves: &[Move], aliases: &Aliases, paint: Paint) -> String {
    let rows: Vec<(String, String, &Move)> =
        moves.iter().map(|each| (names(&each.entry, aliases).join(", "), subject(&each.entry), each)).collect();
    let widest = |of: &dyn Fn(&(String, String, &Move)) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let alias = widest(&|row| row.0.chars().count()).min(24);
    let what = widest(&|row| row.1.chars().count()).min(72);
    let mut text = String::new();
    for (name, subject, moved) in &rows {
        let name = if alias == 0 { String::new() } else { format!("{}  ", paint.bold(&format!("{name:alias$}"))) };
        let was = moved.was.as_deref().map_or("new".to_owned(), short);
        let now = moved.now.as_deref().map_or("gone".to_owned(), short);
        text.push_str(&format!("{name}{subject:what$}  {} -> {}\n", paint.dim(&was), paint.green(&now)));
    }
    text
}

/// The document: what moved, and how many entries did not.
pub fn document(moves: &[Move], aliases: &Aliases, unchanged: usize) -> String {
    let moves: Vec<Value> = moves
        .iter()
        .map(|moved| match &moved.entry {
            Entry::Import { url, at } => json!({
                "kind": "import", "url": url.as_str(), "at": at.to_string(), "aliases": names(&moved.entry, aliases),
                "was": moved.was, "now": moved.now,
            }),
            Entry::Image { reference } => {
                json!({ "kind": "image", "reference": reference, "was": moved.was, "now": moved.now })
            }
        })
        .collect();
    format!("{:#}\n", json!({ "version": 1, "moves": moves, "unchanged": unchanged }))
}

fn names(entry: &Entry, aliases: &Aliases) -> Vec<String> {
    let Entry::Import { url, at } = entry else { return Vec::new() };
    aliases.iter().filter(|(_, named, of)| named == url && of == at).map(|(alias, _, _)| alias.clone()).collect()
}

fn subject(entry: &Entry) -> String {
    match entry {
        Entry::Import { url, at: At::Default } => url.as_str().to_owned(),
        Entry::Import { url, at } => format!("{} at {at}", url.as_str()),
        Entry::Image { reference } => reference.clone(),
    }
}

/// The first twelve digits of a commit or a digest.
fn short(whole: &str) -> String {
    match whole.split_once(':') {
        Some((algorithm, digits)) => format!("{algorithm}:{}", digits.get(..12).unwrap_or(digits)),
        None => whole.get(..12).unwrap_or(whole).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn moves() -> (Vec<Move>, Aliases) {
        let url = RepositoryUrl::parse("acme/platform").unwrap();
        let lock = |commit: char, digest: char, more: &str| {
            let (commit, digest) = (commit.to_string().repeat(40), digest.to_string().repeat(64));
            Lock::parse(&format!(
                "version = 1\n\n[[import]]\nurl = \"https://github.com/acme/platform\"\nat = \"main\"\ncommit = \"{commit}\"\n\
                 content = \"sha256:{digest}\"\n\n[[image]]\nreference = \"docker.io/library/debian:12\"\n\
                 digest = \"sha256:{digest}\"\nuser = \"\"\n{more}"
            ))
            .unwrap()
        };
        let image =
            |name: &str| format!("\n[[image]]\nreference = \"{name}\"\ndigest = \"sha256:{}\"\nuser = \"\"\n", "f".repeat(64));
        let (before, after) = (lock('1', '2', &image("docker.io/x/old:1")), lock('3', '4', &image("docker.io/x/new:1")));
        (between(&before, &after), vec![("base".to_owned(), url, At::parse("main"))])
    }

    #[test]
    fn what_moved_is_told_in_short() {
        let (moves, aliases) = moves();
        expect![[r#"
            base  https://github.com/acme/platform at main  111111111111 -> 333333333333
                  docker.io/library/debian:12               sha256:222222222222 -> sha256:444444444444
                  docker.io/x/new:1                         new -> sha256:ffffffffffff
                  docker.io/x/old:1                         sha256:ffffffffffff -> gone
        "#]]
        .assert_eq(&text(&moves, &aliases, Paint(false)));
    }

    #[test]
    fn json_has_it_whole() {
        let (moves, aliases) = moves();
        let document: Value = serde_json::from_str(&document(&moves, &aliases, 2)).unwrap();
        assert_eq!(document["moves"][0]["now"], "3".repeat(40));
        assert_eq!(document["moves"][0]["aliases"], json!(["base"]));
        assert_eq!(document["moves"][2]["was"], Value::Null);
        assert_eq!(document["unchanged"], 2);
    }
}
