//! The hash of everything a commit holds, and the proof that nothing of it is missing.
//!
//! A package can hand any file of its repository to a plan (contexts are relative to the repository's root), so the hash is
//! over the whole tree, whichever folder is imported. It is SHA-256 throughout, so that the lock does not rest on SHA-1:
//!
//! ```text
//! content       = "sha256:" + hex(hash of the root's tree)
//! hash of tree  = SHA-256 over its entries, in git's order: octal mode, space, name, NUL, 32 bytes
//! the 32 bytes  = the hash of the tree; SHA-256 of the file's bytes or of the link's target; SHA-256 of the 40 digits of a
//!                 submodule's commit
//! ```

use std::collections::HashMap;

use git2::{Odb, Oid, Repository};
use sha2::{Digest, Sha256};

use crate::context::{Mode, bits_of, mode_of};

/// What is known of a commit after all of it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub tree: Oid,
    /// `sha256:` and 64 digits.
    pub hash: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// An object is missing or is not what its id says.
    Damaged(String),
    /// It holds what no checkout may make.
    Refused(String),
}

/// Reads all of a commit. Every object is checked against its id on the way.
pub(super) fn content(repository: &Repository, commit: Oid) -> Result<Content, Unfit> {
    let tree = repository.find_commit(commit)?.tree_id();
    let mut reader = Reader { database: repository.odb()?, repository, known: HashMap::new() };
    let hash = reader.tree(tree, "", 0)?;
    Ok(Content { tree, hash: format!("sha256:{}", hex(&hash)) })
}

/// Deeper folders than a path can have on any system.
const MOST_DEPTH: usize = 256;

struct Reader<'a> {
    repository: &'a Repository,
    database: Odb<'a>,
    /// A tree that stands in many places is read once.
    known: HashMap<Oid, [u8; 32]>,
}

impl Reader<'_> {
    fn tree(&mut self, id: Oid, path: &str, depth: usize) -> Result<[u8; 32], Unfit> {
        if let Some(hash) = self.known.get(&id) {
            return Ok(*hash);
        }
        if depth > MOST_DEPTH {
            return Err(Unfit::Refused(format!("its folders are more than {MOST_DEPTH} deep")));
        }
        let tree = self.repository.find_tree(id)?;
        let mut whole = Sha256::new();
        let mut before: Option<Vec<u8>> = None;
        for entry in &tree {
            let name = entry.name_bytes();
            let shown = String::from_utf8_lossy(name).into_owned();
            if is_dangerous(name) {
                let place = if path.is_empty() { "its root".to_owned() } else { format!("`{path}`") };
                return Err(Unfit::Refused(format!("it holds a file named `{}` in {place}", shown.escape_debug())));
            }
            if before.as_deref() == Some(name) {
                return Err(Unfit::Refused(format!("it holds `{}` twice in one folder", shown.escape_debug())));
            }
            let (mode, hash) = match mode_of(entry.filemode() as u32) {
                Some(Mode::Submodule) => (bits_of(Mode::Submodule), Sha256::digest(entry.id().to_string()).into()),
                Some(mode) => (bits_of(mode), self.blob(entry.id())?),
                None => {
                    let inner = if path.is_empty() { shown } else { format!("{path}/{shown}") };
                    (0o40_000, self.tree(entry.id(), &inner, depth + 1)?)
                }
            };
            whole.update(format!("{mode:o} "));
            whole.update(name);
            whole.update([0]);
            whole.update(hash);
            before = Some(name.to_owned());
        }
        let hash = whole.finalize().into();
        self.known.insert(id, hash);
        Ok(hash)
    }

    fn blob(&mut self, id: Oid) -> Result<[u8; 32], Unfit> {
        if let Some(hash) = self.known.get(&id) {
            return Ok(*hash);
        }
        let hash = Sha256::digest(self.database.read(id)?.data()).into();
        self.known.insert(id, hash);
        Ok(hash)
    }
}

/// Names that would lead out of a folder or into git's own, on any file system.
fn is_dangerous(name: &[u8]) -> bool {
    // HFS+ ignores these characters, NTFS trailing dots and spaces.
    let plain: String =
        String::from_utf8_lossy(name).chars().filter(|character| !('\u{200c}'..='\u{200f}').contains(character)).collect();
    let plain = plain.trim_end_matches(['.', ' ']).to_ascii_lowercase();
    name.is_empty()
        || name == b"."
        || name == b".."
        || name.contains(&b'/')
        || name.contains(&0)
        || matches!(plain.as_str(), ".git" | "git~1")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl From<git2::Error> for Unfit {
    fn from(error: git2::Error) -> Unfit {
        Unfit::Damaged(error.message().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::testing::{Sandbox, git};

    fn of(repository: &std::path::Path, commit: Oid) -> Result<Content, Unfit> {
        content(&Repository::open(repository).unwrap(), commit)
    }

    #[test]
    fn the_hash_is_of_what_files_hold_and_nothing_else() {
        let sandbox = Sandbox::new();
        let repository = sandbox.repository("x");
        let first = of(&repository, sandbox.commit(&repository, "a/b.txt", "b")).unwrap().hash;
        let by_hand = {
            let file = Sha256::digest("b");
            let inner = Sha256::digest([b"100644 b.txt\0".as_slice(), &file].concat());
            Sha256::digest([b"40000 a\0".as_slice(), &inner].concat())
        };
        assert_eq!(first, format!("sha256:{}", hex(&by_hand)));
        let second = of(&repository, sandbox.commit(&repository, "c.txt", "c")).unwrap().hash;
        assert_ne!(second, first);
        std::fs::remove_file(repository.join("c.txt")).unwrap();
        assert_eq!(of(&repository, sandbox.commit(&repository, "a/b.txt", "b")).unwrap().hash, first);
    }

    #[test]
    fn what_no_checkout_may_make_is_refused() {
        let sandbox = Sandbox::new();
        let path = sandbox.repository("x");
        sandbox.commit(&path, "a", "1");
        let repository = Repository::open(&path).unwrap();
        let blob = repository.blob(b"x").unwrap();
        for name in ["..", ".", ".git", ".GIT", "a/b", ".git ", "git~1", ".g\u{200c}it"] {
            let entry = [format!("100644 {name}\0").as_bytes(), blob.as_bytes()].concat();
            let tree = repository.odb().unwrap().write(git2::ObjectType::Tree, &entry).unwrap();
            let commit = git(&path, &["commit-tree", "-m", "bad", &tree.to_string()]);
            let found = of(&path, Oid::from_str(commit.trim()).unwrap());
            assert!(matches!(&found, Err(Unfit::Refused(_)) | Err(Unfit::Damaged(_))), "{name}: {found:?}");
        }
    }

    #[test]
    fn a_tree_that_doubles_at_each_level_is_read_once() {
        let sandbox = Sandbox::new();
        let path = sandbox.repository("x");
        sandbox.commit(&path, "a", "1");
        let repository = Repository::open(&path).unwrap();
        let mut inner = repository.head().unwrap().peel_to_tree().unwrap().id();
        for _ in 0..60 {
            let mut level = repository.treebuilder(None).unwrap();
            level.insert("l", inner, 0o40_000).unwrap();
            level.insert("r", inner, 0o40_000).unwrap();
            inner = level.write().unwrap();
        }
        let commit = git(&path, &["commit-tree", "-m", "bomb", &inner.to_string()]);
        let commit = Oid::from_str(commit.trim()).unwrap();
        assert!(of(&path, commit).is_ok());
        assert_eq!(crate::context::list(&repository, commit, ""), Ok(Err(crate::context::TooLarge)));
    }
}
